"""The tests mirror the code by name: `a/b/c.py` is tested in `tests/a/b/test_c.py`, or stands here with its reason."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.rooms import HOUSES, ROOT

# A module or a folder -> how many modules it stands for at most, the file or folder of tests that tries them, and why
# not one of their own name. Give a new module a test of its own rather than raise a number.
ELSEWHERE: dict[str, tuple[int, str, str]] = {
    "accounts/adapter.py": (1, "tests/accounts/test_urls.py", "allauth calls it on the sign-in pages"),
    "accounts/admin.py": (1, "tests/screening/test_admin.py", "one admin for all apps, walked as the technician"),
    "accounts/append_only.py": (1, "tests/accounts/test_audit.py", "its triggers are tried where a row resists"),
    "accounts/management/": (
        2,
        "tests/screening/api/test_machine.py",
        "audit_verify only prints what test_audit.py finds",
    ),
    "accounts/middleware.py": (1, "tests/accounts/test_access.py", "it holds the access table"),
    "accounts/models.py": (1, "tests/accounts/test_access.py", "duties and sites are asked through the access table"),
    "accounts/permissions.py": (1, "tests/screening/api/test_access.py", "tried over every address of the API"),
    "accounts/tokens.py": (1, "tests/screening/api/test_machine.py", "tried as a machine holds them"),
    "accounts/views.py": (1, "tests/accounts/test_idle.py", "the pages of a locked session"),
    "deploy/": (11, "tests/pathway/", "a real installation; nothing tries up, administrator, draw_pictures"),
    "inference/admin.py": (1, "tests/screening/test_admin.py", "one admin for all apps, walked as the technician"),
    "inference/admission/build.py": (1, "tests/screening/management/commands/test_pack.py", "tried by its command"),
    "inference/admission/verdicts.py": (1, "tests/inference/admission/test_exam.py", "the exam gives them"),
    "inference/apps.py": (1, "tests/screening/test_checks.py", "registers the checks"),
    "inference/blobs.py": (1, "tests/screening/upkeep/test_fsck.py", "where files lost and altered are looked for"),
    "inference/checks.py": (1, "tests/screening/test_checks.py", "both apps' checks are told together"),
    "inference/drawing/": (7, "tests/inference/test_drawing.py", "a package with one face"),
    "inference/evaluation/": (7, "tests/screening/management/commands/test_evaluate_pack.py", "parts of one report"),
    "inference/pack/": (7, "tests/inference/pack/test_folder.py", "a package with one face: a pack is read whole"),
    "inference/templatetags/bounds.py": (1, "tests/inference/test_rounding.py", "the template's word for it"),
    "inference/thresholds/stratum.py": (1, "tests/screening/rules/test_threshold_in_force.py", "whose threshold holds"),
    "inference/training/": (31, "tests/inference/training/", "needs torch; tried along a run, by organ"),
    "screening/api/": (15, "tests/screening/api/", "tried over HTTP, as people and machines call it"),
    "screening/apps.py": (1, "tests/screening/test_checks.py", "registers the checks"),
    "screening/management/commands/issue_card.py": (
        1,
        "tests/inference/training/test_reissue.py",
        "cards are issued anew there",
    ),
    "screening/management/": (5, "tests/screening/management/commands/", "shared by commands, tried by them"),
    "screening/models/": (15, "tests/screening/", "nouns are tried through the verbs that move them"),
    "screening/offline/": (6, "tests/screening/offline/test_inbox.py", "steps of one delivery"),
    "screening/patients/forms.py": (1, "tests/screening/views/patients/test_patients.py", "the form of the page"),
    "screening/photo/": (12, "tests/screening/photo/test_photo.py", "steps from bytes to one clean picture"),
    "screening/readers/test_case.py": (
        1,
        "tests/screening/views/readers/test_test_sets.py",
        "added by the lead's page",
    ),
    "screening/refusal.py": (1, "tests/screening/words/test_refusals.py", "the tree, and how it is told"),
    "screening/rules/declaration.py": (1, "tests/screening/rules/test_modality.py", "the shape of what is tried there"),
    "screening/rules/evidence.py": (1, "tests/screening/rules/test_care.py", "what the rules of care judge"),
    "screening/rules/texts.py": (1, "tests/deploy/test_messages.py", "a mark that the catalogues are made by"),
    "screening/views/": (7, "tests/screening/views/", "pages are tried with those that lead to them"),
    "screening/visit/": (4, "tests/screening/patients/test_enrol.py", "one visit from consent to hand-in"),
}


def has_logic(path: Path) -> bool:
    """Whether it does anything: a module of constants, fields and imports has nothing to test."""
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(path.read_text())))


def own_test(module: str) -> str:
    path = Path(module)
    return f"tests/{path.parent}/test_{path.stem}.py"


def untested() -> Iterator[str]:
    """Modules with logic that no file of tests is named after. A package's own file is tried with what lies in it."""
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            module = path.relative_to(ROOT).as_posix()
            if "migrations" not in path.parts and path.name != "__init__.py" and has_logic(path):
                if not (ROOT / own_test(module)).is_file():
                    yield module


def row_of(module: str) -> str | None:
    """The row a module stands under: its own, or that of a folder it lies in."""
    above = [module, *(f"{parent}/" for parent in Path(module).parents)]
    return next((row for row in above if row in ELSEWHERE), None)


def test_every_module_with_logic_has_tests_of_its_name() -> None:
    assert [module for module in untested() if row_of(module) is None] == []


def test_no_row_is_stale_and_none_grows() -> None:
    found = Counter(row for module in untested() if (row := row_of(module)))
    assert set(found) == set(ELSEWHERE)
    assert not {row: number for row, number in found.items() if number > ELSEWHERE[row][0]}


@pytest.mark.parametrize("row", ELSEWHERE)
def test_what_is_tested_elsewhere_is_tested_there(row: str) -> None:
    _at_most, where, why = ELSEWHERE[row]
    tried = ROOT / where
    assert any(tried.rglob("test_*.py")) if tried.is_dir() else tried.is_file(), where
    assert why
