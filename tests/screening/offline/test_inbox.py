"""Sealed items: opened, applied in the name of their author, never twice, never lost."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from inference import blobs, drawing
from inference.drawing.dicom import synthetic_dicom
from screening.messages import talk
from screening.models import (
    Announced,
    Consent,
    ConsentMark,
    Encounter,
    FollowUp,
    Image,
    Message,
    Patient,
    SealedItem,
)
from screening.offline import inbox
from screening.reading import desk
from screening.rules.held import Choice
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api
from tests.screening.phone import Phone

pytestmark = pytest.mark.django_db
EYES = {"OD": make.photo_bytes(1), "OS": make.photo_bytes(2)}


@pytest.fixture
def phone(cast: Cast, store: Path) -> Phone:
    return Phone(cast.amina)


# ---------------------------------------------------------------------------------------------------------- whole way


def test_a_visit_and_its_photos_arrive_whole_and_hand_themselves_in(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    item, sealed = phone.seal_form(form)
    answer = phone.deliver(item, sealed)
    said = answer.json()
    assert (answer.status_code, said["state"], said["kept"], said["code"]) == (201, "applied", True, "")
    assert said["envelope_sha256"] == hashlib.sha256(sealed).hexdigest()
    encounter = Encounter.objects.get(pk=form["encounter"])
    assert (encounter.started_by, encounter.handed_in_at) == (cast.amina, None)
    assert Announced.objects.missing().count() == 2
    for pk, envelope_ in phone.photos(form, taken):
        phone.upload(pk, form["encounter"], envelope_)
        receipt = phone.receipt(pk)
        assert (receipt["state"], receipt["image"]) == ("applied", str(pk))
        assert receipt["sha256"] == hashlib.sha256(taken[str(pk)][1]).hexdigest()
    encounter.refresh_from_db()
    assert encounter.handed_in_at is not None
    assert {image.view for image in encounter.images.all()} == {"OD", "OS"}
    assert encounter.patient.consents.get().mark.kind == "spoken"


def test_everything_sent_again_changes_nothing(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    item, sealed = phone.seal_form(form)
    first = phone.deliver(item, sealed).json()
    photos = phone.photos(form, taken)
    for pk, data in photos:
        phone.upload(pk, form["encounter"], data)

    def rows() -> list[int]:
        return [model.objects.count() for model in (Patient, Consent, Encounter, Image, SealedItem, Announced)]

    before = rows()
    again = phone.deliver(item, sealed)
    assert (again.status_code, again.json()) == (200, first)
    for pk, data in photos:
        answer = phone.create(pk, form["encounter"], data)
        assert (answer.status_code, answer.json()["code"]) == (409, "received")
    assert rows() == before
    assert rows() == [1, 1, 1, 2, 3, 2]


def test_the_same_contents_sealed_once_more_are_the_same_item(cast: Cast, phone: Phone) -> None:
    form, _ = phone.visit(cast.eye, cast.north)
    item, sealed = phone.seal_form(form)
    phone.deliver(item, sealed)
    assert phone.deliver(item, phone.seal_form(form, item)[1]).status_code == 200
    other, _ = phone.visit(cast.eye, cast.north)
    answer = phone.deliver(item, phone.seal_form(other, item)[1])
    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")


def test_photos_before_their_form_wait_for_it(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    for pk, data in phone.photos(form, taken):
        phone.upload(pk, form["encounter"], data)
        assert phone.receipt(pk)["state"] == "waiting"
        assert phone.receipt(pk)["kept"]
        assert phone.receipt(pk)["sha256"]
    phone.deliver(*phone.seal_form(form))
    assert Encounter.objects.get(pk=form["encounter"]).handed_in_at is not None
    assert Image.objects.count() == 2


def test_a_retake_adds_to_the_visit(cast: Cast, phone: Phone) -> None:
    make.models(cast.eye)
    visit = make.visit(cast.eye)
    make.pictured(visit, "OD")
    form, taken = phone.visit(cast.eye, cast.north, {"OS": EYES["OS"]})
    form |= {"encounter": str(visit.pk), "patient": {"id": str(visit.patient_id)}, "consent": None}
    assert phone.deliver(*phone.seal_form(form)).json()["state"] == "applied"
    for pk, data in phone.photos(form, taken):
        phone.upload(pk, visit.pk, data)
    visit.refresh_from_db()
    assert (visit.images.count(), visit.handed_in_at is not None) == (2, True)


def test_a_no_is_kept_and_opens_nothing(cast: Cast, phone: Phone) -> None:
    form, _ = phone.visit(cast.eye, cast.north, encounter=None)
    form["consent"]["answer"] = "refused"
    assert phone.deliver(*phone.seal_form(form)).json()["state"] == "applied"
    assert (Consent.objects.get().answer, Encounter.objects.count()) == ("refused", 0)


def test_a_signature_is_kept_sealed(cast: Cast, phone: Phone, store: Path) -> None:
    png = b"\x89PNG the mark of Mariam"
    form, _ = phone.visit(cast.eye, cast.north)
    form["consent"]["mark"] = {"kind": "signature", "png": base64.b64encode(png).decode()}
    phone.deliver(*phone.seal_form(form))
    mark = ConsentMark.objects.get()
    assert blobs.exists(mark.picture)
    assert not [path for path in store.rglob("*") if path.is_file() and b"Mariam" in path.read_bytes()]


def test_a_preview_is_cleaned_and_kept(cast: Cast, phone: Phone) -> None:
    form, _ = phone.visit(cast.eye, cast.north, EYES)
    small = make.photo_bytes(1, size=96)
    form["images"][0]["preview"] = base64.b64encode(small).decode()
    form["images"][1]["preview"] = base64.b64encode(b"\xff\xd8\xff no picture").decode()
    assert phone.deliver(*phone.seal_form(form)).json()["state"] == "applied"
    assert [a.preview for a in Announced.objects.order_by("view")] == [len(small) <= 12_000, False]


def test_a_preview_is_shown_to_the_field_worker_until_the_photo_is_here(
    cast: Cast, phone: Phone, signed_in: Any
) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    for image, number in zip(form["images"], (1, 2), strict=True):
        image["preview"] = base64.b64encode(make.photo_bytes(number, size=96)).decode()
    phone.deliver(*phone.seal_form(form))
    amina, pk = signed_in(cast.amina), form["images"][0]["id"]
    small, visit = reverse("image_preview", args=[pk]), reverse("encounter", args=[form["encounter"]])
    page = amina.get(visit).content.decode()
    assert small in page and page.count("still on the way") >= 2
    answer = amina.get(small)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "image/jpeg", "no-store, private"
    )  # fmt: skip
    assert AuditEvent.objects.filter(verb="image.view", subject_id=pk, actor=cast.amina).count() == 1
    assert [signed_in(person).get(small).status_code for person in (cast.benjamin, cast.olivia, cast.samuel)] == [
        404, 403, 403
    ]  # fmt: skip
    item, sealed = phone.photos(form, taken)[0]
    phone.upload(item, form["encounter"], sealed)
    assert amina.get(small).status_code == 404
    page = amina.get(visit).content.decode()
    assert small not in page and reverse("image_thumb", args=[pk]) in page


@pytest.mark.parametrize("said", [{}, {"capture_class": ""}], ids=["left out", "empty"])
def test_a_dicom_film_says_itself_how_it_was_taken(cast: Cast, phone: Phone, said: dict[str, str]) -> None:
    film = synthetic_dicom(drawing.draw_chest(7))
    form, taken = phone.visit(cast.chest, cast.north, {"CXR": film})
    del form["images"][0]["capture_class"]
    form["images"][0] |= said
    assert phone.deliver(*phone.seal_form(form)).json()["state"] == "applied"
    [pk] = taken
    _, sealed = phone.seal_photo(form["encounter"], "CXR", film, UUID(pk), **{"capture_class": "", **said})
    phone.upload(pk, form["encounter"], sealed)
    image = Encounter.objects.get(pk=form["encounter"]).images.get()
    assert (image.view, image.capture_class) == ("CXR", "dicom")


def test_a_follow_up_comes_offline_too(cast: Cast, phone: Phone) -> None:
    make.models(cast.eye)
    encounter = make.referred(cast.eye, cast.north).encounter
    said = {"version": 1, "type": "follow_up", "id": str(make.an_id()), "encounter": str(encounter.pk),
            "answer": "lost", "on": None, "note": "moved away"}  # fmt: skip
    assert phone.deliver(*phone.seal_form(said)).json()["state"] == "applied"
    assert (FollowUp.objects.get().answer, FollowUp.objects.get().by) == ("lost", cast.amina)


def a_question(cast: Cast) -> Message:
    make.models(cast.eye)
    consult = make.referred(cast.eye, cast.north)
    return talk.ask(cast.olivia, desk.claim(cast.olivia, consult.pk), "Was the pupil wide?")


def reply(message: Message, **more: Any) -> dict[str, Any]:
    return {"version": 1, "type": "answer", "task": f"question-{message.pk}", "text": "Yes, drops.", **more}


@pytest.mark.parametrize(("cannot", "kind"), [(False, "answer"), (True, "cannot")])
def test_an_answer_to_a_specialist_comes_offline_too(cast: Cast, phone: Phone, cannot: bool, kind: str) -> None:
    message = a_question(cast)
    item, sealed = phone.seal_form(reply(message, cannot=cannot))
    said = phone.deliver(item, sealed).json()
    assert (said["state"], said["encounter"]) == ("applied", str(message.consult.encounter_id))
    assert phone.deliver(item, sealed).status_code == 200, "sent again it is the same"
    given = Message.objects.get(answers=message)
    assert (given.kind, given.text, given.by) == (kind, "Yes, drops.", cast.amina)
    message.consult.refresh_from_db()
    assert message.consult.waits_since is None, "the consult is back on the worklist"
    second = phone.deliver(*phone.seal_form(reply(message, text="No."))).json()
    assert second["state"] == "applied", "two phones answered: both texts are kept"
    assert Message.objects.get(answers=message).text == "Yes, drops."
    assert [one.text for one in message.also_said.all()] == ["No."]


@pytest.mark.parametrize(
    ("wrong", "state", "code"),
    [
        ({"text": " "}, "refused", "bad_answer"),
        ({"text": "x" * 601}, "shelved", "form"),
        ({"task": "question-7"}, "shelved", "form"),
        ({"task": f"question-{make.an_id()}"}, "shelved", "form"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_kept(
    cast: Cast, phone: Phone, wrong: dict[str, str], state: str, code: str
) -> None:
    message = a_question(cast)
    said = phone.deliver(*phone.seal_form(reply(message, **wrong))).json()
    assert (said["state"], said["code"], said["kept"]) == (state, code, True)
    assert not Message.objects.filter(answers=message).exists()


def test_an_answer_from_another_site_waits_for_a_decision(cast: Cast, store: Path) -> None:
    message = a_question(cast)
    said = Phone(cast.benjamin).deliver(*Phone(cast.benjamin).seal_form(reply(message))).json()
    assert (said["state"], said["code"]) == ("held", "site")
    assert not Message.objects.filter(answers=message).exists()


# --------------------------------------------------------------------------------------------------- author and duty


def test_the_next_person_delivers_and_the_author_stays(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    item, sealed = phone.seal_form(form)
    photos = phone.photos(form, taken)
    phone.handed_to(cast.benjamin)  # of another site
    assert phone.deliver(item, sealed).json()["state"] == "applied"
    for pk, data in photos:
        phone.upload(pk, form["encounter"], data)
        asked = phone.api.get(f"sealed/{pk}?envelope={hashlib.sha256(data).hexdigest()}")
        assert asked.json()["state"] == "applied"
    encounter = Encounter.objects.get(pk=form["encounter"])
    assert {encounter.started_by, *(image.received_by for image in encounter.images.all())} == {cast.amina}
    delivered = AuditEvent.objects.filter(verb="sealed.receive")
    assert {event.actor for event in delivered} == {cast.benjamin}
    assert phone.api.get(f"encounters/{encounter.pk}").status_code == 404  # and it opens nothing to them


def test_receipts_are_not_for_strangers(cast: Cast, phone: Phone) -> None:
    form, _ = phone.visit(cast.eye, cast.north)
    item, sealed = phone.seal_form(form)
    phone.deliver(item, sealed)
    assert Api(cast.benjamin).get(f"sealed/{item}").status_code == 404
    assert Api(cast.benjamin).get(f"sealed/{item}?envelope={'0' * 64}").status_code == 404
    assert Api(cast.benjamin).get(f"sealed?items={item}").json() == {"results": []}
    assert len(Api(cast.amina).get(f"sealed?items={item},{make.an_id()}").json()["results"]) == 1
    assert Api(cast.gateway).get(f"sealed/{item}").status_code == 403
    assert Api().get(f"sealed/{item}").status_code == 401


def test_a_visit_begun_before_the_duty_ended_is_taken(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    item, sealed = phone.seal_form(form)
    photos = phone.photos(form, taken)
    Membership.objects.filter(user=cast.amina).update(ends_at=timezone.now())
    phone.handed_to(cast.benjamin)
    assert phone.deliver(item, sealed).json()["state"] == "applied"
    for pk, data in photos:
        phone.upload(pk, form["encounter"], data)
    assert Encounter.objects.get(pk=form["encounter"]).handed_in_at is not None


def test_a_visit_begun_after_the_duty_ended_waits_for_the_site_manager(cast: Cast, phone: Phone) -> None:
    Membership.objects.filter(user=cast.amina).update(
        starts_at=timezone.now() - timedelta(days=9), ends_at=timezone.now() - timedelta(days=1)
    )
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    item, sealed = phone.seal_form(form)
    phone.handed_to(cast.benjamin)
    receipt = phone.deliver(item, sealed).json()
    assert (receipt["state"], receipt["code"], receipt["kept"]) == ("held", "duty", True)
    assert (Patient.objects.count(), blobs.exists(blobs.envelope(receipt["envelope_sha256"]))) == (0, True)
    inbox.decide(cast.samuel, SealedItem.objects.get(), Choice.LET_IN)
    assert (SealedItem.objects.get().state, Encounter.objects.get().started_by) == ("applied", cast.amina)


@pytest.mark.parametrize("years", [-20, 20])
def test_a_clock_wrong_by_years_is_measured_and_put_right(cast: Cast, phone: Phone, years: int) -> None:
    """Its duty ended an hour ago, the visit was before that, and the phone lives in another decade."""
    wrong = timedelta(days=365 * years)
    form, _ = phone.visit(cast.eye, cast.north, claimed_at=(timezone.now() - timedelta(hours=2) + wrong).isoformat())
    Membership.objects.filter(user=cast.amina).update(
        starts_at=timezone.now() - timedelta(days=9), ends_at=timezone.now() - timedelta(hours=1)
    )
    item, sealed = phone.seal_form(form)
    phone.ticket = ""
    phone.handed_to(cast.benjamin)
    told = phone.deliver(item, sealed, **{"X-Phone-Time": (timezone.now() + wrong).isoformat()}).json()
    # The ticket was issued now, after the duty: what counts is the later of the two.
    assert told["state"] == "held"
    inbox.decide(cast.samuel, SealedItem.objects.get(), Choice.LET_IN)
    assert SealedItem.objects.get().state == "applied"
    assert abs(Encounter.objects.get().claimed_at.year - timezone.now().year) == 20


@pytest.mark.parametrize("ticket", ["", "made up", None, "x" * 5000])
def test_a_ticket_nobody_can_verify_is_shelved(cast: Cast, phone: Phone, ticket: Any) -> None:
    form, _ = phone.visit(cast.eye, cast.north)
    receipt = phone.deliver(*phone.seal_form(form, ticket=ticket)).json()
    assert (receipt["state"], receipt["code"], receipt["sha256"] != "") == ("shelved", "ticket", True)


def test_a_ticket_opens_nothing(phone: Phone) -> None:
    stranger = Api(token=phone.ticket)
    assert stranger.get("me").status_code == 401
    assert stranger.get("today").status_code == 401
