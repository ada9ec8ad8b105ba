"""Pictures in tiles: what they show, who gets them, and that a look is written down once."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from inference import blobs, drawing
from inference.drawing.dicom import synthetic_dicom
from screening.models import Consult, Image
from screening.photo import enhance, pyramid
from screening.reading import tiles
from screening.visit import pictures
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]


@pytest.fixture
def eye(cast: Cast, store: Path) -> Image:
    """A right eye of 1,300 x 1,300 pixels, in a consult at the north site."""
    make.models(cast.eye)
    consult = make.referred(cast.eye, cast.north)
    data = make.photo_bytes(3, size=1300)
    return pictures.accept(cast.amina, consult.encounter, view="OD", data=data, capture_class="fundus_tabletop")[0]


@pytest.fixture
def film(cast: Cast, store: Path) -> Image:
    make.models(cast.chest)
    consult = make.referred(cast.chest, cast.south)
    data = synthetic_dicom(drawing.mark_synthetic(drawing.draw_chest(5)))
    return pictures.accept(cast.benjamin, consult.encounter, view="CXR", data=data)[0]


def look(client: Client, image: Image, **said: Any) -> Any:
    return client.post(reverse("image_look", args=[image.pk]), said)


def opened(data: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def looks() -> list[str]:
    return [f"{e.facts['variant']} {e.facts.get('way', '')}" for e in AuditEvent.objects.filter(verb="image.view")]


# --- the file of tiles


@pytest.mark.parametrize("shape", [(1300, 700, 3), (512, 512), (513, 511), (96, 2000)])
def test_tiles_put_together_are_the_picture(shape: tuple[int, ...]) -> None:
    ramp = np.add.outer(np.arange(shape[0]), np.arange(shape[1])) / (shape[0] + shape[1]) * 255
    picture = (ramp if len(shape) == 2 else np.dstack([ramp] * 3)).astype(np.uint8)
    file = io.BytesIO(pyramid.pack(picture, window=[1, 2]))
    said = pyramid.header(file)
    assert said["window"] == [1, 2]
    assert (said["levels"][0]["height"], said["levels"][0]["width"]) == shape[:2]
    assert max(said["levels"][-1]["width"], said["levels"][-1]["height"]) <= pyramid.TILE
    again = np.zeros_like(picture)
    columns = said["levels"][0]["columns"]
    for number in range(len(said["levels"][0]["tiles"])):
        x, y = number % columns, number // columns
        file.seek(0)
        tile = opened(pyramid.tile(file, 0, x, y))
        left, top = max(0, x * pyramid.TILE - 1), max(0, y * pyramid.TILE - 1)
        again[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    assert np.abs(again.astype(int) - picture.astype(int)).max() <= 4


@pytest.mark.parametrize("place", [(9, 0, 0), (0, 9, 0), (0, 0, 9), (0, 3, 0)])
def test_there_is_no_tile_beyond_the_edge(place: tuple[int, int, int]) -> None:
    file = io.BytesIO(pyramid.pack(np.zeros((600, 1500), np.uint8)))
    with pytest.raises(pyramid.NotTiles):
        pyramid.tile(file, *place)
    with pytest.raises(pyramid.NotTiles):
        pyramid.header(io.BytesIO(b"not tiles at all"))


# --- windows


def test_a_window_turns_values_into_gray() -> None:
    deep = np.array([[0, 500, 1000, 2000]], np.uint16)
    how = {"scale": 2.0, "offset": -1000.0, "inverted": False, "centre": 1000, "width": 2000}
    shown, window = enhance.windowed(deep, how)
    assert window == (1000, 2000)
    assert shown.tolist() == [[0, 0, 128, 255]]
    assert enhance.windowed(deep, {**how, "inverted": True})[0].tolist() == [[255, 255, 128, 0]]


def test_presets_look_at_air_first_whichever_way_the_film_counts() -> None:
    film = np.tile(np.linspace(0, 4000, 400).astype(np.uint16), (400, 1))
    plain = {"scale": 1.0, "offset": 0.0, "inverted": False}
    lung, bone = (enhance.windowed(film, {**plain, "preset": p})[1][0] for p in ("lung", "bone"))
    assert lung < 2000 < bone
    turned = {"scale": 1.0, "offset": 0.0, "inverted": True}
    lung, bone = (enhance.windowed(4000 - film, {**turned, "preset": p})[1][0] for p in ("lung", "bone"))
    assert bone < 2000 < lung


def test_local_contrast_keeps_colours_and_raises_detail() -> None:
    eye = make.photo_bytes(4)
    plain = opened(eye)
    better = enhance.clahe(plain)
    assert better.shape == plain.shape
    assert cv2.cvtColor(better, cv2.COLOR_BGR2GRAY).std() > cv2.cvtColor(plain, cv2.COLOR_BGR2GRAY).std()


# --- a look


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


def test_ways_that_are_none_are_not_there(cast: Cast, signed_in: SignIn, eye: Image) -> None:
    client = signed_in(cast.olivia)
    for way in ("lung", "film0", "w100_200", "../../x", "heat"):
        assert look(client, eye, way=way).status_code == 404, way
    assert look(client, eye, centre="1", width="2").status_code == 404
    assert looks() == []


def test_a_film_is_seen_through_windows(cast: Cast, signed_in: SignIn, film: Image) -> None:
    client = signed_in(cast.rania)
    assert tiles.is_deep(film)
    seen = {}
    for way in ("original", "lung", "soft", "bone", "clahe"):
        answer = look(client, film, way=way)
        assert answer.status_code == 200, way
        seen[way] = client.get(f"{answer.json()['base']}{answer.json()['levels'] - 1}/0_0.jpg").content
    assert len(set(seen.values())) >= 4
    near = [look(client, film, centre=str(c), width="2000").json() for c in (2000, 2001)]
    assert near[0]["way"] == near[1]["way"], "windows a hair apart are one"
    for centre in ("nan", "inf", "", "x"):
        assert look(client, film, centre=centre, width="9").status_code == 404


def test_tiles_are_rendered_once_and_a_broken_file_shows_nothing(
    cast: Cast, signed_in: SignIn, eye: Image, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(cast.olivia)
    look(client, eye)
    monkeypatch.setattr(tiles.photo, "tiles", lambda *args: pytest.fail("rendered twice"))
    assert look(client, eye).status_code == 200
    monkeypatch.undo()
    (store / blobs.original(eye.original)).unlink()
    assert look(client, eye, way="clahe").status_code == 404


def test_earlier_pictures_of_the_patient_may_be_looked_at(cast: Cast, signed_in: SignIn, eye: Image) -> None:
    patient = Consult.objects.get().encounter.patient
    before = make.visit(cast.eye, cast.north, patient=make.enrolled(cast.north))
    stranger = make.pictured(before, "OD")
    earlier = make.visit(cast.eye, cast.north, patient=patient)
    picture = make.pictured(earlier, "OD")
    mine = Image.objects.visible_to(cast.olivia)
    assert picture in mine and eye in mine and stranger not in mine
    assert picture not in Image.objects.visible_to(cast.rania)
