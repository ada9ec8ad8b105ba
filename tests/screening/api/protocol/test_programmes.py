"""What a phone is told of a programme: enough to take its pictures offline, in the worker's language."""

from __future__ import annotations

from typing import Any

from screening.rules import MODALITIES
from tests.cast import Cast
from tests.screening.api_client import Api


def of(programmes: list[dict[str, Any]], code: str) -> dict[str, Any]:
    return next(one for one in programmes if one["code"] == code)


def test_the_views_the_aim_and_every_fault_come_as_declared(cast: Cast) -> None:
    listed = Api(cast.amina).get("programmes").json()["results"]
    eye, film = of(listed, "diabetic-eye"), of(listed, "tb-chest")
    assert [(one["code"], one["name"], one["side"]) for one in eye["shown"]] == [
        ("OD", "right eye (OD)", "R"), ("OS", "left eye (OS)", "L"),
    ]  # fmt: skip
    assert [one["side"] for one in film["shown"]] == [None]
    assert (eye["look"]["judge"], eye["look"]["figure"], eye["look"]["frame"]) == ("eye", "eyes", "round")
    assert (film["look"]["judge"], film["look"]["figure"], film["look"]["frame"]) == ("film", "", "square")
    for programme in (eye, film):
        kind = MODALITIES[programme["modality"]]
        assert [one["code"] for one in programme["turned_down"]] == list(kind.reasons)
        assert all(one["text"] and one["advice"] for one in programme["turned_down"])


def test_it_is_said_in_the_language_of_who_asks(cast: Cast) -> None:
    answer = Api(cast.amina).get("programmes", **{"Accept-Language": "fr"})
    eye = of(answer.json()["results"], "diabetic-eye")
    assert eye["shown"][0]["name"] == "œil droit (OD)"
    assert eye["turned_down"][-1]["text"] != "it is not clear enough"
