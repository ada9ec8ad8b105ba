"""Looking at a picture in tiles: who gets them, and that a look is written down once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from screening.models import Image
from tests.cast import Cast
from tests.screening.looks import look, looks, opened

SignIn = Callable[[User | None], Client]


def test_a_look_is_one_row_however_many_tiles(cast: Cast, signed_in: SignIn, eye: Image) -> None:
    client = signed_in(cast.olivia)
    said = look(client, eye).json()
    assert (said["width"], said["height"], said["levels"]) == (1300, 1300, 3)
    for place in ("0/0_0", "0/2_2", "1/1_1", "2/0_0"):
        answer = client.get(f"{said['base']}{place}.jpg")
        assert answer.status_code == 200 and opened(answer.content) is not None
        assert answer["Cache-Control"] == "no-store, private"
    assert looks() == ["tiles original"]
    look(client, eye, way="clahe")
    assert looks() == ["tiles original", "tiles clahe"]


def test_a_look_is_its_persons_its_pictures_and_its_ways_alone(cast: Cast, signed_in: SignIn, eye: Image) -> None:
    olivia, oscar = signed_in(cast.olivia), signed_in(cast.oscar)
    base = look(olivia, eye).json()["base"]
    look(olivia, eye, way="clahe")
    assert oscar.get(f"{base}0/0_0.jpg").status_code == 404
    assert olivia.get(f"{base}0/0_0.jpg".replace("/original/", "/clahe/")).status_code == 404
    assert olivia.get(f"{base}0/9_9.jpg").status_code == 404
    assert olivia.get(f"{base}7/0_0.jpg").status_code == 404
    assert olivia.get(f"{base}0/0_0.jpg").status_code == 200


def test_a_look_ends_after_an_hour(cast: Cast, signed_in: SignIn, eye: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(cast.olivia)
    base = look(client, eye).json()["base"]
    monkeypatch.setattr("screening.views.visit.images.LOOK", -1)
    assert client.get(f"{base}0/0_0.jpg").status_code == 404


def test_a_reader_without_the_duty_has_no_look(cast: Cast, signed_in: SignIn, eye: Image) -> None:
    theirs, unknown = (look(signed_in(cast.rania), image) for image in (eye, Image(pk=uuid.uuid4())))
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.content == unknown.content
    assert look(signed_in(cast.amina), eye).status_code == 403
    assert looks() == []
