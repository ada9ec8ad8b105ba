"""Pictures: who gets which, what is written down first, and what the answer never carries."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEvent, User
from inference import blobs
from inference.models import Run
from screening.models import Certificate, Consult, Image
from screening.models.programme import ReadingMode
from screening.reading import desk
from screening.triage.decide import triage
from screening.views.visit import images
from screening.visit import pictures
from screening.visit.hand_in import hand_in
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
HEAT = b"\x89PNG heat"


@pytest.fixture
def picture(cast: Cast, store: Path) -> Image:
    """A right eye with a stored photo and heat map, in a consult at the north site."""
    factories.models(cast.eye)
    encounter = factories.visit(cast.eye, cast.north)
    data = factories.photo_bytes(3)
    image, _ = pictures.accept(cast.amina, encounter, view="OD", data=data, capture_class="fundus_tabletop")
    factories.assessed(image, 0.9)
    run = Run.objects.get(display_sha256=image.display_sha256, model_version__purpose="finding")
    Run.objects.filter(pk=run.pk).update(heat=blobs.heat(run.pk))
    blobs.put(blobs.heat(run.pk), HEAT)
    factories.pictured(encounter, "OS", 0.1)
    hand_in(cast.amina, encounter)
    triage(encounter.pk)
    return image


def address(variant: str, pk: Any) -> str:
    return reverse(f"image_{variant}", args=[pk])


def looks(image: Image) -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(verb="image.view", subject_id=str(image.pk))
    return [(row.actor.username, row.facts["variant"]) for row in rows if row.actor]


@pytest.mark.parametrize("variant", ["display", "thumb", "full"])
def test_a_reader_gets_the_picture_and_each_look_is_one_row(
    variant: str, cast: Cast, signed_in: SignIn, picture: Image
) -> None:
    answer = signed_in(cast.olivia).get(address(variant, picture.pk))
    assert answer.status_code == 200
    assert cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR) is not None
    assert looks(picture) == [("olivia", variant)]


def test_the_answer_is_private_fixed_and_nameless(cast: Cast, signed_in: SignIn, picture: Image) -> None:
    answer = signed_in(cast.olivia).get(address("display", picture.pk))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Content-Disposition"] == 'inline; filename="photo.jpg"'
    assert not {"ETag", "Last-Modified", "Accept-Ranges", "Content-Range"} & set(answer.headers)


def test_no_half_and_no_unchanged_picture(cast: Cast, signed_in: SignIn, picture: Image) -> None:
    client = signed_in(cast.olivia)
    whole = client.get(address("display", picture.pk)).content
    tricks = {"Range": "bytes=0-9", "If-None-Match": "*", "If-Modified-Since": "Mon, 01 Jan 2035 00:00:00 GMT"}
    for name, value in tricks.items():
        answer = client.get(address("display", picture.pk), headers={name: value})
        assert (answer.status_code, answer.content) == (200, whole)
    assert len(looks(picture)) == 1 + len(tricks)
    assert client.head(address("display", picture.pk)).status_code == 405


def test_without_a_trace_no_byte_leaves(
    cast: Cast, signed_in: SignIn, picture: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **facts: Any) -> None:
        raise RuntimeError("the audit chain cannot be written")

    monkeypatch.setattr(images, "record", broken)
    client = signed_in(cast.olivia)
    client.raise_request_exception = False
    answer = client.get(address("display", picture.pk))
    assert answer.status_code == 500
    assert blobs.get(blobs.display(picture.display_sha256)) not in answer.content


@pytest.mark.parametrize("variant", ["display", "thumb", "full", "heat"])
def test_not_theirs_is_the_same_answer_as_not_there(
    variant: str, cast: Cast, signed_in: SignIn, picture: Image
) -> None:
    client = signed_in(cast.rania)  # a reader at the same site, certified for another programme
    theirs, unknown = (client.get(address(variant, pk)) for pk in (picture.pk, uuid.uuid4()))
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.content == unknown.content
    assert looks(picture) == []


@pytest.mark.parametrize(
    ("who", "variant", "status"),
    [
        ("amina", "display", 200), ("amina", "thumb", 200), ("amina", "full", 403), ("amina", "heat", 403),
        ("samuel", "display", 200), ("benjamin", "display", 404), ("maya", "display", 403), ("tessa", "display", 403),
        ("gateway", "display", 403), ("dora", "display", 302), ("edgar", "display", 403), ("stranger", "display", 403),
    ],
)  # fmt: skip
def test_who_sees_which_picture(
    who: str, variant: str, status: int, cast: Cast, signed_in: SignIn, picture: Image
) -> None:
    assert signed_in(cast.people[who]).get(address(variant, picture.pk)).status_code == status
    assert len(looks(picture)) == (1 if status == 200 else 0)


def test_nobody_signed_in_gets_no_picture(signed_in: SignIn, picture: Image) -> None:
    assert signed_in(None).get(address("display", picture.pk)).status_code == 302


def test_a_lapsed_certificate_closes_the_picture(cast: Cast, signed_in: SignIn, picture: Image) -> None:
    Certificate.objects.filter(reader=cast.olivia).update(expires_on="2020-01-01")
    assert signed_in(cast.olivia).get(address("display", picture.pk)).status_code == 404


def test_a_picture_whose_file_is_gone_is_not_there(cast: Cast, signed_in: SignIn, picture: Image, store: Path) -> None:
    (store / blobs.display(picture.display_sha256)).unlink()
    assert signed_in(cast.olivia).get(address("display", picture.pk)).status_code == 404
    assert looks(picture) == []


def test_the_heat_map_waits_for_the_first_impression(cast: Cast, signed_in: SignIn, picture: Image) -> None:
    client, consult = signed_in(cast.olivia), Consult.objects.get()
    assert client.get(address("heat", picture.pk)).status_code == 404
    desk.claim(cast.olivia, consult.pk)
    assert client.get(address("heat", picture.pk)).status_code == 404
    assert looks(picture) == []
    desk.impression(cast.olivia, consult, factories.both_eyes(factories.NORMAL_EYE))
    answer = client.get(address("heat", picture.pk))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, HEAT, "image/png")
    assert looks(picture) == [("olivia", "heat")]
    assert signed_in(cast.oscar).get(address("heat", picture.pk)).status_code == 404, "another reader is still blind"


def test_where_the_ai_comes_first_so_does_the_heat_map(cast: Cast, signed_in: SignIn, picture: Image) -> None:
    type(cast.eye).objects.update(reading_mode=ReadingMode.AI_FIRST)
    assert signed_in(cast.olivia).get(address("heat", picture.pk)).status_code == 200


def test_a_picture_without_a_heat_map_has_none(cast: Cast, signed_in: SignIn, picture: Image) -> None:
    type(cast.eye).objects.update(reading_mode=ReadingMode.AI_FIRST)
    other = picture.encounter.images.get(view="OS")
    assert signed_in(cast.olivia).get(address("heat", other.pk)).status_code == 404


def test_every_pixel_is_rendered_once(
    cast: Cast, signed_in: SignIn, picture: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(cast.olivia)
    first = client.get(address("full", picture.pk)).content
    monkeypatch.setattr(images.photo, "full", lambda data: pytest.fail("rendered twice"))
    assert client.get(address("full", picture.pk)).content == first
    assert len(looks(picture)) == 2


def test_a_broken_seal_shows_nothing(cast: Cast, signed_in: SignIn, picture: Image, store: Path) -> None:
    path = store / blobs.original(picture.original_sha256)
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(sealed))
    assert signed_in(cast.olivia).get(address("full", picture.pk)).status_code == 404


def test_the_chain_holds_after_many_looks(cast: Cast, signed_in: SignIn, picture: Image) -> None:
    client = signed_in(cast.olivia)
    for variant in ("display", "thumb", "display"):
        client.get(address(variant, picture.pk))
    assert audit.first_broken() is None
