"""The shape of the house: sizes, imports, templates, vendored files, words that do not belong."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "inference", "screening", "deploy")
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_TEMPLATE = 450, 60, 30


def tracked(*patterns: str) -> list[Path]:
    """Files under version control, or, in an export without it, files on disk."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for pattern in patterns for path in ROOT.rglob(pattern)]
    return sorted(path for path in found if path.is_file() and ".venv" not in path.parts)


MODULES = [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES]
TEMPLATES = tracked("templates/*.html")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ----------------------------------------------------------------------------------------------------------- sizes


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name(path)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_too_long() -> None:
    long = {name(path): n for path in tracked("*.py") if (n := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert not long


def test_no_function_is_too_long() -> None:
    long = {what: n for path in tracked("*.py") for what, n in functions(path) if n > LONGEST_FUNCTION}
    assert not long


def test_functions_and_modules_are_short_on_the_whole() -> None:
    lengths = sorted(n for path in MODULES if "migrations" not in path.parts for _, n in functions(path))
    assert median(lengths) <= 12
    assert lengths[int(0.95 * len(lengths))] <= 30
    sizes = sorted(len(path.read_text().splitlines()) for path in MODULES if "migrations" not in path.parts)
    assert sizes[int(0.95 * len(sizes))] <= 300


def test_every_function_says_what_it_returns() -> None:
    silent = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.returns is None
    ]
    assert not silent


def test_no_leftovers() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    left = [
        f"{name(p)}:{n}" for p in MODULES for n, line in enumerate(p.read_text().splitlines(), 1) if marks.search(line)
    ]
    assert not left


@pytest.mark.parametrize("word", ["utils", "helpers", "services", "common", "misc"])
def test_no_drawer_for_everything(word: str) -> None:
    assert not [name(path) for path in MODULES if word in (path.stem, path.parent.name)]


# --------------------------------------------------------------------------------------------------------- imports


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_no_import_of_our_own_inside_a_function() -> None:
    """But for an app's `ready`, and the decoding child: only sites that send films pay for the DICOM libraries."""
    local = []
    for path in MODULES:
        if "migrations" in path.parts or path.name in ("apps.py", "child.py"):
            continue
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                    modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                    if any(module.split(".")[0] in PACKAGES for module in modules):
                        local.append(f"{name(path)}:{node.lineno}")
    assert not local


def test_bells_ring_at_one_edge() -> None:
    """Verbs, pages and the API say whom to wake; the middleware and the tasks themselves ring."""
    edge = ("screening/tasks.py", "deploy/middleware.py")
    others = [path for path in MODULES if name(path) not in edge]
    rings = re.compile(r"from screening import.*\btasks\b|screening\.tasks import|woken import.*\bedge\b")
    assert not [name(path) for path in others if rings.search(path.read_text())]


def test_the_web_process_starts_without_scipy_stats() -> None:
    # 48 MB and most of a second in every process, for functions that scipy.special has: see inference/statistics.
    code = "import sys, deploy.wsgi, screening.urls; print([name for name in sys.modules if name == 'scipy.stats'])"
    started = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert started.stdout.strip() == "[]"


def test_models_and_migrations_agree() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", "--settings", "deploy.settings_test"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


# ------------------------------------------------------------------------------------------------- pages and static

SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>", re.I)
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I)
REMOTE = re.compile(r"(?:https?:)?//(?!(?:www\.)?w3\.org/)[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.I)
DATA_ONLY = re.compile(r'type="(application/(ld\+)?json|speculationrules)"|json_script', re.I)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_holds_no_script_and_no_style(path: Path) -> None:
    text = path.read_text()
    assert not [tag for tag in SCRIPT.findall(text) if not DATA_ONLY.search(tag)], "put the script into static/js"
    assert not re.search(r"<style\b", text, re.I), "put the style into static/css"
    assert not re.search(r"<[a-z][^>]*\sstyle\s*=", text, re.I), "put the style into static/css"
    assert not HANDLER.search(text), "put the handler into static/js"
    assert "javascript:" not in text
    assert "|safe" not in text.replace("help_text|safe", "")  # a help text is ours, and may hold markup
    assert "autoescape off" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_names_no_other_host(path: Path) -> None:
    assert not REMOTE.findall(re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S))


def test_templates_are_short() -> None:
    lengths = [len(path.read_text().splitlines()) for path in TEMPLATES]
    assert median(lengths) <= MEDIAN_TEMPLATE


OWN_STATIC = [
    p for p in tracked("static/*") if "vendor" not in p.parts and p.suffix in {".js", ".css", ".svg", ".json"}
]


@pytest.mark.parametrize("path", OWN_STATIC, ids=name)
def test_our_static_files_load_nothing_from_elsewhere(path: Path) -> None:
    assert not REMOTE.findall(path.read_text())


def test_our_scripts_build_no_code_and_no_markup_from_words() -> None:
    risky = re.compile(r"\beval\(|new Function|\.innerHTML\s*=|\.outerHTML\s*=|document\.write|insertAdjacentHTML")
    found = {name(p): risky.findall(p.read_text()) for p in OWN_STATIC if p.suffix == ".js"}
    assert not {k: v for k, v in found.items() if v}


def test_our_scripts_are_modules_and_share_nothing_but_what_they_export() -> None:
    shared = re.compile(r"\b(?:window|globalThis|self)\.\w+\s*=[^=]|Object\.assign\((?:window|globalThis|self)\b")
    assert not {name(p): found for p in OWN_STATIC if p.suffix == ".js" and (found := shared.findall(p.read_text()))}
    ours = re.compile(r"<script\b[^>]*'js/[^>]*>")
    classic = {name(t): tag for t in TEMPLATES for tag in ours.findall(t.read_text()) if 'type="module"' not in tag}
    assert not classic


def test_vendored_files_are_exactly_what_was_vetted() -> None:
    folder = ROOT / "static" / "vendor"
    recorded = {row["path"]: row for row in tomllib.loads((folder / "VENDOR.toml").read_text())["file"]}
    for row in recorded.values():
        assert hashlib.sha256((folder / row["path"]).read_bytes()).hexdigest() == row["sha256"], row["path"]
        assert row["licence"]
        assert [p for p in (folder / row["path"]).parent.iterdir() if p.name.startswith("LICENSE")], row["path"]
    others = {str(path.relative_to(folder)) for path in tracked("static/vendor/*")} - set(recorded)
    assert not {path for path in others if not path.endswith(("VENDOR.toml", "LICENSE", "LICENSE.md", "LICENSE.txt"))}


# ------------------------------------------------------------------------------------------- words that do not belong

# Put together from pieces, so that this file does not hold them itself.
PRIVATE = [
    "/" + "work/",
    "/" + "root/",
    "/" + "tmp/bash",
    "scratch/" + "BRIEF",
    "co-authored" + "-by",
    "\u200b",
]
BINARY = {".png", ".jpg", ".ico", ".woff2", ".onnx", ".gz", ".br", ".mo", ".dcm", ".webp", ".npz"}


def test_no_machine_is_named_anywhere() -> None:
    found = []
    for path in tracked("*"):
        if path.suffix in BINARY or "vendor" in path.parts:
            continue
        text = path.read_text(errors="ignore").lower()
        found += [f"{name(path)}: {word!r}" for word in PRIVATE if word in text]
    assert not found


def test_no_photo_of_a_person_is_tracked() -> None:
    """Pictures are drawn: golden cases and pictures for the documents, and nothing else."""
    places = ("packs/", "docs/", "static/", "tests/")
    pictures = [name(p) for p in tracked("*.jpg", "*.jpeg", "*.png", "*.dcm", "*.dicom", "*.tif", "*.tiff")]
    assert not [p for p in pictures if not p.startswith(places)]
    assert not [p for p in pictures if p.endswith((".dcm", ".dicom", ".tif", ".tiff", ".jpeg"))]


@pytest.mark.parametrize("path", sorted((ROOT / "packs").glob("*/manifest.json")), ids=name)
def test_a_pack_names_its_data_in_public_words(path: Path) -> None:
    text = path.read_text()
    assert "../" not in text
    assert not re.search(r'"/[a-z]', text)
