"""Sealed items: opened, applied in the name of their author, never twice, never lost."""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from inference import blobs
from screening import delivering, envelope, phone_keys, tasks
from screening.models import (
    Announced,
    Consent,
    ConsentMark,
    Encounter,
    FollowUp,
    Image,
    Patient,
    SealedItem,
    Upload,
)
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api
from tests.screening.phone import Phone

pytestmark = pytest.mark.django_db
EYES = {"OD": make.photo_bytes(1), "OS": make.photo_bytes(2)}


@pytest.fixture
def phone(cast: Cast, store: Path) -> Phone:
    return Phone(cast.amina)


def photos_of(phone: Phone, form: Any, taken: dict[str, Any]) -> list[tuple[uuid.UUID, bytes]]:
    return [phone.seal_photo(form["encounter"], view, data, uuid.UUID(pk)) for pk, (view, data) in taken.items()]


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
    for pk, envelope_ in photos_of(phone, form, taken):
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
    photos = photos_of(phone, form, taken)
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
    for pk, data in photos_of(phone, form, taken):
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
    for pk, data in photos_of(phone, form, taken):
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


def test_a_follow_up_comes_offline_too(cast: Cast, phone: Phone) -> None:
    make.models(cast.eye)
    encounter = make.referred(cast.eye, cast.north).encounter
    said = {"version": 1, "type": "follow_up", "id": str(make.an_id()), "encounter": str(encounter.pk),
            "answer": "lost", "on": None, "note": "moved away"}  # fmt: skip
    assert phone.deliver(*phone.seal_form(said)).json()["state"] == "applied"
    assert (FollowUp.objects.get().answer, FollowUp.objects.get().by) == ("lost", cast.amina)


# --------------------------------------------------------------------------------------------------- author and duty


def test_the_next_person_delivers_and_the_author_stays(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    item, sealed = phone.seal_form(form)
    photos = photos_of(phone, form, taken)
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
    photos = photos_of(phone, form, taken)
    Membership.objects.filter(user=cast.amina).update(ends_at=timezone.now())
    phone.handed_to(cast.benjamin)
    assert phone.deliver(item, sealed).json()["state"] == "applied"
    for pk, data in photos:
        phone.upload(pk, form["encounter"], data)
    assert Encounter.objects.get(pk=form["encounter"]).handed_in_at is not None


def test_a_visit_begun_after_the_duty_ended_waits_for_an_administrator(cast: Cast, phone: Phone) -> None:
    Membership.objects.filter(user=cast.amina).update(
        starts_at=timezone.now() - timedelta(days=9), ends_at=timezone.now() - timedelta(days=1)
    )
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    item, sealed = phone.seal_form(form)
    phone.handed_to(cast.benjamin)
    receipt = phone.deliver(item, sealed).json()
    assert (receipt["state"], receipt["code"], receipt["kept"]) == ("shelved", "duty", True)
    assert (Patient.objects.count(), blobs.exists(blobs.envelope(receipt["envelope_sha256"]))) == (0, True)
    delivering.try_again(cast.tessa, SealedItem.objects.get(), allow=False)
    assert SealedItem.objects.get().state == "shelved"
    delivering.try_again(cast.tessa, SealedItem.objects.get(), allow=True)
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
    assert told["state"] == "shelved"
    Membership.objects.filter(user=cast.amina).update(ends_at=timezone.now() + timedelta(minutes=1))
    delivering.try_again(cast.tessa, SealedItem.objects.get(), allow=False)
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


# ----------------------------------------------------------------------------------------------- seals, keys, refusals


def test_old_keys_go_on_opening(cast: Cast, phone: Phone, settings: Any, tmp_path: Path) -> None:
    form, _ = phone.visit(cast.eye, cast.north)
    item, sealed = phone.seal_form(form)
    settings.FIELDLIGHT_PHONE_KEYS = str(tmp_path / "keys")
    os.makedirs(settings.FIELDLIGHT_PHONE_KEYS)
    assert phone.deliver(item, sealed).json()["code"] == "sealed"  # its key is not here
    assert SealedItem.objects.get().sha256 == ""
    fresh = Phone(cast.amina)
    phone_keys.make()
    pulled = fresh.api.get("offline").json()["keys"]
    assert [key["current"] for key in pulled] == [False, True]
    other, _ = fresh.visit(cast.eye, cast.north)  # sealed for the first key, delivered after the second was made
    assert fresh.deliver(*fresh.seal_form(other)).json()["state"] == "applied"


def test_what_was_sealed_for_a_lost_key_opens_by_itself_once_it_is_back(
    cast: Cast, phone: Phone, settings: Any, tmp_path: Path
) -> None:
    kept = settings.FIELDLIGHT_PHONE_KEYS
    form, _ = phone.visit(cast.eye, cast.north)
    settings.FIELDLIGHT_PHONE_KEYS = str(tmp_path / "keys")
    phone.deliver(*phone.seal_form(form))
    tasks.sweep()
    assert SealedItem.objects.get().state == "shelved"
    settings.FIELDLIGHT_PHONE_KEYS = kept
    tasks.sweep()
    assert SealedItem.objects.get().state == "applied"


def test_key_files_are_the_owners_alone(settings: Any, tmp_path: Path) -> None:
    settings.FIELDLIGHT_PHONE_KEYS = str(tmp_path / "keys")
    phone_keys.keys()
    (path,) = (tmp_path / "keys").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert phone_keys.current().private.key_size == 3072


@pytest.mark.parametrize("at", [3, 8, 100, 420, -1])
def test_an_altered_envelope_is_never_half_read(cast: Cast, phone: Phone, at: int) -> None:
    form, _ = phone.visit(cast.eye, cast.north)
    item, sealed = phone.seal_form(form)
    bad = bytearray(sealed)
    bad[at] ^= 1
    answer = phone.deliver(item, bytes(bad))
    assert answer.status_code in (201, 422)
    assert Patient.objects.count() == 0
    if answer.status_code == 201:
        assert (answer.json()["state"], answer.json()["sha256"]) == ("shelved", "")


def test_a_form_cut_off_is_to_be_sent_again(cast: Cast, phone: Phone) -> None:
    form, _ = phone.visit(cast.eye, cast.north)
    item, sealed = phone.seal_form(form)
    answer = phone.deliver(item, sealed[:200])
    assert (answer.status_code, answer.json()["code"]) == (422, "not_an_envelope")
    assert SealedItem.objects.count() == 0
    assert phone.deliver(item, sealed).status_code == 201


def test_an_item_is_not_another_item(cast: Cast, phone: Phone) -> None:
    """The id inside is sealed: nobody swaps two envelopes on the way."""
    form, _ = phone.visit(cast.eye, cast.north)
    _item, sealed = phone.seal_form(form)
    assert phone.deliver(make.an_id(), sealed).json()["code"] == "sealed"
    assert Patient.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"{}", b'{"type": "recipe"}', b'{"patient": 5}', b"[" * 100_000,
     b'{"patient": {"id": "x"}, "programme": "diabetic-eye"}'],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_shelved(phone: Phone, body: bytes) -> None:
    receipt = phone.deliver(*phone.seal_form(body)).json()
    assert (receipt["state"], receipt["code"]) == ("shelved", "form")
    assert receipt["sha256"] == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize(
    ("change", "code"),
    [({"images": [{"id": str(uuid.uuid4()), "view": "CXR", "sha256": "0" * 64}]}, "wrong_view"),
     ({"answers": {"diabetes_years": 4000}}, "bad_answer"), ({"unobtainable": {"OD": "no_idea"}}, "bad_reason")],
)  # fmt: skip
def test_what_the_rules_refuse_is_told_to_its_author(cast: Cast, phone: Phone, change: Any, code: str) -> None:
    form, _ = phone.visit(cast.eye, cast.north, **change)
    item, sealed = phone.seal_form(form)
    receipt = phone.deliver(item, sealed).json()
    assert (receipt["state"], receipt["code"], bool(receipt["words"])) == ("refused", code, True)
    assert Patient.objects.count() == 0  # all of it or nothing
    (task,) = phone.api.get("tasks").json()["tasks"]
    assert (task["kind"], task["detail"]) == ("delivery", receipt["words"])


def test_a_photo_that_is_none_is_refused_and_kept(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, {"OD": EYES["OD"], "OS": b"\xff\xd8\xff not a photo at all"})
    phone.deliver(*phone.seal_form(form))
    for pk, data in photos_of(phone, form, taken):
        phone.upload(pk, form["encounter"], data)
    states = {item["state"]: item for item in (phone.receipt(uuid.UUID(pk)) for pk in taken)}
    assert set(states) == {"applied", "refused"}
    refused = states["refused"]
    assert refused["words"]
    assert blobs.exists(blobs.envelope(refused["envelope_sha256"]))
    # The left eye was announced and will not come: the visit stays open, and the worker is told.
    assert Encounter.objects.get(pk=form["encounter"]).handed_in_at is None
    assert "delivery" in {task["kind"] for task in phone.api.get("tasks").json()["tasks"]}
    more, again = phone.visit(cast.eye, cast.north, {"OS": EYES["OS"]})
    more |= {"encounter": form["encounter"], "patient": {"id": form["patient"]["id"]}, "consent": None}
    phone.deliver(*phone.seal_form(more))
    for pk, data in photos_of(phone, more, again):
        phone.upload(pk, form["encounter"], data)
    assert Encounter.objects.get(pk=form["encounter"]).handed_in_at is not None


def test_a_yes_that_comes_late_does_not_override_a_withdrawal(cast: Cast, phone: Phone) -> None:
    patient = make.enrolled(cast.north)
    form, _ = phone.visit(cast.eye, cast.north, patient={"id": str(patient.pk)})
    form["claimed_at"] = (timezone.now() - timedelta(days=2)).isoformat()
    later = Phone(cast.amina)
    item, sealed = phone.seal_form(form)
    make.agrees(patient, cast.eye, Consent.Answer.WITHDRAWN)
    # The ticket was pulled before the withdrawal, so the yes is older.
    receipt = later.deliver(item, sealed).json()
    assert (receipt["state"], receipt["code"]) == ("refused", "no_consent")


# ------------------------------------------------------------------------------------------------- kills and the sweep


def test_a_kill_between_the_last_byte_and_the_item_is_made_good_by_the_sweep(
    cast: Cast, phone: Phone, monkeypatch: Any
) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    phone.deliver(*phone.seal_form(form))
    (pk, data), *_ = photos_of(phone, form, taken)

    def killed(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "receive", killed)
        with pytest.raises(SystemExit):
            phone.upload(pk, form["encounter"], data)
    asked = phone.api.get(f"sealed/{pk}")
    assert (asked.status_code, asked.json()["code"]) == (503, "busy")
    tasks.sweep()
    assert phone.receipt(pk)["state"] == "applied"
    assert Upload.objects.get().finished_at is not None
    assert Upload.objects.get().parts.count() == 0


def test_a_kill_between_the_item_and_its_deeds_is_made_good_by_the_sweep(
    cast: Cast, phone: Phone, monkeypatch: Any
) -> None:
    form, _ = phone.visit(cast.eye, cast.north)

    def killed(item: SealedItem) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "settle", killed)
        with pytest.raises(SystemExit):
            phone.deliver(*phone.seal_form(form))
    tasks.sweep()
    assert SealedItem.objects.get().state == "applied"


def test_a_full_disk_refuses_before_it_promises(cast: Cast, phone: Phone, settings: Any) -> None:
    form, _ = phone.visit(cast.eye, cast.north)
    settings.FIELDLIGHT_RESERVE_MB = 10**9
    answer = phone.deliver(*phone.seal_form(form))
    assert (answer.status_code, SealedItem.objects.count()) == (507, 0)


def test_an_upload_that_is_not_what_was_announced_is_begun_again(phone: Phone) -> None:
    item, visit = make.an_id(), make.an_id()
    place = phone.create(item, visit, b"a" * 1000)["Location"]
    answer = phone.patch(place, 0, b"b" * 1000)
    assert (answer.status_code, answer.json()["code"]) == (460, "checksum")
    assert phone.tus("HEAD", place).status_code == 404
    assert SealedItem.objects.count() == 0


def test_a_whole_upload_that_is_no_envelope_is_kept_all_the_same(phone: Phone) -> None:
    item = make.an_id()
    phone.upload(item, make.an_id(), b"what is this" * 100)
    receipt = phone.receipt(item)
    assert (receipt["state"], receipt["code"], receipt["kept"]) == ("shelved", "sealed", True)


def test_the_envelope_is_what_the_docs_say() -> None:
    """Built by hand from docs/offline.md, opened by the product."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    private = phone_keys.current().private
    public = private.public_key()
    secret, iv, body = os.urandom(32), os.urandom(12), b"body"
    header = b'{"kind":"form","sha256":"%s"}' % hashlib.sha256(body).hexdigest().encode()
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    wrapped = public.encrypt(secret, oaep)
    front = b"FLE1" + hashlib.sha256(envelope.spki(public)).digest()[:8] + len(wrapped).to_bytes(2, "big") + wrapped
    inside = len(header).to_bytes(4, "big") + header + body
    opened = envelope.open_up(front + iv + AESGCM(secret).encrypt(iv, inside, front), phone_keys.ring())
    assert (opened.body, opened.header["kind"], len(wrapped)) == (b"body", "form", 384)
