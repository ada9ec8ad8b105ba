"""The calibration workbench on the command line: with a pack, and with another software's scores."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from inference.archive import zip_into
from tests.inference import packs


def scores_table(folder: Path, ill: int = 120, well: int = 240) -> Path:
    """As a hospital's export: a score from 0 to 100 by some software, and the laboratory's answer."""
    rng = np.random.default_rng(5)
    with (folder / "cad.csv").open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["image", "patient_id", "cad_score", "xpert", "sex"])
        for n in range(ill + well):
            score = np.clip(rng.normal(70 if n < ill else 40, 15), 0, 100).round(1)
            rows.writerow([f"{n}.dcm", f"p{n}", score, "MTB" if n < ill else "none", "FM"[n % 2]])
    return folder / "cad.csv"


def calibrate(table: Path, out: Path, *more: str) -> tuple[dict, str, str]:
    said = StringIO()
    call_command("calibrate", *more, "--labels", str(table), "--out", str(out), "-v0", stdout=said, stderr=StringIO())
    return json.loads((out / "calibration.json").read_text()), (out / "calibration.html").read_text(), said.getvalue()


CAD = ("--scores", "cad_score", "--truth", "xpert", "--positive", "MTB", "--target", "0.9")
COSTS = ("--people", "5000", "--prevalence", "0.02", "--screen-cost", "4", "--confirm-cost", "15")


def test_another_softwares_scores_are_enough(tmp_path: Path) -> None:
    found, page, said = calibrate(scores_table(tmp_path), tmp_path / "out", *CAD, *COSTS, "--strata", "sex")
    point = found["operating_point"]
    assert point["sensitivity_lower"] >= 0.9 and point["positives"] == 120 and point["model_version"] is None
    assert found["held_out"]["splits"] == 200 and found["held_out"]["kept"] >= 180
    row = next(row for row in found["table"] if row["chosen"])
    assert row["threshold"] == point["threshold"]
    assert row["true_cases"] == pytest.approx(100 * point["sensitivity"], abs=1e-9)
    expected = (5000 * 4 + row["confirmatory_tests"] * 15) / row["true_cases"]
    assert row["cost_per_true_case"] == pytest.approx(expected, abs=1e-9)
    assert {group["name"] for group in found["strata"]["groups"]} == {"F", "M"}
    written = list(csv.DictReader((tmp_path / "out" / "thresholds.csv").open()))
    assert len(written) == len(found["table"]) and "missed" in written[0]
    assert "a second person signs it" in said
    assert not re.findall(r"(?:src|href)=|url\(|<script", page) and 'class="chosen"' in page


def test_too_few_ill_is_refused_with_how_many_are_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"29 people .* 20 are there: 9 are missing"):
        calibrate(scores_table(tmp_path, ill=20), tmp_path / "out", *CAD)
    assert not (tmp_path / "out").exists()


def test_enough_to_prove_but_not_to_split_says_so(tmp_path: Path) -> None:
    found, _, said = calibrate(scores_table(tmp_path, ill=40), tmp_path / "out", *CAD)
    assert found["held_out"] == {"splits": 0, "kept": 0, "missing": 18}
    assert "Not checked on held-out people: 18 more ill are needed." in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--target", "0.9"), "Name a pack"),
        ((*CAD, "--confidence", "1"), "between 0 and 1"),
        (("--scores", "sex", *CAD[2:]), "not a number|Not every score"),
        (("--scores", "nothing", *CAD[2:]), "no column"),
        ((*CAD, "--where", "xpert=MTB"), "2 of each"),
        ((*CAD, "--strata", "hiv"), "no column"),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, more: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        calibrate(scores_table(tmp_path), tmp_path / "out", *more)


def test_a_pack_is_bound_by_hash_and_capture_class_and_people_count_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    lines = ["image,patient,referable"]
    for n in range(120):
        person, ill = n // 2, n // 2 % 2 == 0
        picture = packs.plain(int(np.clip(rng.normal(180 if ill else 90, 25), 0, 255)), side=100)
        cv2.imwrite(str(tmp_path / f"{n}.png"), np.ascontiguousarray(picture[:, :, ::-1]))
        lines.append(f"{n}.png,p{person},{int(ill)}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    pack = packs.make(tmp_path / "red")
    zip_into(pack, tmp_path / "red.zip")
    arguments = (str(tmp_path / "red.zip"), "--images", str(tmp_path), "--target", "0.85")
    with pytest.raises(CommandError, match="capture-class is one of"):
        calibrate(tmp_path / "labels.csv", tmp_path / "out", *arguments, "--capture-class", "fundus_phone")
    found, _, _ = calibrate(
        tmp_path / "labels.csv", tmp_path / "out", *arguments, "--capture-class", "fundus_tabletop", "--data", "drawn"
    )
    point = found["operating_point"]
    assert point["model_version"] == pack.sha256 and point["capture_class"] == "fundus_tabletop"
    assert point["label"] == "referable_dr" and point["data"] == "drawn"
    assert (point["positives"], point["negatives"]) == (30, 30)
