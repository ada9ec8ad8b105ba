"""What the phone says of a photo at once, in the browser that runs it: drawn pictures, good ones and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from inference import drawing
from tests.bench.phone_judge import PhoneJudge
from tests.bench.quality import encoded, lamp_lit


@pytest.fixture(scope="module")
def judge(chromium: Any) -> Iterator[PhoneJudge]:
    page = chromium.new_page()
    yield PhoneJudge(page)
    page.close()


def said(judge: PhoneJudge, kind: str, *pictures: Any) -> list[str | None]:
    return [one["reason"] for one in judge.judge([encoded(picture) for picture in pictures], kind)]


def films() -> list[Any]:
    return [np.dstack([drawing.draw_chest(seed, size=700)] * 3) for seed in range(3)]


def outer_eye() -> Any:
    """An eye from the front: skin, the white between two lids, a dark iris. Sharp, warm and lit, but no retina."""
    down, across = np.ogrid[-1:1:700j, -1:1:700j]
    eye = np.zeros((700, 700, 3)) + (170, 120, 90)
    eye[(across / 0.8) ** 2 + (down / 0.35) ** 2 < 1] = (215, 200, 185)
    eye[across**2 + down**2 < 0.3**2] = (70, 45, 30)
    eye += np.random.default_rng(2).normal(0, 9, eye.shape)
    eye[across**2 + down**2 > 0.97**2] = 0
    return eye.clip(0, 255).astype(np.uint8)


def test_good_photos_pass(judge: PhoneJudge) -> None:
    eyes = [drawing.draw_fundus(seed, lesions=seed, size=700) for seed in range(4)]
    assert said(judge, "eye", *eyes) == [None] * 4
    lit = [lamp_lit(np.random.default_rng(seed), film) for seed, film in enumerate(films())]
    assert said(judge, "film", *films(), *lit) == [None] * 6


def test_an_eye_is_no_film_in_colour_or_in_gray(judge: PhoneJudge) -> None:
    eyes = [drawing.draw_fundus(seed, size=700) for seed in range(3)]
    gray = [np.dstack([eye.mean(axis=2).astype(np.uint8)] * 3) for eye in eyes]
    assert said(judge, "film", *eyes, *gray) == ["not_chest"] * 6


def test_films_things_and_the_outside_of_an_eye_are_no_retina(judge: PhoneJudge) -> None:
    assert said(judge, "eye", *films(), outer_eye()) == ["not_retina"] * 4
    things = [drawing.draw_not_medical(seed) for seed in range(6)]
    assert None not in said(judge, "eye", *things) + said(judge, "film", *things)
