"""Every number is the length of its list, and the lists fit together; then stories told by the cast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from screening.figures.counted_visits import CountedImage, ViewState, Visit
from screening.figures.intervals import to_answer
from screening.figures.report import (
    CARE,
    CASCADE,
    DIMENSIONS,
    FIGURES,
    RATES,
    STANDING,
    WENT,
    Report,
    figures_of,
    grouped,
)
from screening.models import Consult, IdentityAnswer, Sex
from screening.reading import desk
from screening.rules import modality
from screening.triage.decide import triage
from screening.visit import pictures
from screening.visit.hand_in import hand_in
from tests import factories as make
from tests.cast import Cast
from tests.screening.figures.counted import codes, seen_by

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
VIEWS = ("OD", "OS")
CLASSES = [kind.code for kind in modality.capture_classes()]
moments = st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 23), timezones=st.just(UTC))


# ---- any visits at all


@st.composite
def any_visit(draw: st.DrawFn) -> Visit:
    """A visit as the models allow it: an answer only to a consult, a dispute only among readers, and so on."""
    handed_in, asked = draw(st.booleans()), draw(st.booleans())
    is_read = asked and draw(st.booleans())
    answered = is_read and draw(st.booleans())
    action = draw(st.sampled_from(["", "wait", "retake", "recall", "refer", "refer_urgent"]))
    asked_action = draw(st.sampled_from(["wait", "refer", "refer_urgent"])) if asked else ""
    why = ["finding", "danger_sign", "symptoms"] if asked_action.startswith("refer") else ["ungradable"]
    finding = draw(st.sampled_from(["normal", "ungradable", "referable", "urgent"])) if answered else ""
    go = {"normal": "recall", "ungradable": "refer", "referable": "refer", "urgent": "refer_urgent", "": ""}
    pictures = st.builds(
        CountedImage, view=st.sampled_from(VIEWS), capture_class=st.sampled_from(CLASSES),
        received_at=moments, gate=st.sampled_from([True, False, None]), failed=st.booleans(), disputed=st.booleans(),
    )  # fmt: skip
    return Visit(
        pk=draw(st.uuids()), patient=draw(st.uuids()), site=draw(st.sampled_from("ab")), site_name="A place",
        worker=draw(st.sampled_from(["amina", "benjamin"])), day=draw(moments).date(),
        handed_in_at=draw(moments) if handed_in else None, sex=draw(st.sampled_from(Sex.values)),
        age=draw(st.integers(0, 120)), views=VIEWS,
        unobtainable=frozenset(draw(st.sets(st.sampled_from(VIEWS)))), newest_action=action,
        newest_reason=draw(st.sampled_from(["", "ungradable", "all_clear"])),
        priority="refer" if asked else "", asked_at=draw(moments) if asked else None,
        due_at=draw(moments) if asked else None, asked_action=asked_action,
        asked_reason=draw(st.sampled_from(why)) if asked else "",
        disputed=is_read and not answered and draw(st.booleans()), is_read=is_read,
        adjudicated=is_read and draw(st.booleans()), outcome_action=go[finding], outcome_finding=finding,
        answered_at=draw(moments) if answered else None, pictures=tuple(draw(st.lists(pictures, max_size=5))),
        decided=tuple(sorted(draw(st.lists(moments, max_size=3)))),
    )  # fmt: skip


any_report = st.builds(lambda visits: Report(visits, figures_of(VIEWS), NOW), st.lists(any_visit(), max_size=10))


@settings(deadline=None, max_examples=40)
@given(any_report)
def test_every_visit_stands_in_exactly_one_place(counted: Report) -> None:
    for visit in counted.visits:
        assert [c for c in STANDING if counted.figures[c].holds(visit, NOW)], visit
    assert sum(counted.number(code) for code in STANDING) == counted.number("started") == len(counted.visits)


@settings(deadline=None, max_examples=40)
@given(any_report)
def test_each_step_of_the_cascade_is_part_of_the_one_before(counted: Report) -> None:
    steps = [codes(counted, code) for code in CASCADE]
    assert all(later <= earlier for earlier, later in zip(steps, steps[1:], strict=False))


@settings(deadline=None, max_examples=40)
@given(any_report)
def test_the_reasons_for_care_add_up_and_rates_are_shares(counted: Report) -> None:
    assert sum(counted.number(code) for code in CARE) == counted.number("referred")
    assert sum(counted.number(code) for code in WENT) == counted.number("referred")
    assert counted.number("in_time") + counted.number("late") == counted.number("due")
    assert codes(counted, "overdue") <= codes(counted, "waiting")
    for part, whole in RATES.items():
        assert codes(counted, part) <= codes(counted, whole)


@settings(deadline=None, max_examples=40)
@given(any_report)
def test_every_view_of_every_visit_handed_in_is_in_one_state(counted: Report) -> None:
    for view in VIEWS:
        assert sum(counted.number(f"{view}-{state}") for state in ViewState) == counted.number("screened")


@settings(deadline=None, max_examples=40)
@given(any_report)
def test_every_breakdown_adds_up_to_the_whole(counted: Report) -> None:
    for dimension in DIMENSIONS:
        groups = grouped(counted.visits, dimension)
        assert len({group.key for group in groups}) == len(groups)
        for code in counted.figures:
            assert sum(counted.within(group).number(code) for group in groups) == counted.number(code)


def test_an_all_clear_is_counted_as_decided_and_nothing_else(eye: Cast) -> None:
    make.handed_in(make.visit(eye.eye))
    counted = seen_by(eye.maya, eye.eye)
    told = {code for code in counted.figures if counted.number(code)}
    assert told == {"started", "screened", "decided", "all_clear", "OD-gradable", "OS-gradable"}


def test_a_consult_counts_even_before_the_visit_is_handed_in(eye: Cast) -> None:
    visit = make.visit(eye.eye, answers={"sudden_loss": "yes"})
    make.pictured(visit, "OD", 0.9)
    triage(visit.pk)
    counted = seen_by(eye.maya, eye.eye)
    for code in ("screened", "decided", "asked", "waiting", "referred", "OS-missing"):
        assert [v.pk for v in counted.behind(code)] == [visit.pk], code
    assert counted.number("not_screened") == 0


def test_ungradable_pictures_make_an_ungradable_visit_whatever_the_decision(eye: Cast) -> None:
    visit = make.visit(eye.eye)
    make.pictured(visit, "OD", 0.9)
    make.pictured(visit, "OS", 0.1, gradable=False)
    make.hand_in(visit.started_by, visit)
    triage(visit.pk)
    counted = seen_by(eye.maya, eye.eye)
    assert counted.number("ungradable") == counted.number("OS-ungradable") == counted.number("by_finding") == 1


def test_a_retake_that_worked_is_retaken_and_no_longer_ungradable(eye: Cast) -> None:
    visit = make.visit(eye.eye)
    make.pictured(visit, "OD", gradable=False)
    make.pictured(visit, "OD")
    make.pictured(visit, "OS")
    hand_in(eye.amina, visit)
    triage(visit.pk)
    counted = seen_by(eye.maya, eye.eye)
    assert (counted.number("retaken"), counted.number("ungradable"), counted.number("all_clear")) == (1, 0, 1)


def answer(who: object, consult: Consult, grade: dict[str, str]) -> None:
    desk.claim(who, consult.pk)
    desk.impression(who, consult, make.both_eyes(grade))
    desk.submit(who, consult, make.both_eyes(grade))


def test_the_specialists_word_replaces_the_computers(eye: Cast) -> None:
    consult = make.referred(eye.eye)
    assert seen_by(eye.maya, eye.eye).number("by_finding") == 1
    answer(eye.olivia, consult, make.NORMAL_EYE)
    assert seen_by(eye.maya, eye.eye).number("answered") == 0  # one reader alone does not overrule a model
    answer(eye.oscar, consult, make.NORMAL_EYE)
    counted = seen_by(eye.maya, eye.eye)
    told = {c: counted.number(c) for c in ("outcome_normal", "stood_down", "in_time", "referred", "by_finding")}
    assert told == {"outcome_normal": 1, "stood_down": 1, "in_time": 1, "referred": 0, "by_finding": 0}


def test_readers_who_disagree_stay_counted_after_the_adjudicator_has_spoken(eye: Cast) -> None:
    consult = make.referred(eye.eye)
    answer(eye.olivia, consult, make.NORMAL_EYE)
    answer(eye.oscar, consult, make.MODERATE_EYE)
    assert seen_by(eye.maya, eye.eye).number("disagreed") == 1
    answer(eye.adele, consult, make.MODERATE_EYE)
    counted = seen_by(eye.maya, eye.eye)
    assert (counted.number("disagreed"), counted.number("outcome_referable")) == (1, 1)


def test_what_waits_longer_than_promised_is_overdue_and_late(eye: Cast) -> None:
    Membership.objects.exclude(user=eye.edgar).update(starts_at=timezone.now() - timedelta(days=60))
    with time_machine.travel(timezone.now() - timedelta(days=30), tick=True):
        consult = make.referred(eye.eye)
    counted = seen_by(eye.maya, eye.eye)
    assert [v.pk for v in counted.behind("overdue")] == [consult.encounter_id]
    answer(eye.olivia, consult, make.MODERATE_EYE)
    counted = seen_by(eye.maya, eye.eye)
    told = {c: counted.number(c) for c in ("overdue", "late", "in_time", "due")}
    assert told == {"overdue": 0, "late": 1, "in_time": 0, "due": 1}
    assert to_answer(counted.visits)[0] > timedelta(days=29)


def test_a_failed_assessment_and_a_disputed_picture_are_seen(eye: Cast) -> None:
    failed, mixed = make.visit(eye.eye), make.visit(eye.eye)
    make.pictured(failed, "OD", make.FAILED)
    first = make.pictured(failed, "OS")
    second = make.pictured(mixed, "OD", photo=first.display_sha256)
    pictures._watch(second)
    counted = seen_by(eye.maya, eye.eye)
    assert codes(counted, "failed") == {failed.pk}
    assert codes(counted, "identity") == {failed.pk, mixed.pk}
    pictures.answer_alert(eye.amina, second.identity_alerts.get(), IdentityAnswer.Says.WRONG)
    counted = seen_by(eye.maya, eye.eye)
    assert codes(counted, "identity") == set(), "the copy set aside no longer disputes the other"
    assert next(v for v in counted.visits if v.pk == mixed.pk).pictures == ()


def test_the_document_explains_every_figure() -> None:
    from pathlib import Path

    said = (Path(__file__).parents[3] / "docs" / "figures.md").read_text()
    for figure in FIGURES:
        assert f"`{figure.code}`" in said, figure.code
