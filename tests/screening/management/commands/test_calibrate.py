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

from inference.pack.archive import zip_into
from screening.management.labelled import progress
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
        (("--scores", "sex", *CAD[2:]), "Line 2: 'F' in the column 'sex' is no number"),
        (("--scores", "nothing", *CAD[2:]), "no column"),
        ((*CAD, "--where", "xpert=MTB"), "2 of each"),
        ((*CAD, "--negative", "none", "--where", "sex=F", "--where", "xpert=none"), "No row says"),
        ((*CAD, "--where", "sex=X"), "none is as --where says"),
        ((*CAD, "--people", "-5"), "--people"),
        ((*CAD, "--prevalence", "0"), "between 0 and 1"),
        ((*CAD, "--screen-cost", "-4"), "0 or more"),
        ((*CAD, "--confirm-cost", "inf"), "0 or more"),
        ((*CAD, "--expires", "2020-01-31"), "in the past"),
        ((*CAD, "--gate", "cxr-gate"), "there are none to look at"),
        ((*CAD, "--negative", "MTB"), "cannot mean ill and well"),
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


def test_an_ordinary_export_needs_no_column_of_pictures(tmp_path: Path) -> None:
    table = scores_table(tmp_path)
    rows = [line.split(",") for line in table.read_text().splitlines()]
    table.write_text(
        "\n".join(";".join([row[1], row[2].replace(".", ","), row[3]]) for row in rows).replace("patient_", "")
    )
    found, _, said = calibrate(table, tmp_path / "out", *CAD)
    assert found["set"]["people"] == 360 and 0 < found["operating_point"]["threshold"] < 100
    assert "No column names the patient" in said
    with pytest.raises(CommandError, match="no column 'film' .name yours with --image-column"):
        calibrate(table, tmp_path / "none", *CAD, "--image-column", "film")


def test_a_score_that_is_no_number_is_named_with_its_line(tmp_path: Path) -> None:
    table = scores_table(tmp_path)
    whole = table.read_text().splitlines()
    for value in ("n/a", "nan", "inf", "7,5"):
        cells = whole[3].split(",")
        cells[2] = f'"{value}"'
        table.write_text("\n".join([*whole[:3], ",".join(cells), *whole[4:]]))
        with pytest.raises(CommandError, match=f"^Line 4: '{value}' in the column 'cad_score' is no number"):
            calibrate(table, tmp_path / "none", *CAD)


def unanswered(folder: Path) -> Path:
    """The table again with tests that gave no answer, or one that somebody has to judge."""
    table = scores_table(folder)
    more = ["Invalid", "INDETERMINATE", "no result", "error", "", "MTB trace detected", "other"]
    table.write_text(table.read_text() + "".join(f"{n}-x.dcm,q{n},1.5,{value},F\n" for n, value in enumerate(more)))
    return table


def test_what_is_no_answer_clears_nobody(tmp_path: Path) -> None:
    found, page, said = calibrate(unanswered(tmp_path), tmp_path / "out", *CAD)
    told = found["set"]
    assert told["ill_values"] == {"MTB": 120} and told["well_values"] == {"none": 240, "other": 1}
    assert told["left_out"] == {
        "no reference answer": 1, "no answer (Invalid)": 1, "no answer (INDETERMINATE)": 1,
        "no answer (no result)": 1, "no answer (error)": 1, "no answer (MTB trace detected)": 1,
    }  # fmt: skip
    ill_or_invalid = unanswered(tmp_path).read_text().replace(",none,", ",Invalid,").replace(",other,", ",,")
    (tmp_path / "cad.csv").write_text(ill_or_invalid)
    with pytest.raises(CommandError, match=r"120 pictures .* and 0 without.* no answer \(Invalid\): 241"):
        calibrate(tmp_path / "cad.csv", tmp_path / "none", *CAD)
    assert "Counted as well, by xpert: “none”: 240; “other”: 1." in said and "no answer (Invalid): 1" in said
    assert "Counted as well" in page and "no answer (Invalid): 1" in page


def test_negative_names_exactly_what_counts_as_well(tmp_path: Path) -> None:
    table = unanswered(tmp_path)
    found, _, _ = calibrate(table, tmp_path / "out", *CAD, "--negative", "none", "--negative", "Invalid")
    assert found["set"]["well_values"] == {"none": 240, "Invalid": 1}
    assert found["set"]["left_out"]["neither ill nor well (other)"] == 1
    found, _, _ = calibrate(table, tmp_path / "out", *CAD, "--positive", "MTB trace detected")
    assert found["set"]["ill_values"] == {"MTB": 120, "MTB trace detected": 1}


def test_the_part_that_was_used_and_training_pictures_stand_in_the_evidence(tmp_path: Path) -> None:
    table = scores_table(tmp_path)
    lines = table.read_text().splitlines()
    table.write_text("\n".join([lines[0] + ",split", *(line + ",train" for line in lines[1:])]))
    found, page, said = calibrate(table, tmp_path / "out", *CAD, "--where", "split=train", "--data", "x" * 300)
    data = found["operating_point"]["data"]
    assert len(data) == 240 and data.endswith("… (includes training pictures)")
    assert found["set"]["where"] == ["split=train"] and found["set"]["truth_column"] == "xpert"
    assert "marked as training pictures" in said and "marked as training pictures" in page
    assert "<code>split=train</code>" in page
    found, _, said = calibrate(table, tmp_path / "out", *CAD, "--where", "sex=F", "--data", "clinic")
    assert found["operating_point"]["data"] == "clinic, sex=F (includes training pictures)"
    table.write_text(table.read_text().replace(",train", ",test"))
    found, _, said = calibrate(table, tmp_path / "out", *CAD, "--where", "split=test", "--data", "train")
    assert found["operating_point"]["data"] == "train, split=test" and "training pictures" not in said


def test_a_set_called_training_set_is_said_to_be_one(tmp_path: Path) -> None:
    found, _, said = calibrate(scores_table(tmp_path), tmp_path / "out", *CAD, "--data", "tb_train-part")
    assert found["operating_point"]["data"] == "tb_train-part (includes training pictures)"
    assert "called a training set" in said


def test_a_threshold_that_clears_almost_nobody_says_so(tmp_path: Path) -> None:
    table = scores_table(tmp_path)
    table.write_text(re.sub(r",(\d+\.\d),", lambda score: f",{float(score[1]) % 10:g},", table.read_text()))
    found, page, said = calibrate(table, tmp_path / "out", *CAD)
    assert found["operating_point"]["specificity"] < 0.2
    assert "most well people are referred too" in said and "most well people are referred too" in page
    _, _, said = calibrate(scores_table(tmp_path), tmp_path / "out", *CAD)
    assert "most well people" not in said


def test_without_a_cost_nothing_is_said_of_it(tmp_path: Path) -> None:
    found, page, _ = calibrate(scores_table(tmp_path), tmp_path / "out", *CAD)
    assert {row["cost_per_true_case"] for row in found["table"]} == {None} and "Cost per true case" not in page
    written = list(csv.DictReader((tmp_path / "out" / "thresholds.csv").open()))
    assert {row["cost"] + row["cost_per_true_case"] for row in written} == {""}


def test_a_gate_leaves_out_what_a_person_reads(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    lines = ["image,patient,referable"]
    for n in range(80):
        picture = packs.plain(40 if n < 6 else int(rng.integers(180, 210)) + 30 * (n % 2), side=420)
        cv2.imwrite(str(tmp_path / f"{n}.png"), np.ascontiguousarray(picture[:, :, ::-1]))
        lines.append(f"{n}.png,p{n},{n % 2}")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    output = packs.manifest()["output"] | {"labels": ["gradable", "not_skin"], "positive": ["gradable"]}
    gate = packs.make(tmp_path / "gate", purpose="gate", modality="skin", output=output).path
    finding = packs.make(tmp_path / "skin", modality="skin").path
    more = (str(finding), "--images", str(tmp_path), "--target", "0.8", "--capture-class", "fundus_tabletop")
    found, page, said = calibrate(tmp_path / "labels.csv", tmp_path / "out", *more, "--gate", str(gate))
    assert (found["gate"]["ill"], found["gate"]["well"], found["set"]["people"]) == (3, 3, 74)
    assert "turned down 6 of 80 pictures" in said and "Turned down by the gate" in page


def test_a_source_that_tells_the_answer_is_said_of_a_calibration_too(tmp_path: Path) -> None:
    table = scores_table(tmp_path)
    lines = table.read_text().splitlines()
    table.write_text(
        "\n".join([lines[0] + ",hospital", *(f"{row},{'A' if ',MTB,' in row else 'B'}" for row in lines[1:])])
    )
    _, page, said = calibrate(table, tmp_path / "out", *CAD)
    assert "hospital alone tells the answer" in said and "hospital alone tells the answer" in page


def test_a_progress_bar_is_for_terminals_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert list(progress(range(3), options={"verbosity": 1})) == [0, 1, 2]
    assert capfd.readouterr().err == ""
