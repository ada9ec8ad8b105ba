"""Did she go? Asked in time, asked again, and never after it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from screening.follow_up import ask, to_do
from screening.messages import talk
from screening.models import Consult, Encounter, FollowUp
from screening.refusal import Refused
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api

DAY = timedelta(days=1)


@pytest.fixture
def visit(cast: Cast) -> Encounter:
    make.models(cast.eye)
    pk = make.referred(cast.eye, cast.north).encounter_id
    return Encounter.objects.with_standing().get(pk=pk)


def kinds(user: Any) -> list[str]:
    return [errand.kind for errand in to_do.of(user)]


def test_a_referred_patient_is_asked_after_once_the_week_is_over(cast: Cast, visit: Encounter) -> None:
    assert "follow_up" not in kinds(cast.amina)
    with time_machine.travel(timezone.now() + 8 * DAY):
        assert "follow_up" in kinds(cast.amina)
        assert "follow_up" not in kinds(cast.benjamin)
        ask.record_follow_up(cast.amina, visit, FollowUp.Answer.NOT_YET)
        assert "follow_up" not in kinds(cast.amina)
    with time_machine.travel(timezone.now() + 16 * DAY):
        assert "follow_up" in kinds(cast.amina)
        ask.record_follow_up(cast.amina, visit, FollowUp.Answer.ATTENDED, on=timezone.localdate())
        assert "follow_up" not in kinds(cast.amina)


def test_the_same_answer_sent_again_is_one_answer(cast: Cast, visit: Encounter) -> None:
    pk = make.an_id()
    api, path = Api(cast.amina), f"encounters/{visit.pk}/follow-ups/{pk}"
    body = {"answer": "attended", "on": timezone.localdate().isoformat()}
    assert [api.put(path, body).status_code for _ in range(2)] == [201, 200]
    assert api.put(path, {"answer": "lost"}).status_code == 409
    assert Api(cast.benjamin).put(path, body).status_code == 404
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(("answer", "days"), [("attended", 1), ("attended", -400), ("not_yet", -1)])
def test_impossible_days_are_refused(cast: Cast, visit: Encounter, answer: str, days: int) -> None:
    with pytest.raises(Refused, match="day"):
        ask.record_follow_up(cast.amina, visit, FollowUp.Answer(answer), on=timezone.localdate() + timedelta(days=days))


def test_nobody_is_asked_after_who_was_not_referred(cast: Cast) -> None:
    make.models(cast.eye)
    clear = make.handed_in(make.visit(cast.eye), 0.1, 0.1)
    fresh = Encounter.objects.with_standing().get(pk=clear.pk)
    with pytest.raises(Refused):
        ask.record_follow_up(cast.amina, fresh, FollowUp.Answer.ATTENDED)


def test_the_page_keeps_what_was_entered(cast: Cast, visit: Encounter, signed_in: Any) -> None:
    amina, address = signed_in(cast.amina), reverse("follow_up", args=[visit.pk])
    assert "Did the patient go?" in amina.get(address).content.decode()
    wrong = amina.post(address, {"answer": "attended", "on": "2999-01-01", "note": "by bus"})
    assert (wrong.status_code, 'value="by bus"' in wrong.content.decode()) == (422, True)
    assert "2026-02-30" in amina.post(address, {"answer": "attended", "on": "2026-02-30"}).content.decode()
    assert amina.post(address, {"answer": "lost", "note": "moved"}).status_code == 302
    assert FollowUp.objects.get().answer == "lost"


def test_what_a_specialist_asks_is_a_thing_to_do(cast: Cast, visit: Encounter) -> None:
    consult = visit.consult
    Consult.objects.claim(consult.pk, cast.olivia)
    consult.refresh_from_db()
    message = talk.ask(cast.olivia, consult, "Does she see flashes?")
    found = next(errand for errand in to_do.of(cast.amina) if errand.kind == "question")
    assert (found.detail, found.id) == ("Does she see flashes?", f"question-{message.pk}")
    talk.answer(cast.amina, message, "No")
    assert "question" not in kinds(cast.amina)
