"""`pack build`: what it asks, what it checks first, and what it says was not checked."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest
from django.core.management.base import CommandError

from inference.admission import build
from inference.pack import PackError
from screening.management import asking, wrapping
from tests.inference import packs
from tests.screening.packing import built, packing_place  # noqa: F401 - a fixture


def test_what_flags_leave_out_is_asked_at_a_terminal(place: Path) -> None:
    data = packs.brightness_model().SerializeToString()
    options, ports = flags(place, "--output", "logits"), build.onnx_file.inspect(data)
    said = asking.complete(options, ports, answering(ANSWERS, place), pytest.fail)
    told = wrapping.told(said, ports)
    assert (told.licence, told.labels, told.positive) == ("CC-BY-4.0", ("a", "b"), ("a",))
    assert (told.kind, told.activation, told.colour) == ("multiclass", "softmax", "RGB")
    assert len(wrapping.golden(said["golden"])[0]) == 2
    with pytest.raises(PackError) as caught:
        asking.complete(options, ports, None, pytest.fail)
    assert caught.value.code == "missing_licence"
    assert all(f"--{flag}" in caught.value.message for flag in ("licence", "intended-use", "labels", "golden"))


ANSWERS = {"licence": ["CC-BY-4.0"], "meant for": ["Tests"], "title": ["T"], "pictured": ["fundus"],
           "pictures are": ["fundus_phone"], "labels, with": ["a,b"], "mean disease": ["a"],
           "golden": ["bright.png=a", "dark.png"]}  # fmt: skip


def flags(place: Path, *more: str) -> dict[str, Any]:
    parser = ArgumentParser()
    wrapping.add_flags(parser)
    return vars(parser.parse_args([str(place / "model.onnx"), "--out", "x", *more]))


def answering(answers: dict[str, list[str]], place: Path) -> Callable[[str], str]:
    """Somebody at a terminal; an answer that is an exception is raised."""
    left = {words: list(said) for words, said in answers.items()}

    def answer(question: str) -> str:
        words = next(words for words in left if words in question)
        said = left[words].pop(0)
        if said == "^C":
            raise KeyboardInterrupt
        return str(place / said) if words == "golden" and said else said

    return answer


def test_an_answer_that_does_not_fit_is_asked_for_again(place: Path) -> None:
    answers = {**ANSWERS, "title": ["", "T"], "labels, with": ["a,b,c", "a,b"], "mean disease": ["z", "a"],
               "golden": ["nosuch.png", "bright.png=c", "bright.png=a", "dark.png"],
               "pictured": ["fndus", "fundus"], "pictures are": ["phone", "phone"]}  # fmt: skip
    ports = build.onnx_file.inspect(packs.brightness_model().SerializeToString())
    heard: list[str] = []
    said = asking.complete(flags(place, "--output", "logits"), ports, answering(answers, place), heard.append)
    assert (said["labels"], said["positive"], said["capture_class"]) == ("a,b", "a", "phone")
    hints = ("modality 'fndus'", "of the kind 'phone'", "does not fit 3 labels", "must be some of the labels",
             "nosuch.png cannot be read", "shows must be some of the labels")  # fmt: skip
    assert len(heard) == len(hints) and all(hint in line for hint, line in zip(hints, heard, strict=True))


@pytest.mark.parametrize(
    "wrong",
    [["--golden", "nosuch.png"], ["--labels", "a,b,c"], ["--age-range", "18"], ["--step", ""],
     ["--card", "nosuch.md"], ["--output", "nosuch"], ["--size", "7"]],
)  # fmt: skip
def test_a_wrong_flag_is_told_before_anything_is_asked(place: Path, wrong: list[str]) -> None:
    ports = build.onnx_file.inspect(packs.brightness_model().SerializeToString())
    with pytest.raises(PackError):
        asking.complete(flags(place, "--output", "logits", *wrong), ports, pytest.fail, pytest.fail)


def test_who_stops_at_a_question_gets_the_answers_back(place: Path) -> None:
    answers = {**ANSWERS, "title": ["^C"]}
    ports = build.onnx_file.inspect(packs.brightness_model().SerializeToString())
    with pytest.raises(PackError, match=r"(?s)nothing was made\..*--licence CC-BY-4.0 --intended-use Tests"):
        asking.complete(flags(place, "--output", "logits"), ports, answering(answers, place), pytest.fail)


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
