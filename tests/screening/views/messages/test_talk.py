"""The talk over the pages: asked at the desk, answered in the field."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.models import Consult, Message
from tests.cast import Cast
from tests.screening.desk import post

SignIn = Callable[[User | None], Client]


def test_the_whole_talk_over_the_pages(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia, amina = signed_in(cast.olivia), signed_in(cast.amina)
    post(olivia, "claim", consult)
    answer = post(olivia, "ask_for_retake", consult, {"wrong-OD": "glare", "wrong-OS": "", "text": "Tilt a little"})
    assert answer["Location"] == reverse("worklist")
    visit = reverse("encounter", args=[consult.encounter_id])
    text = amina.get(visit).content.decode()
    for words in ("The specialist wants a new photo", "Right eye (OD): light reflected", "Tilt a little",
                  "wrong.svg#fundus-glare", "It cannot be taken again", "take it again"):  # fmt: skip
        assert words in text, words
    assert "The specialist wants a new photo" in amina.get(reverse("patients")).content.decode()
    message = Message.objects.get()
    foreign = signed_in(cast.benjamin).post(reverse("answer_message", args=[message.pk]), {"cannot": "yes"})
    assert foreign.status_code == 404
    amina.post(reverse("answer_message", args=[message.pk]), {"cannot": "yes", "text": "The patient has left"})
    post(olivia, "claim", consult)
    text = olivia.get(reverse("read", args=[consult.pk])).content.decode()
    assert "The patient has left" in text and "light reflected" in text
    assert "The specialist wants a new photo" not in amina.get(visit).content.decode()


def test_phrases_are_the_readers_own(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia, oscar = signed_in(cast.olivia), signed_in(cast.oscar)
    assert post(olivia, "keep_phrase", consult, {"advice": "Drink  water."}).status_code == 204
    post(olivia, "claim", consult)
    page = reverse("read", args=[consult.pk])
    assert "Drink water." in olivia.get(page).content.decode()
    post(olivia, "release", consult)
    post(oscar, "claim", consult)
    assert "Drink water." not in oscar.get(page).content.decode()
