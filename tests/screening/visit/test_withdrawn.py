"""Consent taken back: what is ended and for whom, what stays, and that a later yes is a new consent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from inference.models import Run
from screening.follow_up import ask, to_do
from screening.models import Consent, Consult, Draft, Encounter, FollowUp, Image, Notice
from screening.protocol import rescore
from screening.reading import desk
from screening.reading.desk import Lost
from screening.refusal import Refused
from screening.triage.decide import triage
from screening.upkeep import fsck
from screening.visit import pictures
from screening.visit.begin import open_encounter
from screening.visit.consent import consented, record_consent, withdraw
from screening.visit.hand_in import going_on
from screening.words import sentences
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api

SignIn = Callable[[User | None], Client]


@pytest.fixture
def consult(cast: Cast) -> Consult:
    make.models(cast.eye)
    return make.referred(cast.eye)


def again(encounter: Encounter) -> Encounter:
    return Encounter.objects.with_standing().get(pk=encounter.pk)


def taken_back(cast: Cast, encounter: Encounter) -> Encounter:
    withdraw(cast.amina, encounter.patient, encounter.programme)
    return again(encounter)


# Readers


def test_no_reader_sees_it_any_more(cast: Cast, consult: Consult) -> None:
    images = list(consult.encounter.images.all())
    assert list(Consult.objects.worklist(cast.olivia)) == [consult]
    taken_back(cast, consult.encounter)
    assert not Consult.objects.worklist(cast.olivia).exists()
    assert not Consult.objects.readable_by(cast.olivia).exists()
    assert not Image.objects.visible_to(cast.olivia).filter(pk__in=[one.pk for one in images]).exists()
    closed = Consult.objects.get(pk=consult.pk)
    assert (closed.state, closed.outcome, closed.rank) == ("closed", None, 9)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("name", ["olivia", "amina", "samuel"])
def test_the_pictures_are_there_for_nobody(cast: Cast, consult: Consult, signed_in: SignIn, name: str) -> None:
    image = consult.encounter.images.all()[0]
    user = getattr(cast, name)
    assert Image.objects.visible_to(user).filter(pk=image.pk).exists()
    taken_back(cast, consult.encounter)
    client = signed_in(user)
    for what in ("image_display", "image_thumb"):
        assert client.get(reverse(what, args=[image.pk])).status_code == 404


def test_earlier_pictures_are_not_shown_beside_a_later_visit(cast: Cast, consult: Consult) -> None:
    patient = consult.encounter.patient
    taken_back(cast, consult.encounter)
    make.agrees(patient, cast.eye)
    later = make.referred(cast.eye, patient=patient)
    seen = set(Image.objects.visible_to(cast.olivia))
    assert seen == set(later.encounter.images.all())


def test_the_reader_who_holds_it_is_told_and_what_they_wrote_is_kept(cast: Cast, consult: Consult) -> None:
    held = desk.claim(cast.olivia, consult.pk)
    taken_back(cast, consult.encounter)
    with pytest.raises(Lost, match="withdrawn consent"):
        desk.impression(cast.olivia, held, make.both_eyes(make.NORMAL_EYE))
    with pytest.raises(Lost, match="withdrawn consent"):
        desk.claim(cast.olivia, consult.pk)
    assert not consult.reads.exists() and Draft.objects.filter(consult=held, reader=cast.olivia).exists()
    with pytest.raises(Consult.DoesNotExist):
        desk.claim(cast.oscar, consult.pk)


def test_the_readers_page_and_the_api_say_so(cast: Cast, consult: Consult, signed_in: SignIn) -> None:
    desk.claim(cast.olivia, consult.pk)
    taken_back(cast, consult.encounter)
    client = signed_in(cast.olivia)
    page = client.get(reverse("read", args=[consult.pk]), follow=True)
    assert page.redirect_chain and "withdrawn consent" in page.content.decode()
    lost = client.post(reverse("claim", args=[consult.pk]), headers={"HX-Request": "true"})
    assert lost.status_code == 409 and "withdrawn consent" in lost.content.decode()
    answer = Api(cast.olivia).get(f"referrals/{consult.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "lost")
    Consult.objects.update(claim_until=timezone.now() - timedelta(seconds=1))
    assert client.get(reverse("read", args=[consult.pk])).status_code == 404


def test_an_answer_from_before_is_not_readable_either(cast: Cast, consult: Consult) -> None:
    Consult.objects.update(state=Consult.State.CLOSED)
    assert Consult.objects.readable_by(cast.olivia).exists()
    taken_back(cast, consult.encounter)
    assert not Consult.objects.readable_by(cast.olivia).exists()


# Models


def test_what_waits_for_a_model_is_taken_out_of_the_queue(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    image = make.pictured(encounter, "OD", make.PENDING)
    taken_back(cast, encounter)
    assert not Run.objects.claim(image.display_sha256)


def test_a_worker_who_is_at_it_writes_nothing(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    image = make.pictured(encounter, "OD", make.PENDING)
    run = Run.objects.claim(image.display_sha256)[0]
    taken_back(cast, encounter)
    assert not run.finish(score=0.9, scores={"referable": 0.9})
    assert triage(encounter.pk) is None and not encounter.decisions.exists()


def test_the_same_photo_of_another_patient_is_still_assessed(cast: Cast) -> None:
    make.models(cast.eye)
    encounter, other = make.visit(cast.eye), make.visit(cast.eye)
    image = make.pictured(encounter, "OD", make.PENDING)
    make.pictured(other, "OD", make.PENDING, photo=image.display_sha256)
    taken_back(cast, encounter)
    assert Run.objects.claim(image.display_sha256)


def test_nothing_is_decided_any_more_whatever_comes(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = taken_back(cast, make.handed_in(make.visit(cast.eye)))
    before = encounter.decisions.count()
    encounter.touch()
    assert triage(encounter.pk) is None
    assert (encounter.decisions.count(), again(encounter).triage_due_at) == (before, None)
    assert not rescore.stored(cast.eye, 10)


@pytest.mark.usefixtures("store")
def test_a_photo_that_comes_later_is_refused_even_after_a_new_yes(cast: Cast) -> None:
    encounter = taken_back(cast, make.visit(cast.eye))
    make.agrees(encounter.patient, cast.eye)
    with pytest.raises(Refused) as refused:
        pictures.accept(cast.amina, encounter, view="OD", data=make.photo_bytes(), capture_class="fundus_phone")
    assert refused.value.code == "withdrawn" and not Image.objects.exists()


# Field workers


def test_a_visit_without_a_referral_says_that_it_is_locked(cast: Cast, signed_in: SignIn) -> None:
    make.models(cast.eye)
    encounter = taken_back(cast, make.handed_in(make.visit(cast.eye)))
    assert sentences.stand(encounter) == "withdrawn"
    page = signed_in(cast.amina).get(reverse("encounter", args=[encounter.pk])).content.decode()
    assert "Consent withdrawn" in page and "until an administrator erases them" in page
    assert "Take photo" not in page and reverse("hand_in", args=[encounter.pk]) not in page
    assert not to_do.of(cast.amina)


def test_an_open_visit_is_over(cast: Cast) -> None:
    encounter = make.visit(cast.eye)
    assert going_on(encounter)
    encounter = taken_back(cast, encounter)
    assert not going_on(encounter) and sentences.stand(encounter) == "withdrawn"


def test_a_patient_who_was_referred_is_still_asked_after(cast: Cast, consult: Consult, signed_in: SignIn) -> None:
    encounter = taken_back(cast, consult.encounter)
    assert sentences.stand(encounter) == "refer"
    page = signed_in(cast.amina).get(reverse("encounter", args=[encounter.pk])).content.decode()
    assert "The referral from before still holds" in page and "A specialist will look too" not in page
    assert [asking.encounter for asking in ask.to_follow(cast.amina)] == [encounter]
    made = ask.record_follow_up(cast.amina, encounter, FollowUp.Answer.ATTENDED, on=timezone.localdate())
    assert made.encounter == encounter


def test_what_was_to_be_looked_at_is_not_asked_for_any_more(cast: Cast, consult: Consult) -> None:
    assert Notice.objects.unseen().exists()
    taken_back(cast, consult.encounter)
    assert not Notice.objects.unseen().exists()


# The consent itself


def test_a_later_yes_is_a_new_consent_and_a_new_visit(cast: Cast, consult: Consult) -> None:
    old, patient = consult.encounter, consult.encounter.patient
    taken_back(cast, old)
    assert not consented(patient, cast.eye)
    make.agrees(patient, cast.eye)
    new = make.referred(cast.eye, patient=patient)
    assert Consult.objects.worklist(cast.olivia).get() == new
    assert again(old).withdrawn_at and again(new.encounter).withdrawn_at is None


def test_a_withdrawal_that_arrives_late_ends_what_was_begun_before_it(cast: Cast) -> None:
    patient, now = make.enrolled(cast.north), timezone.now()
    before, after = make.visit(cast.eye, patient=patient), make.visit(cast.eye, patient=patient)
    Encounter.objects.filter(pk=before.pk).update(started_at=now - timedelta(hours=3))
    text = cast.eye.consent_texts.all()[0]
    record_consent(cast.amina, patient, text, Consent.Answer.WITHDRAWN, at=now - timedelta(hours=1))
    assert again(before).withdrawn_at and again(after).withdrawn_at is None


def test_another_programme_goes_on(cast: Cast, consult: Consult) -> None:
    chest = make.visit(cast.chest, patient=consult.encounter.patient)
    taken_back(cast, consult.encounter)
    assert again(chest).withdrawn_at is None and consented(chest.patient, cast.chest)


def test_sent_twice_it_is_done_once_and_only_a_yes_can_be_taken_back(cast: Cast, consult: Consult) -> None:
    patient = consult.encounter.patient
    assert withdraw(cast.amina, patient, cast.eye) == withdraw(cast.amina, patient, cast.eye)
    assert AuditEvent.objects.filter(verb="encounter.withdraw").count() == 1
    with pytest.raises(Refused):
        withdraw(cast.amina, make.enrolled(cast.north, consents=False), cast.eye)


def test_nothing_is_lost_for_the_daily_check(cast: Cast, consult: Consult) -> None:
    taken_back(cast, consult.encounter)
    wrong: list[Any] = [one for one in fsck.audit() if one.wrong and one.code in ("lost", "consult", "runs")]
    assert not wrong


def test_a_no_to_another_visit_takes_nothing_back(cast: Cast, consult: Consult, signed_in: SignIn) -> None:
    patient, client = consult.encounter.patient, signed_in(cast.amina)
    url = reverse("consent", args=[patient.pk, cast.eye.code])
    said = {"version": "1", "language": "en", "client_id": make.an_id()}
    client.post(url, {**said, "answer": "no"})
    assert again(consult.encounter).withdrawn_at is None and not consented(patient, cast.eye)
    # And a yes after that no is a new consent, which opens a visit.
    assert client.post(url, {**said, "answer": "yes"}).url == reverse("questions", args=[said["client_id"]])
    assert Encounter.objects.filter(patient=patient).count() == 2


# The page and the API


def test_the_page_says_what_it_ends_and_ends_it(cast: Cast, consult: Consult, signed_in: SignIn) -> None:
    patient, client = consult.encounter.patient, signed_in(cast.samuel)
    url = reverse("withdraw", args=[patient.pk, cast.eye.code])
    assert url in client.get(reverse("patient", args=[patient.pk])).content.decode()
    said = client.get(url).content.decode()
    assert "Neither the computer nor a specialist" in said and "kept locked" in said and "still holds" in said
    assert again(consult.encounter).withdrawn_at is None
    after = client.post(url, follow=True).content.decode()
    assert "treated just the same" in after and url not in after
    assert again(consult.encounter).withdrawn_at


@pytest.mark.parametrize(
    ("name", "page", "api"),
    [("amina", 302, 200), ("samuel", 302, 200), ("benjamin", 404, 404), ("olivia", 403, 403), ("maya", 403, 403),
     ("gateway", 403, 403), ("tessa", 403, 403)],
)  # fmt: skip
def test_who_may(cast: Cast, consult: Consult, signed_in: SignIn, name: str, page: int, api: int) -> None:
    patient, user = consult.encounter.patient, getattr(cast, name)
    answer = Api(user).post(f"patients/{patient.pk}/withdrawals", {"programme": "diabetic-eye"})
    assert answer.status_code == api
    make.agrees(patient, cast.eye)
    url = reverse("withdraw", args=[patient.pk, cast.eye.code])
    assert signed_in(user).post(url).status_code == page


def test_a_visit_that_was_begun_is_found_again_and_takes_no_photo(cast: Cast) -> None:
    encounter = taken_back(cast, make.visit(cast.eye))
    make.agrees(encounter.patient, cast.eye)
    assert open_encounter(cast.amina, encounter.patient, cast.eye, client_id=encounter.pk) == encounter
