"""Ways of looking at a picture, rendered once, by those that there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from inference import blobs
from screening.models import Image
from screening.reading import tiles
from tests.cast import Cast
from tests.screening.looks import look, looks

SignIn = Callable[[User | None], Client]


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
    (store / blobs.original(eye.original_sha256)).unlink()
    assert look(client, eye, way="clahe").status_code == 404
