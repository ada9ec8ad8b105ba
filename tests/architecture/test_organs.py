"""What is pictured is data: no served file names an organ, a view or a way to photograph it, but its declaration."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from screening.rules import MODALITIES, modality
from tests.architecture.test_shape import MODULES, ROOT, TEMPLATES, name, tracked

DECLARATIONS = ("screening/rules/fundus.py", "screening/rules/chest.py")
# Files that may name them, and why.
MAY = {
    "inference/picture/gradability.py": "a table of what is measured without a model, by the modality of a pack",
    "inference/assess/region.py": "a table of organs that are found without a model, by the modality of a pack",
    "static/js/app/declared.js": "what programmes lack that a phone kept before they told it",
    "deploy/demo.py": "the demonstration draws eyes and films",
    "deploy/practice.py": "the practice sets are drawn eyes and films",
}
NOT_SERVED = ("inference/training/", "inference/drawing/", "screening/migrations/", "inference/migrations/")
# A word of DICOM and of file names as much as a capture class.
COMMON = {"dicom"}
SCRIPTS = [path for path in tracked("static/js/*.js") if "vendor" not in path.parts]


def codes() -> set[str]:
    views = {view.code for view in modality.views()}
    return ({*MODALITIES, *views} | {kind.code for kind in modality.capture_classes()}) - COMMON


def in_python(text: str) -> Iterator[str]:
    """Every string of a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def in_markup(text: str) -> Iterator[str]:
    """Every quoted word of a template or a script, every word in capitals, and every member of an object."""
    bare = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*|\{#.*?#\}", "", text, flags=re.DOTALL)
    yield from re.findall(r"[\"'`]([A-Za-z_]+)[\"'`]", bare)
    yield from re.findall(r"\b[A-Z]{2,}\b", bare)
    yield from re.findall(r"\b([a-z_]+):", bare)


FILES = [path for path in (*MODULES, *TEMPLATES, *SCRIPTS) if not name(path).startswith((*NOT_SERVED, *DECLARATIONS))]


def named(path: Path) -> set[str]:
    words = in_python if path.suffix == ".py" else in_markup
    return codes() & set(words(path.read_text()))


def test_the_words_are_found_where_they_stand() -> None:
    script = 'see("OD"); // "CXR"\nconst kinds = { chest: 1 }; const at = `[data-pane=CXR]`;'
    assert codes() & set(in_markup(script)) == {"OD", "chest", "CXR"}
    assert codes() & set(in_markup('{% if kind == "fundus" %}{# "chest" #}')) == {"fundus"}
    assert codes() & set(in_python('"""Of a fundus."""\nx = "fundus"')) == {"fundus"}


def test_no_served_file_names_an_organ() -> None:
    """What is needed of one is read from its declaration: see docs/architecture.md, "How a third organ comes in"."""
    assert not {name(path): found for path in FILES if name(path) not in MAY and (found := named(path))}


@pytest.mark.parametrize("path", sorted(MAY))
def test_every_exception_is_needed(path: str) -> None:
    assert named(ROOT / path)


def test_only_the_registry_and_the_standard_programmes_know_the_declarations() -> None:
    imports = re.compile(r"^from screening\.rules\.(fundus|chest) import", re.MULTILINE)
    knows = {name(path) for path in MODULES if imports.search(path.read_text())}
    assert knows == {"screening/rules/modality.py", "screening/protocol/standard_programmes.py"}
