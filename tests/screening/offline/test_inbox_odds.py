"""Seals, keys, refusals, kills: what cannot be taken in is kept, told, and made good."""

from __future__ import annotations

import hashlib
import os
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from inference import blobs
from screening import tasks
from screening.models import (
    Consent,
    Encounter,
    Patient,
    SealedItem,
    Upload,
)
from screening.offline import envelope, inbox, phone_keys
from tests import factories as make
from tests.cast import Cast
from tests.screening.phone import Phone

pytestmark = pytest.mark.django_db
EYES = {"OD": make.photo_bytes(1), "OS": make.photo_bytes(2)}


@pytest.fixture
def phone(cast: Cast, store: Path) -> Phone:
    return Phone(cast.amina)


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
    "change",
    [{"version": 2}, {"site": "\ud800"}, {"answers": {"diabetes": ["type_1"]}}, {"answers": {"pregnant": "\u0000"}},
     {"patient": {"id": str(uuid.uuid4()), "enrol": {"name": "\ud800", "sex": "female", "birth_year": 1970}}}],
)  # fmt: skip
def test_a_member_nobody_can_keep_shelves_the_form(cast: Cast, phone: Phone, change: dict[str, Any]) -> None:
    form, _ = phone.visit(cast.eye, cast.north)
    receipt = phone.deliver(*phone.seal_form({**form, **change})).json()
    assert (receipt["state"], receipt["code"], receipt["kept"]) == ("shelved", "form", True)
    assert Patient.objects.count() == 0


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "soon", 7])
def test_a_clock_beyond_all_calendars_loses_no_visit(cast: Cast, phone: Phone, moment: Any) -> None:
    form, _ = phone.visit(cast.eye, cast.north, claimed_at=moment)
    assert phone.deliver(*phone.seal_form(form)).json()["state"] == "applied"
    assert Encounter.objects.get(pk=form["encounter"]).claimed_at is None


@pytest.mark.parametrize(
    ("change", "code"),
    [({"images": [{"id": str(uuid.uuid4()), "view": "CXR", "sha256": "0" * 64}]}, "wrong_view"),
     ({"answers": {"diabetes_years": 4000}}, "bad_answer"), ({"unobtainable": {"OD": "no_idea"}}, "bad_reason")],
)  # fmt: skip
def test_one_thing_that_is_wrong_keeps_nothing_else_out(cast: Cast, phone: Phone, change: Any, code: str) -> None:
    form, _ = phone.visit(cast.eye, cast.north, **change)
    receipt = phone.deliver(*phone.seal_form(form)).json()
    assert receipt["state"] == "applied"
    assert [one["code"] for one in SealedItem.objects.get().left_out] == [code]
    told = [one for one in phone.api.get("tasks").json()["tasks"] if one["kind"] == "delivery"]
    if code == "wrong_view":  # the photo itself will be held, should it come
        return
    (task,) = told
    assert task["detail"] and task["encounter"] == form["encounter"], "whoever works there puts it right"


def test_a_photo_that_is_none_is_refused_and_kept(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, {"OD": EYES["OD"], "OS": b"\xff\xd8\xff not a photo at all"})
    phone.deliver(*phone.seal_form(form))
    for pk, data in phone.photos(form, taken):
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
    for pk, data in phone.photos(more, again):
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
    assert (receipt["state"], receipt["code"]) == ("held", "no_consent")
    assert not Encounter.objects.exists()


# ------------------------------------------------------------------------------------------------- kills and the sweep


def test_a_kill_between_the_last_byte_and_the_item_is_made_good_by_the_sweep(
    cast: Cast, phone: Phone, monkeypatch: Any
) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    phone.deliver(*phone.seal_form(form))
    (pk, data), *_ = phone.photos(form, taken)

    def killed(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "receive", killed)
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
        patched.setattr(inbox, "settle", killed)
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
