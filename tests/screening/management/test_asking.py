"""What flags leave out is asked at a terminal, and what was answered is never lost."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference.admission import build
from inference.pack import PackError
from screening.management import asking, wrapping
from tests.inference import packs
from tests.screening.packing import packing_place  # noqa: F401 - a fixture


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
