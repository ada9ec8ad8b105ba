"""What a card says of a pack: figures by data set and group, each with an interval that is never a point."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from inference.statistics.areas import area
from inference.training import plan, report
from inference.training.shelf import Shelf

PLANS = plan.FOLDER


def shelf_of(positive: np.ndarray, split: list[str] | str = "test", **notes: list[str]) -> Shelf:
    many = len(positive)
    splits = np.full(many, split) if isinstance(split, str) else np.array(split)
    targets = np.stack([positive, ~positive], axis=1).astype(np.float32)
    return Shelf(
        np.zeros((many, 4, 4, 1), np.uint8), targets, np.ones(many), ~positive, splits, np.arange(many).astype(str),
        np.full(many, "drawn"), {name: np.array(values) for name, values in notes.items()},
    )  # fmt: skip


def point(score: np.ndarray, positive: np.ndarray, target: float = 0.8) -> report.Point:
    found = report.point(score, positive, np.arange(len(score)).astype(str), target)
    assert found is not None
    return found


def test_eight_gradable_above_twenty_two_others_are_not_certain() -> None:
    good = np.arange(30) < 8
    shares = np.stack([np.where(good, 0.9, 0.1), np.where(good, 0.1, 0.9)], axis=1)
    told = report.gate(shares, shelf_of(good))
    known = "1.000 (95 % interval 0.631 to 1.000; 8 positive, 22 negative)"
    assert ("AUC gradable or not", "drawn test", known) in told.figures
    assert ("others refused", "drawn test", "1.000 (95 % interval 0.846 to 1.000; 22 of 22)") in told.figures


def test_no_interval_of_a_card_is_a_point() -> None:
    positive = np.arange(60) % 4 == 0
    score = np.where(positive, 0.9, 0.1)
    split = ["val"] * 30 + ["test"] * 30
    told = report.finding(
        score, shelf_of(positive, split, eye=["left", "right"] * 30), positive, point(score, positive)
    )
    ends = [re.search(r"interval (\S+) to (\S+);", text) for _, _, text in [*told.figures, *told.subgroups]]
    assert sum(one is not None for one in ends) >= 8
    assert all(one is None or float(one[2]) - float(one[1]) > 0.01 for one in ends)


def test_people_with_two_pictures_count_once() -> None:
    rng = np.random.default_rng(2)
    positive = np.repeat(rng.random(60) < 0.4, 2)
    score = np.repeat(rng.normal(0, 1, 60), 2) + positive
    shelf = dataclasses.replace(shelf_of(positive), group=np.repeat(np.arange(60), 2).astype(str))
    told = {what: text for what, _, text in report.finding(score, shelf, positive, None).figures}
    known = area(score, positive, shelf.group)
    assert told["AUC"].startswith(f"{known.value:.3f} (95 % interval {known.low:.3f} to {known.high:.3f}")
    assert known.high - known.low > 1.2 * np.ptp([area(score, positive).low, area(score, positive).high])


def test_a_set_of_one_class_has_no_area_and_is_left_out() -> None:
    positive = np.array([True] * 6 + [False] * 6)
    shelf = dataclasses.replace(shelf_of(positive), source=np.array(["ill"] * 6 + ["well"] * 6))
    assert report.finding(np.linspace(0, 1, 12), shelf, positive, None).figures == []


def test_a_group_of_one_class_is_counted_at_the_operating_point() -> None:
    positive = np.arange(40) >= 20
    score = np.linspace(0, 1, 40)
    grades = ["2" if ill else "0" for ill in positive]
    grades[0] = "2"  # one well person among the graded: an area, not a share of both kinds together
    told = {name: what for name, what, _ in report.finding(
        score, shelf_of(positive, grade=grades), positive, point(score, positive)).subgroups}  # fmt: skip
    assert told == {"grade 0": "left alone at the operating point", "grade 2": "AUC"}


def test_one_picture_each_prefers_the_ill_eye() -> None:
    truth = np.array([False, True, False, False])
    rows = report.one_each(truth, np.array(["a", "a", "b", "b"]))
    assert rows[0] == 1 and rows[1] in (2, 3)


def test_too_few_positives_lower_the_target_honestly() -> None:
    score, truth = np.linspace(0, 1, 40), np.arange(40) >= 28
    at = point(score, truth, 0.9)
    assert at.threshold.target < 0.9 and at.threshold.sensitivity_lower >= at.threshold.target


def test_four_positives_prove_nothing_worth_stating() -> None:
    assert report.point(np.linspace(0, 1, 40), np.arange(40) >= 36, np.arange(40).astype(str), 0.9) is None


def test_the_failure_gallery_is_in_words() -> None:
    truth = np.array([True, True, False, False] * 2)
    noted = shelf_of(truth, "devtest", quality=["good", "reject"] * 4)
    assert list(report._gallery(np.linspace(0, 1, 8), noted, truth, 0.5)) == [
        "- Ill but left alone, by quality: good 1 of 2, reject 1 of 2.",
        "- Healthy but called, by quality: good 1 of 2, reject 1 of 2.",
    ]


def test_frames_of_one_eye_are_only_looked_at() -> None:
    good = np.arange(12) < 6
    shelf = shelf_of(good, ["test"] * 9 + ["look"] * 3)
    told = report.gate(np.stack([good, ~good], axis=1).astype(float), shelf)
    assert told.remarks == ["Of 3 smartphone frames of one eye (quality unlabelled) 0 are accepted."]
    assert all(where != "drawn look" for _, where, _ in told.figures)


@pytest.mark.parametrize("name", ["fundus-dr", "cxr-tb", "cxr-gate"])
def test_a_plan_turns_logits_into_one_score(name: str) -> None:
    made = plan.read(PLANS / f"{name}.toml")
    shares = np.arange(len(made.labels), dtype=float)[None]
    assert report.score(made, shares) == [sum(made.labels.index(label) for label in made.positive)]


def test_what_was_measured_of_a_plan_is_its_gate_or_its_finding() -> None:
    positive = np.arange(60) % 2 == 0
    logits = np.where(positive, 2.0, -2.0)[:, None] + np.random.default_rng(1).normal(0, 0.5, (60, 1))
    shelf = shelf_of(positive, ["val"] * 40 + ["test"] * 20)
    found, at = report.measured(plan.read(PLANS / "cxr-tb.toml"), logits, 1.0, shelf)
    assert at is not None and at.positives == 20 and {what for what, _, _ in found.figures} >= {"AUC"}
    found, at = report.measured(plan.read(PLANS / "cxr-gate.toml"), np.hstack([logits, -logits]), 1.0, shelf)
    assert at is None and found.figures[0][0] == "AUC gradable or not"
