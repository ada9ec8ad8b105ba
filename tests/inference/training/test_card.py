"""A card says what a pack is for, what it can do, and what it cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.training import card, plan, report
from inference.training.parity import Parity
from inference.training.report import Report

FINDING = plan.read(plan.FOLDER / "cxr-tb.toml")
GATE = plan.read(plan.FOLDER / "cxr-gate.toml")
SAID = Report(figures=[("AUC", "drawn test", "0.9 (0.8 to 1.0)")], remarks=["Seen through a phone: never."])


def test_a_card_holds_what_its_plan_promises_and_warns() -> None:
    text = card.write(FINDING, SAID, None)
    for words in (card.WARNING, FINDING.intended_use, FINDING.not_intended_for, FINDING.licence, *FINDING.failures):
        assert words in text
    assert "| AUC | drawn test | 0.9 (0.8 to 1.0) |" in text and "Seen through a phone: never." in text
    assert "Every photo goes to a reader." in text and "## Subgroups" not in text and "## Precisions" not in text


def test_a_gate_has_no_operating_point() -> None:
    assert "## Operating point" not in card.write(GATE, SAID, None)


def test_the_operating_point_says_what_was_proved_and_what_could_not_be() -> None:
    score, truth = np.linspace(0, 1, 60), np.arange(60) >= 40
    at = report.point(score, truth, np.arange(60).astype(str), 0.9)
    assert at is not None
    text = card.write(FINDING, SAID, at)
    assert f"score >= {at.threshold.threshold:.4f}" in text and "20 positive and 40 negative persons" in text
    assert "The wanted 0.90 cannot be proved with 20 positives." in text
    assert FINDING.operating_classes["dicom"] in text
    enough = replace(at, wanted=at.threshold.target)
    assert "cannot be proved" not in card.write(FINDING, SAID, enough)


def test_a_bound_is_never_rounded_up() -> None:
    truth = np.arange(100) >= 50
    at = report.point(np.linspace(0, 1, 100), truth, np.arange(100).astype(str), 0.9)
    assert at is not None
    shown = float(card.write(FINDING, SAID, at).split("(bound ")[1].split(")")[0])
    assert shown <= at.threshold.sensitivity_lower < shown + 0.001


def test_precisions_say_which_one_is_in_the_pack() -> None:
    weighed = [Parity("fp32", 9, 0, 0, 0.9, 0, 0, 2.0, 1.0, 2_000_000),
               Parity("int8", 9, 0.01, 0.001, 0.9, 0, 0, 1.0, 2.0, 500_000),
               Parity("fp16", 9, 0.01, 0.001, 0.9, 0, 9, 4.0, 0.5, 1_000_000)]  # fmt: skip
    rows = [line for line in card.write(GATE, SAID, None, weighed).splitlines() if line.startswith(("| fp", "| int"))]
    assert [row.split(" | ")[-1] for row in rows] == ["the model |", "yes |", "no |"]


def test_where_it_was_measured_is_said_for_each_kind_of_picture() -> None:
    plain, dicom = card.where_measured(FINDING, "film_export"), card.where_measured(FINDING, "dicom")
    assert plain.endswith(", one photo per person") and dicom.startswith(f"{plain}; measured on film exports")
