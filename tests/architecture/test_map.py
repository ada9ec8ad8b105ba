"""The map of the house cannot lie: it is drawn from the code, and every place it names is there."""

from __future__ import annotations

import re

import pytest

from tests.architecture import rooms

TEXT = rooms.MAP.read_text()
WHERE = re.findall(r"^\| (?P<asked>[^|]+\?) \| (?P<places>[^|]+) \|$", TEXT, re.M)
# What Django, Celery and the composition of the house ask for; all else lies in a room.
RIGHT_IN_SCREENING = {"__init__", "admin", "apps", "checks", "refusal", "tasks", "urls"}


def test_the_map_is_drawn_from_the_code() -> None:
    assert rooms.drawn_into(TEXT) == TEXT, "Run: python -m tests.architecture.rooms"


def test_no_room_stands_in_a_circle() -> None:
    assert max(rooms.height(room) for room in rooms.arrows()) > 5


def test_every_room_says_what_it_is() -> None:
    assert not [room for room in rooms.arrows() if not rooms.told(room) and room not in rooms.HOUSES]


def test_nothing_lies_beside_the_rooms() -> None:
    lying = {path.stem for path in (rooms.ROOT / "screening").glob("*.py")}
    assert lying <= RIGHT_IN_SCREENING


def test_twenty_questions_are_answered() -> None:
    assert len(WHERE) >= 20


@pytest.mark.parametrize(("asked", "places"), WHERE, ids=[asked for asked, _places in WHERE])
def test_what_is_asked_for_lies_where_the_map_says(asked: str, places: str) -> None:
    named = re.findall(r"`([\w/.-]+?)(?::(\w+))?`", places)
    assert named, asked
    for path, name in named:
        found = rooms.ROOT / path
        assert found.exists(), path
        if name:
            assert re.search(rf"\b(def|class) {name}\b|^{name}\b.*=", found.read_text(), re.M), f"{path} has no {name}"
