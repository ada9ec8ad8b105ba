"""Pictures over the API: what was received stays received, and the receipt says exactly that."""

from __future__ import annotations

import base64
import gzip
import io
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from inference import blobs
from screening.models import Encounter, Image
from screening.photo import PhotoRefused, Refusal
from screening.reading import desk
from screening.visit import pictures
from tests import factories
from tests.cast import Cast
from tests.screening.api_client import Api

PHOTO = factories.photo_bytes(1)
ABOUT = "view=OD&capture_class=fundus_phone"
RECEIPT = {"id", "encounter", "view", "capture_class", "sha256", "received_at", "state"}


@pytest.fixture
def encounter(cast: Cast, store: Path) -> Encounter:
    factories.models(cast.eye)
    return factories.visit(cast.eye, cast.north)


def address(encounter: Encounter, image: uuid.UUID | None = None, about: str = ABOUT) -> str:
    return f"encounters/{encounter.pk}/images/{image or factories.an_id()}?{about}"


def form(**fields: Any) -> tuple[bytes, str]:
    return encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT


def test_ten_times_the_same_is_one_picture_and_one_receipt(cast: Cast, encounter: Encounter) -> None:
    number = factories.an_id()
    answers = [Api(cast.amina).upload(address(encounter, number), PHOTO) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [201] + [200] * 9
    receipt = answers[0].json()
    assert set(receipt) == RECEIPT
    assert (receipt["id"], receipt["sha256"]) == (str(number), sha256(PHOTO).hexdigest())
    assert (receipt["view"], receipt["capture_class"], receipt["state"]) == ("OD", "fundus_phone", "pending")
    assert {answer.content for answer in answers} == {answers[0].content}
    assert Image.objects.count() == 1
    assert pictures.original_bytes(Image.objects.get()) == PHOTO


def test_another_picture_under_the_same_id_is_a_conflict(cast: Cast, encounter: Encounter) -> None:
    amina, number = Api(cast.amina), factories.an_id()
    amina.upload(address(encounter, number), PHOTO)
    other = factories.visit(cast.eye, cast.north)
    for path, data in [
        (address(encounter, number), factories.photo_bytes(2)),
        (address(encounter, number, "view=OS&capture_class=fundus_phone"), PHOTO),
        (address(other, number), PHOTO),
    ]:
        answer = amina.upload(path, data)
        assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")
    assert Image.objects.count() == 1


def test_the_same_picture_under_a_new_id_keeps_the_first_and_the_receipt_says_so(
    cast: Cast, encounter: Encounter
) -> None:
    amina, first = Api(cast.amina), factories.an_id()
    amina.upload(address(encounter, first), PHOTO)
    touched = PHOTO[:2] + b"\xff\xfe\x00\x05abc" + PHOTO[2:]  # the same pixels with a comment
    answer = amina.upload(address(encounter), touched)
    assert (answer.status_code, answer.json()["id"]) == (200, str(first))
    assert answer.json()["sha256"] == sha256(touched).hexdigest()
    assert blobs.exists(blobs.original(sha256(touched).hexdigest()))


def test_a_form_does_as_well_as_a_bare_body(cast: Cast, encounter: Encounter) -> None:
    file = SimpleUploadedFile("../../x.jpg", PHOTO, "image/jpeg")
    body = form(view="OS", capture_class="fundus_tabletop", image=file)
    answer = Api(cast.amina).upload(address(encounter, about=""), *body)
    assert (answer.status_code, answer.json()["view"]) == (201, "OS")
    assert answer.json()["sha256"] == sha256(PHOTO).hexdigest()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Content-SHA256": sha256(PHOTO).hexdigest()}, 201),
        ({"X-Content-SHA256": sha256(PHOTO).hexdigest().upper()}, 201),
        ({"Repr-Digest": f"sha-256=:{base64.b64encode(sha256(PHOTO).digest()).decode()}:"}, 201),
        ({"Repr-Digest": "sha-512=:AAAA:"}, 201),
        ({"X-Content-SHA256": "00" * 32}, 422),
        ({"X-Content-SHA256": "not hex"}, 422),
        ({"Repr-Digest": f"sha-512=:AAAA:, sha-256=:{base64.b64encode(b'x' * 32).decode()}:"}, 422),
        ({"Content-Digest": "sha-256=:?:"}, 422),
    ],
)
def test_a_digest_that_was_sent_must_match(
    cast: Cast, encounter: Encounter, headers: dict[str, str], status: int
) -> None:
    answer = Api(cast.amina).upload(address(encounter), PHOTO, **headers)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["code"] == "digest_mismatch"
    assert Image.objects.count() == (status == 201)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"), (b"hello", "unknown_type"), (b"%PDF-1.7", "pdf"), (PHOTO[:2000], "truncated"),
        (b"\0\0\0\x18ftypheic", "heic"), (gzip.compress(PHOTO), "archive"),
    ],
)  # fmt: skip
def test_what_is_not_a_picture_we_take_is_refused_with_a_reason(
    cast: Cast, encounter: Encounter, data: bytes, code: str
) -> None:
    answer = Api(cast.amina).upload(address(encounter), data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["detail"].endswith(".")
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("media_type", "headers"),
    [
        ("image/webp", {}), ("text/plain", {}), ("application/json", {}), ("application/octet-stream", {}),
        ("image/jpeg", {"Content-Encoding": "gzip"}), ("image/jpeg", {"Content-Encoding": "br"}),
    ],
)  # fmt: skip
def test_other_media_types_and_compressed_bodies_are_turned_away(
    cast: Cast, encounter: Encounter, media_type: str, headers: dict[str, str]
) -> None:
    answer = Api(cast.amina).upload(address(encounter), PHOTO, media_type, **headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_file_that_is_too_large_is_turned_away_unread(cast: Cast, encounter: Encounter, settings: Any) -> None:
    settings.FIELDLIGHT_UPLOAD_LIMIT = 1000
    answer = Api(cast.amina).upload(address(encounter), PHOTO)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    body = form(image=SimpleUploadedFile("x.jpg", b"\xff" * 70_000))
    assert Api(cast.amina).upload(address(encounter), *body).status_code == 413


def test_a_body_of_unknown_length_is_turned_away(cast: Cast, encounter: Encounter) -> None:
    endless = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = Api(cast.amina).client.generic("PUT", f"/api/v1/{address(encounter)}", PHOTO, "image/jpeg", **endless)
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_a_picture_cut_off_on_its_way_is_not_half_kept(cast: Cast, encounter: Encounter) -> None:
    amina = Api(cast.amina)
    half = {"wsgi.input": io.BytesIO(PHOTO), "CONTENT_LENGTH": str(len(PHOTO) + 1)}
    answer = amina.client.generic("PUT", f"/api/v1/{address(encounter)}", PHOTO, "image/jpeg", **half)
    assert (answer.status_code, answer.json()["code"]) == (400, "cut_off")
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("about", "status", "code"),
    [
        ("", 400, "invalid"), ("view=CXR&capture_class=fundus_phone", 422, "wrong_view"),
        ("view=XX&capture_class=fundus_phone", 400, "invalid"), ("view=OD", 422, "wrong_class"),
        ("view=OD&capture_class=film_lightbox", 422, "wrong_class"), ("view=OD&capture_class=?", 400, "invalid"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_picture_must_fit_the_programme(
    cast: Cast, encounter: Encounter, about: str, status: int, code: str
) -> None:
    answer = Api(cast.amina).upload(address(encounter, about=about), PHOTO)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (blobs.StorageFull(), 507, "storage_full"),
        (OperationalError("database is locked"), 503, "busy"),
        (IntegrityError("UNIQUE constraint failed"), 503, "at_once"),
        (PhotoRefused(Refusal.DECODER_UNAVAILABLE), 503, "decoder_unavailable"),
    ],
)
def test_when_the_server_cannot_the_phone_is_told_when_to_try_again(
    cast: Cast, encounter: Encounter, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def accept(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr("screening.visit.pictures.accept", accept)
    answer = Api(cast.amina).upload(address(encounter), PHOTO)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert int(answer["Retry-After"]) > 0


def test_a_disk_at_its_reserve_takes_nothing_more(cast: Cast, encounter: Encounter, settings: Any) -> None:
    settings.FIELDLIGHT_RESERVE_MB = 10**12
    answer = Api(cast.amina).upload(address(encounter), PHOTO)
    assert (answer.status_code, Image.objects.count()) == (507, 0)


def test_after_the_answer_a_retry_is_received_and_so_is_a_new_picture(cast: Cast, encounter: Encounter) -> None:
    amina, number = Api(cast.amina), factories.an_id()
    amina.upload(address(encounter, number), PHOTO)
    factories.assessed(Image.objects.get(), 0.9)
    factories.handed_in(encounter, 0.1, 0.1)
    for verb in (desk.impression, desk.submit):
        verb(cast.olivia, encounter.consult, factories.both_eyes(factories.MODERATE_EYE))
    assert amina.upload(address(encounter, number), PHOTO).status_code == 200
    assert amina.upload(address(encounter), factories.photo_bytes(2)).status_code == 201


def test_the_same_photo_for_another_patient_is_taken_and_flagged(cast: Cast, encounter: Encounter) -> None:
    other = factories.visit(cast.eye, cast.north)
    amina = Api(cast.amina)
    for visit in (encounter, other):
        assert amina.upload(address(visit), PHOTO).status_code == 201
    assert [image["identity_alert"] for image in amina.get(f"encounters/{other.pk}/images").json()] == [True]


def test_a_picture_that_does_not_belong_here_is_set_aside_and_put_back(cast: Cast, encounter: Encounter) -> None:
    api, number = Api(cast.amina), factories.an_id()
    api.upload(address(encounter, number), PHOTO)
    at = f"encounters/{encounter.pk}/images/{number}"
    assert api.post(f"{at}/set-aside", {"why": "because"}).status_code == 400
    assert api.post(f"{at}/set-aside", {"why": "other_patient"}).json()["state"] == "aside"
    assert api.post(f"{at}/put-back").json()["state"] == "pending"
    assert Api(cast.benjamin).post(f"{at}/set-aside", {"why": "mistake"}).status_code == 404
