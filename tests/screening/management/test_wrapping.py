"""`pack build`: what it asks, what it checks first, and what it says was not checked."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

import cv2
import pytest
from django.core.management.base import CommandError

from inference.admission import build
from screening.management import wrapping
from tests.inference import packs
from tests.screening.packing import built, packing_place  # noqa: F401 - a fixture


def test_control_c_while_a_pack_is_made_is_no_traceback(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "build", interrupted)
    with pytest.raises(CommandError, match="Stopped"):
        built(place)


@pytest.mark.parametrize(
    ("text", "ages"),
    [("15-80", [15, 80]), ("15 80", [15, 80]), ("15,80", [15, 80]), ("15..80", [15, 80]), ("18+", [18, 120]),
     ("18-", [18, 120]), (" 0.5 – 5 ", [0.5, 5])],
)  # fmt: skip
def test_an_age_range_is_understood_as_people_write_it(place: Path, text: str, ages: list[float]) -> None:
    built(place, "--age-range", text)
    assert json.loads((place / "made" / "manifest.json").read_text())["age_range"] == ages


def test_every_flag_of_build_says_what_it_is(place: Path) -> None:
    parser = ArgumentParser()
    wrapping.add_flags(parser)
    assert all(action.help for action in parser._actions)


def test_one_labelled_picture_is_held_against_the_others(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cv2.imwrite(str(place / "middle.png"), packs.plain(120)[:, :, ::-1])
    assert "passed" in built(place, golden=("bright.png=red", "dark.png"))
    assert "was not checked" in capsys.readouterr().err
    assert "passed" in built(place, out="weak", golden=("middle.png=red", "dark.png", "bright.png"))
    for at, golden in enumerate((("bright.png=red", "dark.png"), ("dark.png", "middle.png", "bright.png=red"))):
        with pytest.raises(CommandError, match="sees more of it on every golden picture nobody labelled"):
            built(place, "--labels", "plain,red", "--positive", "red", out=f"swapped{at}", golden=golden)


@pytest.mark.parametrize(
    ("golden", "checked"),
    [(("bright.png", "dark.png"), False), (("bright.png=red", "dark.png=red"), False),
     (("bright.png=red", "dark.png="), True), (("bright.png=red", "dark.png=plain"), True)],
)  # fmt: skip
def test_labels_that_were_not_checked_are_said_to_be(
    place: Path, capsys: pytest.CaptureFixture[str], golden: tuple[str, ...], checked: bool
) -> None:
    built(place, golden=golden)
    assert ("was not checked" in capsys.readouterr().err) is not checked


@pytest.mark.parametrize(
    ("flag", "said"),
    [("--modality=chset", "No programme has the modality 'chset' (only: fundus, chest)"),
     ("--capture-class=fundus_phone,dcm", "No fundus programme takes pictures of the kind 'dcm' (only: fundus_t"),
     ("--capture-class=fundus_phone", "")],
)  # fmt: skip
def test_what_no_programme_could_use_is_made_with_a_warning(
    place: Path, capsys: pytest.CaptureFixture[str], flag: str, said: str
) -> None:
    assert "passed" in built(place, flag, golden=("bright.png=red", "dark.png="))
    warned = capsys.readouterr().err
    assert said in warned if said else not warned
