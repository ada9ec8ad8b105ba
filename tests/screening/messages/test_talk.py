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
from screening.models import Consult, Draft, Message, Notice, Read
from screening.reading import desk
from screening.refusal import Refused
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE, both_eyes
from tests.screening.desk import form, post

SignIn = Callable[[User | None], Client]


@pytest.fixture
def consult(cast: Cast) -> Consult:
    make.models(cast.eye)
    return make.referred(cast.eye, cast.north)


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
    with pytest.raises(Refused, match="already"):
        talk.cannot(cast.amina, message)


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


# ------------------------------------------------------------------------------------------------- corrections


def read_whole(client: Client, consult: Consult, grade: dict[str, str], advice: str = "") -> None:
    post(client, "claim", consult)
    for step in ("impression", "final_read"):
        post(client, step, consult, form(both_eyes(grade), advice))


def test_a_correction_is_a_new_version_and_a_new_answer(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia = signed_in(cast.olivia)
    read_whole(olivia, consult, MODERATE_EYE, "See you in a month.")
    answer = post(olivia, "amend", consult, form(both_eyes(make.PROLIFERATIVE_EYE)) | {"why": "New vessels overlooked"})
    assert answer.status_code == 302
    reads = Read.objects.filter(stage="final").order_by("version")
    assert [(r.version, r.finding, r.amends) for r in reads] == [
        (1, "referable", ""), (2, "urgent", "New vessels overlooked"),
    ]  # fmt: skip
    consult.refresh_from_db()
    assert [o.action for o in consult.outcomes.order_by("number")] == ["refer", "refer_urgent"]
    assert consult.outcome is not None and (consult.outcome.number, consult.outcome.action) == (2, "refer_urgent")
    assert Notice.objects.filter(kind="amended", encounter=consult.encounter).count() == 1
    field = signed_in(cast.amina).get(reverse("encounter", args=[consult.encounter_id])).content.decode()
    assert "Refer urgently" in field


def test_a_correction_says_why_and_is_ones_own(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia = signed_in(cast.olivia)
    assert post(olivia, "amend", consult, form(both_eyes(NORMAL_EYE)) | {"why": "x"}).status_code == 409
    read_whole(olivia, consult, MODERATE_EYE)
    page = olivia.get(reverse("amend", args=[consult.pk])).content.decode()
    assert 'data-seconds=""' in page and 'aria-invalid="true"' not in page  # no claim that could lapse, no fault yet
    answer = post(olivia, "amend", consult, form(both_eyes(NORMAL_EYE)))
    assert answer.status_code == 422
    fault = answer.content.decode().split('name="why"', 1)[1].split(">", 1)[0]
    assert 'aria-invalid="true" aria-describedby="why-problem"' in fault
    assert post(signed_in(cast.oscar), "amend", consult, form(both_eyes(NORMAL_EYE)) | {"why": "x"}).status_code == 409
    assert Read.objects.filter(stage="final").count() == 1


def test_a_correction_against_the_ai_calls_another_reader_while_the_answer_holds(
    cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    olivia = signed_in(cast.olivia)
    read_whole(olivia, consult, MODERATE_EYE)
    post(olivia, "amend", consult, form(both_eyes(NORMAL_EYE)) | {"why": "Wrong patient in mind"})
    consult.refresh_from_db()
    assert consult.state == Consult.State.OPEN
    assert consult.outcome is not None and consult.outcome.action == "refer"
    assert Consult.objects.worklist(cast.oscar).exists()
    read_whole(signed_in(cast.oscar), consult, NORMAL_EYE)
    consult.refresh_from_db()
    assert (consult.state, consult.outcome.action, consult.outcome.number) == ("closed", "recall", 2)


def test_a_correction_that_disagrees_goes_to_the_adjudicator_soon(
    cast: Cast, signed_in: SignIn, consult: Consult
) -> None:
    for name in ("olivia", "oscar"):
        read_whole(signed_in(cast.people[name]), consult, NORMAL_EYE)
    post(signed_in(cast.olivia), "amend", consult, form(both_eyes(make.PROLIFERATIVE_EYE)) | {"why": "Looked again"})
    consult.refresh_from_db()
    assert (consult.state, consult.priority) == ("disputed", "urgent")
    assert consult.due_at < timezone.now() + timedelta(days=1, minutes=1)
    assert list(Consult.objects.worklist(cast.adele)) == [consult]


def test_advice_is_said_in_the_patients_language(cast: Cast, signed_in: SignIn, consult: Consult) -> None:
    olivia = signed_in(cast.olivia)
    read_whole(olivia, consult, MODERATE_EYE)
    data = form(both_eyes(MODERATE_EYE), "Ask for Dr Haddad.") | {"advice_codes": ["clinic", "sugar"], "why": "Advice"}
    post(olivia, "amend", consult, data)
    page = signed_in(cast.amina).get(reverse("encounter", args=[consult.encounter_id])).content.decode()
    for words in ("Go to the eye clinic", "Good control of blood sugar", "Ask for Dr Haddad."):
        assert words in page
