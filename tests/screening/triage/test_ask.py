"""One consult per encounter; its priority only rises, its due time only comes nearer."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from screening import rules
from screening.models import Consult
from screening.rules import Priority
from screening.triage.ask import ask_specialist
from screening.triage.ask import due as due_within
from tests import factories as make
from tests.cast import Cast


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
