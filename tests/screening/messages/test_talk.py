"""Reader and field worker talk: what is asked, who sees it, and that the consult waits and always comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from screening.messages import talk
from screening.models import Consult, Draft, Message, Notice
from screening.reading import desk
from screening.refusal import Refused
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE, both_eyes
from tests.screening.desk import post

SignIn = Callable[[User | None], Client]


def asked(cast: Cast, consult: Consult, text: str = "Was the pupil wide?") -> Message:
    return talk.ask(cast.olivia, desk.claim(cast.olivia, consult.pk), text)


def test_a_question_makes_the_consult_wait_and_the_answer_brings_it_back(cast: Cast, consult: Consult) -> None:
    message = asked(cast, consult)
    for reader in (cast.olivia, cast.oscar):
        assert not Consult.objects.worklist(reader).exists()
    assert Notice.objects.get(kind="question").encounter == consult.encounter
    assert [m.pk for m in talk.to_answer(cast.amina)] == [message.pk]
    assert not talk.to_answer(cast.benjamin).exists()
    talk.answer(cast.amina, message, "Yes, drops were given.")
    consult.refresh_from_db()
    assert consult.back_at and consult.waits_since is None
    assert Consult.objects.worklist(cast.oscar).exists()
    assert not talk.to_answer(cast.amina).exists()
    # Said by another phone too: kept beside the answer. Said again by the same: it is the same.
    later = talk.answer(cast.amina, message, "No, none.")
    assert list(message.also_said.all()) == [later]
    assert talk.answer(cast.amina, message, "Yes, drops were given.") == Message.objects.get(answers=message)


def test_an_unanswered_question_never_loses_the_patient(cast: Cast, consult: Consult) -> None:
    asked(cast, consult)
    due = Consult.objects.get().due_at
    with time_machine.travel(due + timedelta(minutes=1), tick=False):
        assert Consult.objects.worklist(cast.oscar).exists()
        assert not talk.waits(Consult.objects.get())


def test_only_who_holds_it_may_ask_and_only_one_thing_at_a_time(cast: Cast, consult: Consult) -> None:
    with pytest.raises(Refused, match="do not hold"):
        talk.ask(cast.olivia, consult, "Which eye?")
    asked(cast, consult)
    Consult.objects.update(claimed_by=cast.olivia, claim_until=timezone.now() + timedelta(minutes=5))
    with pytest.raises(Refused, match="already"):
        talk.ask(cast.olivia, consult, "And again?")
    with pytest.raises(Refused, match="Write"):
        talk.ask(cast.olivia, consult, "  ")
    with pytest.raises(Refused, match="Choose"):
        talk.ask_for_retake(cast.olivia, consult, {"OD": "ugly"})


def test_a_new_photo_of_every_wanted_view_is_the_answer(cast: Cast, consult: Consult) -> None:
    mine = desk.claim(cast.olivia, consult.pk)
    desk.keep_draft(cast.olivia, mine, {"grades": {"OD": MODERATE_EYE}})
    message = talk.ask_for_retake(cast.olivia, mine, {"OD": "blurred", "OS": "too_dark"})
    assert Notice.objects.filter(kind="wanted").count() == 1
    make.pictured(consult.encounter, "OD", 0.2)
    talk.retaken(cast.amina, consult.encounter)
    assert not Message.objects.filter(kind="retaken").exists()
    make.pictured(consult.encounter, "OS", 0.2)
    talk.retaken(cast.amina, consult.encounter)
    assert Message.objects.get(kind="retaken").answers == message
    assert Consult.objects.worklist(cast.olivia).exists()
    assert Draft.objects.get().entered == {"grades": {"OD": MODERATE_EYE}}, "the draft waited too"


def test_a_second_reader_is_blind_to_what_the_first_asked(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    talk.answer(cast.amina, asked(cast, consult, "New vessels at the disc?"), "I cannot tell.")
    assert talk.of_reader(cast.oscar, consult), "nobody has read yet: the next reader needs the answer"
    mine = desk.claim(cast.olivia, consult.pk)
    desk.impression(cast.olivia, mine, both_eyes(NORMAL_EYE))
    desk.submit(cast.olivia, mine, both_eyes(NORMAL_EYE))
    oscar = signed_in(cast.oscar)
    post(oscar, "claim", consult)
    assert "New vessels" not in oscar.get(reverse("read", args=[consult.pk])).content.decode()
    assert talk.of_reader(cast.olivia, consult)
