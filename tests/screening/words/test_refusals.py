"""One tree of refusals: drawn as it is, each with a sentence in every language and one status."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import screening
from deploy import messages
from inference.blobs import StorageFull
from screening import refusal as tree
from screening.offline.apply import Shelved
from screening.offline.envelope import NotAnEnvelope
from screening.offline.inbox import UnderWay
from screening.offline.uploads import Expired, Mismatch, TooLong, WrongOffset
from screening.photo import PhotoRefused, Refusal
from screening.reading.desk import Lost, OutOfOrder
from screening.reading.marks import NoMark
from screening.refusal import BadAnswers, Incorrect, Refused
from screening.rules.grades import GradeError
from screening.words import refusals

BRANCH = re.compile(r"^ {4}((?:│   |    )*)(?:[├└]── )?(\w+) {2,}\S")
# Signals between two neighbours: whoever is told, is told something else.
SIGNALS = {"BadTicket", "Broken", "NoSuchWay", "NotTiles", "SealBroken", "Unreadable", "UnknownKey"}
# The framework's own kind of error, which has its status and code already.
OF_THE_API = {"LengthRequired", "OtherVersion", "TooLarge"}

NO_FIELD = [
    NotAnEnvelope(), UnderWay(), WrongOffset(), Expired(), TooLong(), Mismatch(), NoMark(), Shelved("form"),
    *map(PhotoRefused, Refusal), StorageFull(),
]  # fmt: skip
REFUSALS = [
    *NO_FIELD, Refused("x", "Do y."), GradeError("OD-icdr", "Choose the retinopathy grade, 0 to 4."),
    BadAnswers({"age": "Do z."}, "Age? Do z."), Lost("Olivia has it."), OutOfOrder("First this."), ValueError(),
]  # fmt: skip


def drawn() -> Iterator[tuple[str, str]]:
    """Each class of the drawing with the one above it."""
    above = [""]
    for line in (tree.__doc__ or "").splitlines():
        if branch := BRANCH.match(line):
            depth = len(branch[1]) // 4 + ("──" in line)
            above[depth + 1 :] = [branch[2]]
            yield branch[2], above[depth]


def grown(base: type = Refused, above: str = "") -> Iterator[tuple[str, str]]:
    yield base.__name__, above
    for below in base.__subclasses__():
        yield from grown(below, base.__name__)


@pytest.fixture(scope="module", autouse=True)
def _everything_imported() -> None:
    for module in pkgutil.walk_packages(screening.__path__, "screening."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)


def test_the_tree_is_drawn_as_it_grew() -> None:
    ours = [(name, above) for name, above in grown()]
    assert sorted(drawn()) == sorted(ours)
    assert len(ours) == 16


def test_every_error_of_the_package_has_its_place() -> None:
    """In the tree, or among those that nobody is told."""
    told = {name for name, _above in grown()}
    for path in Path(screening.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            bases = [base.id for base in getattr(node, "bases", ()) if isinstance(base, ast.Name)]
            if isinstance(node, ast.ClassDef) and any(re.search("Exception$|Error$", base) for base in bases):
                assert node.name in told | SIGNALS | OF_THE_API, f"{path.name}: {node.name}"


def test_pages_ask_for_the_sentence_where_it_is_translated() -> None:
    """A refusal's own sentence may be English: only `refusals.sentence` gives it in the reader's language."""
    own = re.compile(r"\b(refusal|refused|error|lost|gone)\.sentence\b")
    for folder in ("views", "api"):
        for path in (Path(screening.__path__[0]) / folder).rglob("*.py"):
            assert not own.search(path.read_text()), path.name


@pytest.mark.parametrize("error", REFUSALS, ids=repr)
def test_every_refusal_has_a_sentence(error: Exception) -> None:
    assert refusals.sentence(error).endswith(".")


@pytest.mark.parametrize("language", messages.COMPLETE)
@pytest.mark.parametrize("error", [*NO_FIELD, GradeError("OD-icdr", "Choose the retinopathy grade, 0 to 4.")], ids=repr)
def test_every_refusal_has_a_sentence_in_every_language(error: Exception, language: str) -> None:
    with translation.override("en"):
        english = refusals.sentence(error)
    with translation.override(language):
        assert refusals.sentence(error) != english


def test_what_is_wrong_with_a_field_is_said_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert refusals.problems(NoMark()) == {}
        wrong = Incorrect("x", {"age": "Choose one of the answers."}, "Choose one of the answers.")
        assert refusals.problems(wrong) == {"age": [refusals.sentence(wrong)]} != wrong.problems


@pytest.mark.parametrize(("error", "status", "code"), [
    (Refused("no_consent", ""), 422, "no_consent"), (Refused("id_taken", ""), 409, "id_taken"),
    (Refused("quota", ""), 429, "quota"), (Lost(""), 409, "lost"), (OutOfOrder(""), 409, "out_of_order"),
    (GradeError("a", "b"), 422, "bad_grade"), (BadAnswers({}, ""), 422, "bad_answer"),
    (NotAnEnvelope(), 422, "not_an_envelope"), (UnderWay(), 503, "busy"), (WrongOffset(), 409, "offset"),
    (Expired(), 410, "expired"), (TooLong(), 413, "too_large"), (Mismatch(), 460, "checksum"),
    (PhotoRefused(Refusal.TOO_LARGE), 413, "too_large"), (PhotoRefused(Refusal.HEIC), 422, "heic"),
    (PhotoRefused(Refusal.DECODER_UNAVAILABLE), 503, "decoder_unavailable"), (StorageFull(), 507, "storage_full"),
])  # fmt: skip
def test_a_code_has_one_status(error: Refused | StorageFull, status: int, code: str) -> None:
    assert (refusals.status(error), refusals.code(error)) == (status, code)


def test_the_guide_of_the_api_names_every_code_beside_its_status() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
    rows = {int(row[1]): row[2] for row in re.finditer(r"^\| (\d{3}) \| (.*?) \|", guide, re.M)}
    assert not {code for code, status in refusals.STATUS.items() if f"`{code}`" not in rows[status]}
    assert set(refusals.RETRY_AFTER) <= set(refusals.STATUS)
