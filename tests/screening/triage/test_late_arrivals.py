"""A visit in one piece: nobody is asked about half of it, and what comes after the answer never meets a closed door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from screening import tasks
from screening.models import Consult, Encounter, Notice, Outcome, Programme, ReadingMode, SetAside
from screening.reading import desk
from screening.triage.decide import triage
from screening.visit import pictures
from screening.visit.answers import mark_unobtainable, record_answers
from screening.visit.hand_in import hand_in
from screening.words import consult_reasons, sentences
from tests import factories as make
from tests.cast import Cast
from tests.screening.reading.reads import MODERATE, NORMAL, URGENT, now_of, reads

HOURS = timedelta(hours=1)


@pytest.fixture
def half(cast: Cast) -> Encounter:
    """The right eye is positive, the left is still to come."""
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    make.pictured(encounter, "OD", 0.9)
    assert triage(encounter.pk).action == "refer"
    return encounter


@pytest.fixture
def answered(cast: Cast) -> Consult:
    """Read normal by two, who overruled the AI: the patient comes back in a year."""
    make.models(cast.eye)
    consult = make.referred(cast.eye, cast.north)
    reads(cast.olivia, consult, NORMAL)
    reads(cast.oscar, consult, NORMAL)
    assert now_of(consult).outcome.action == "recall"
    return now_of(consult)


def shown(encounter: Encounter) -> Encounter:
    return Encounter.objects.with_standing().get(pk=encounter.pk)


@pytest.mark.parametrize("mode", ReadingMode.values)
def test_half_a_visit_is_before_no_reader(cast: Cast, half: Encounter, mode: str) -> None:
    Programme.objects.update(reading_mode=mode)
    assert not Consult.objects.exists()
    assert sentences.stand(shown(half)) == sentences.Stand.REFER, "the field worker knows at once"
    make.pictured(half, "OS", 0.1)
    triage(half.pk)
    assert not Consult.objects.exists()
    hand_in(cast.amina, half)
    triage(half.pk)
    consult = Consult.objects.get()
    assert consult.created_at >= Encounter.objects.get().handed_in_at, "its time tells nothing of what was found"
    assert consult_reasons.unfinished(consult) == ""


def test_a_danger_sign_goes_to_a_reader_at_once_who_hears_that_more_may_come(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north, answers={"sudden_loss": "yes"})
    assert triage(encounter.pk).action == "refer_urgent"
    consult = Consult.objects.get()
    assert consult.priority == "urgent"
    assert "still going on" in consult_reasons.unfinished(consult)


def test_a_visit_left_for_twelve_hours_is_read_as_it_is(cast: Cast, half: Encounter) -> None:
    with time_machine.travel(timezone.now() + 11 * HOURS):
        tasks.sweep()
        assert not Consult.objects.exists()
    with time_machine.travel(timezone.now() + 13 * HOURS):
        tasks.sweep()
        consult = Consult.objects.get()
        assert "left unfinished" in consult_reasons.unfinished(consult)
        assert Encounter.objects.get().left_at is None, "once is enough"


@pytest.mark.parametrize("score", [0.1, 0.9])
def test_a_visit_that_was_left_is_never_cleared_by_a_model(cast: Cast, score: float) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    make.pictured(encounter, "OD", score)
    make.pictured(encounter, "OS", 0.1)
    triage(encounter.pk)
    with time_machine.travel(timezone.now() + 13 * HOURS):
        tasks.sweep()
    assert Consult.objects.get().state == Consult.State.OPEN


def late_eye(cast: Cast, encounter: Encounter) -> None:
    make.pictured(encounter, "OS", 0.1)


def danger(cast: Cast, encounter: Encounter) -> None:
    record_answers(cast.amina, encounter, {"sudden_loss": "yes"})


def symptom_against_the_model(cast: Cast, encounter: Encounter) -> None:
    record_answers(cast.amina, encounter, {"pregnant": "yes"})


def gone(cast: Cast, encounter: Encounter) -> None:
    pictures.set_aside(cast.amina, encounter.images.earliest("received_at"), SetAside.Why.MISTAKE)


LATE: list[Callable[[Cast, Encounter], None]] = [late_eye, danger, symptom_against_the_model, gone]


@pytest.mark.parametrize("comes", LATE)
def test_what_comes_after_the_answer_opens_it_again_and_both_are_told(
    cast: Cast, answered: Consult, comes: Callable[[Cast, Encounter], None]
) -> None:
    comes(cast, answered.encounter)
    triage(answered.encounter_id)
    again = now_of(answered)
    assert (again.state, again.outcome) == (Consult.State.OPEN, answered.outcome)
    assert again.back_at and again.due_at > timezone.now()
    assert Notice.objects.filter(kind=Notice.Kind.REOPENED, encounter=answered.encounter).count() == 1
    assert sentences.looked_at_again(shown(answered.encounter))
    for reader in (cast.olivia, cast.oscar):
        assert Consult.objects.worklist(reader).filter(pk=answered.pk).exists(), "whoever read it before may again"
    triage(answered.encounter_id)
    assert now_of(answered).reopened_at == again.reopened_at, "once"


def test_a_danger_sign_outranks_an_answer_that_sends_nobody(cast: Cast, answered: Consult) -> None:
    danger(cast, answered.encounter)
    triage(answered.encounter_id)
    assert sentences.stand(shown(answered.encounter)) == sentences.Stand.REFER_URGENT
    assert now_of(answered).priority == "urgent"


def test_earlier_reads_do_not_count_for_what_they_did_not_see(cast: Cast, answered: Consult) -> None:
    late_eye(cast, answered.encounter)
    triage(answered.encounter_id)
    reads(cast.olivia, now_of(answered), URGENT)
    assert now_of(answered).state == Consult.State.CLOSED
    assert Outcome.objects.order_by("number").last().action == "refer_urgent"
    assert Notice.objects.filter(kind=Notice.Kind.AMENDED).exists()
    assert [read.version for read in answered.reads.filter(reader=cast.olivia, stage="final").order_by("read_at")] == [
        1, 2
    ]  # fmt: skip


def test_the_same_answer_again_is_told_as_well(cast: Cast, half: Encounter) -> None:
    hand_in_with_an_excuse(cast, half)
    consult = Consult.objects.get()
    reads(cast.olivia, consult, {**MODERATE, "OS": {"gradability": "ungradable"}})
    Notice.objects.all().delete()
    make.pictured(half, "OS", 0.9)
    triage(half.pk)
    reads(cast.oscar, now_of(consult), MODERATE)
    assert Notice.objects.filter(kind=Notice.Kind.ANSWERED).exists()
    assert Outcome.objects.count() == 1


def hand_in_with_an_excuse(cast: Cast, encounter: Encounter) -> None:
    mark_unobtainable(cast.amina, encounter, "OS", "cataract")
    hand_in(cast.amina, encounter)
    triage(encounter.pk)


@pytest.mark.parametrize("what", ["again", "same answers"])
def test_nothing_new_opens_nothing(cast: Cast, answered: Consult, what: str) -> None:
    if what == "same answers":
        record_answers(cast.amina, answered.encounter, {"sight_worse": "no"})
    answered.encounter.touch()
    triage(answered.encounter_id)
    assert now_of(answered).state == Consult.State.CLOSED


def test_two_windows_of_one_reader_give_one_read_of_what_is_asked_now(cast: Cast, answered: Consult) -> None:
    late_eye(cast, answered.encounter)
    triage(answered.encounter_id)
    reads(cast.olivia, now_of(answered), NORMAL)
    with pytest.raises(desk.Lost):
        reads(cast.olivia, now_of(answered), NORMAL)
