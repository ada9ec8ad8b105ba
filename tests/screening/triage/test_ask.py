"""One consult per encounter; its priority only rises, its due time only comes nearer."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from screening import rules
from screening.models import Consult, Notice, Programme
from screening.rules import Priority
from screening.triage.ask import ask_specialist
from screening.triage.ask import due as due_within
from screening.triage.decide import triage
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE
from tests.screening.api_client import Api
from tests.screening.tried import reads

SignIn = Callable[[User | None], Client]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(Priority, Priority)))
def test_a_second_reason_only_raises_the_priority(cast: Cast, first: Priority, second: Priority) -> None:
    make.models(cast.eye)
    encounter = make.handed_in(make.visit(cast.eye))
    decision = encounter.decision()
    opened = ask_specialist(encounter, decision, first)
    due = opened.due_at
    again = ask_specialist(encounter, decision, second)
    assert (again.pk, Consult.objects.count()) == (opened.pk, 1)
    again.refresh_from_db()
    assert again.priority == rules.more_urgent(first, second)
    assert again.due_at == min(due, again.due_at)
    soonest = timezone.now() + min(due_within(encounter.programme, first), due_within(encounter.programme, second))
    assert abs(again.due_at - soonest) < timedelta(seconds=5)


def test_an_answered_consult_is_not_reopened(cast: Cast) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye)
    Consult.objects.update(state=Consult.State.CLOSED)
    ask_specialist(consult.encounter, consult.decision, Priority.URGENT)
    consult.refresh_from_db()
    assert (consult.priority, consult.state) == ("refer", "closed")


def test_a_new_reason_leaves_the_claim_alone(cast: Cast) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye)
    assert Consult.objects.claim(consult.pk, cast.olivia)
    ask_specialist(consult.encounter, consult.decision, Priority.URGENT)
    consult.refresh_from_db()
    assert consult.held_by(cast.olivia)
    assert consult.priority == "urgent"


def sampled(cast: Cast) -> Consult:
    Programme.objects.update(sample_rate=1)
    cast.eye.refresh_from_db()
    encounter = make.handed_in(make.visit(cast.eye, cast.north))
    return Consult.objects.get(encounter=encounter)


def test_a_drawn_all_clear_is_read_and_the_patient_is_told_nothing_new(cast: Cast, signed_in: SignIn) -> None:
    make.models(cast.eye)
    consult = sampled(cast)
    assert (consult.priority, consult.sampled_at) == ("sample", 1)
    triage(consult.encounter_id)
    assert Consult.objects.count() == 1
    page = signed_in(cast.amina).get(reverse("encounter", args=[consult.encounter_id])).content.decode()
    assert "Come back in 12 months" in page
    reads(cast.olivia, consult, NORMAL_EYE)
    assert not Notice.objects.exists(), "nothing has changed for the patient"


def test_a_sample_that_finds_disease_refers_the_patient(cast: Cast) -> None:
    make.models(cast.eye)
    consult = sampled(cast)
    reads(cast.olivia, consult, MODERATE_EYE)
    consult.refresh_from_db()
    assert consult.outcome is not None and consult.outcome.action == "refer"
    assert Notice.objects.get().kind == "answered"


@pytest.mark.parametrize("mode", ["blind_first", "ai_second"])
def test_a_sample_is_mixed_in_unmarked(cast: Cast, signed_in: SignIn, mode: str) -> None:
    """Order, due time, badges, page and API say the same of a sample and of a suspicion."""
    make.models(cast.eye)
    Programme.objects.update(reading_mode=mode)
    cast.eye.refresh_from_db()
    suspicion = make.referred(cast.eye, cast.north)
    sample = sampled(cast)
    waits = [r.due_at - r.created_at for r in (suspicion, sample)]
    assert abs(waits[0] - waits[1]) < timedelta(seconds=5)
    assert [r.pk for r in Consult.objects.worklist(cast.olivia)] == [suspicion.pk, sample.pk]
    lines = Api(cast.olivia).get("worklist").json()["results"]
    different = {key for key in lines[0] if lines[0][key] != lines[1][key]}
    assert different <= {"id", "person", "due_at", "created_at"}
    rows = signed_in(cast.olivia).get(reverse("worklist")).context["rows"]
    assert len({(row.badge, row.reason) for row in rows}) == 1


def test_where_the_ai_is_shown_a_sample_is_not_named(cast: Cast, signed_in: SignIn) -> None:
    make.models(cast.eye)
    Programme.objects.update(reading_mode="ai_first")
    cast.eye.refresh_from_db()
    sampled(cast)
    assert "ample" not in signed_in(cast.olivia).get(reverse("worklist")).content.decode().replace("example", "")
