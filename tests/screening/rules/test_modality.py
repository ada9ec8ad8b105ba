"""Every declared modality is whole: each code has its text and its drawing, and nothing belongs to two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from itertools import chain
from pathlib import Path

import pytest

from screening.rules import MODALITIES, Modality, modality
from screening.rules.declaration import Judge, Sentences, Sheet, Side, Tool, View
from screening.rules.grades import SCALES

ROOT = Path(__file__).resolve().parents[3]
EVERY = pytest.mark.parametrize("kind", MODALITIES.values(), ids=MODALITIES)


def symbols(sheet: str) -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / sheet).read_text()))


def twice(codes: Iterable[str]) -> set[str]:
    return {code for code, n in Counter(codes).items() if n > 1}


def texts(kind: Modality) -> list[str]:
    """Everything of a declaration that somebody reads."""
    questions = [text for q in kind.questions for text in (q.text, *(words for _code, words in q.choices))]
    mappings = chain(*(one.values() for one in (kind.excuses, kind.faults, kind.advice, kind.ungradable, kind.retake)))
    named = [one.name for one in (*kind.views, *kind.capture_classes)]
    said = [getattr(kind.says, field.name) for field in fields(Sentences)]
    return [kind.name, kind.look.aim, *questions, *mappings, *named, *said]


def test_the_registry_knows_each_by_its_code() -> None:
    assert all(code == kind.code for code, kind in MODALITIES.items())


def test_no_view_belongs_to_two() -> None:
    assert not twice(view.code for view in modality.views())
    for view in modality.views():
        assert modality.of_view(view.code).view(view.code) == view


def test_a_capture_class_that_two_share_means_the_same() -> None:
    assert not twice(code for code, _name in {(kind.code, kind.name) for kind in modality.capture_classes()})


@EVERY
def test_codes_fit_their_columns(kind: Modality) -> None:
    assert len(kind.code) <= 20 and not twice(kind.class_codes)
    assert all(len(code) <= 10 for code in kind.view_codes)
    assert all(len(code) <= 20 for code in kind.class_codes)


@EVERY
def test_everything_that_is_read_is_there(kind: Modality) -> None:
    assert kind.views and kind.photo_classes and kind.organ
    assert all(text.strip() for text in texts(kind))


@EVERY
def test_a_dicom_file_gets_a_capture_class_of_its_modality(kind: Modality) -> None:
    assert kind.dicom is None or kind.dicom.capture_class in kind.class_codes
    by_file = {one.code for one in kind.capture_classes if one.by_file}
    assert by_file <= {kind.dicom.capture_class if kind.dicom else ""}, "else nothing could ever have it"


def test_a_dicom_file_shows_one_modality_alone() -> None:
    assert not twice(word for kind in MODALITIES.values() if kind.dicom for word in kind.dicom.modalities)


@EVERY
def test_views_of_both_sides_have_short_names(kind: Modality) -> None:
    sided = [view for view in kind.views if view.side]
    assert len({view.side for view in sided}) == len(sided), "a side is photographed once"
    assert all(view.short for view in sided)


@EVERY
def test_what_triage_acts_on_can_be_said(kind: Modality) -> None:
    for question in kind.questions:
        assert bool(question.told) == (question.symptom or question.danger)
        assert bool(question.beyond) == bool(question.to_reader)


@EVERY
def test_everything_is_drawn(kind: Modality) -> None:
    look = kind.look
    assert not look.symbols or {look.symbol(fault) for fault in kind.faults} <= symbols("img/wrong.svg")
    assert not look.pictogram or look.pictogram in symbols("img/pictograms.svg")
    assert look.icon in symbols("vendor/lucide-1.62.0/icons.svg")
    assert look.frame in {"round", "square"} and look.figure in {"", "eyes"}


@EVERY
def test_sentences_ask_for_nothing_they_are_not_given(kind: Modality) -> None:
    given = {"seen": {"views"}, "suspected": {"views"}, "on_organ": {"n"}, "off_organ": {"n"}}
    for field in fields(Sentences):
        asked = set(re.findall(r"%\((\w+)\)", getattr(kind.says, field.name)))
        assert asked <= given.get(field.name, set()), field.name


def test_every_sheet_has_its_scale() -> None:
    assert set(SCALES) == set(Sheet)


@pytest.mark.parametrize("code", ["", "XY", None, 7, ["OD"]])
def test_an_unknown_code_is_refused(code: object) -> None:
    for known in (modality.view, modality.capture_class):
        with pytest.raises(ValueError, match="not among"):
            known(code)


def test_a_view_says_its_side_as_dicom_does() -> None:
    sides = {view.code: view.side for view in modality.views()}
    assert sides == {"OD": Side.RIGHT, "OS": Side.LEFT, "CXR": None}
    assert View("X", "x").side is None


def test_every_tool_stands_on_the_desk_and_every_judge_on_the_phone() -> None:
    pages = "".join(page.read_text() for page in (ROOT / "templates" / "screening" / "reading").glob("*.html"))
    assert all(f'"{tool}" in tools' in pages for tool in Tool)
    known = re.search(r"const KINDS = {(.+)}", (ROOT / "static/js/app/quality/judge.js").read_text())
    assert known and set(re.findall(r"(\w+): \[", known[1])) == set(Judge)
