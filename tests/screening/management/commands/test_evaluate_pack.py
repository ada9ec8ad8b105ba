"""The command as a person runs it: drawn eyes, a tiny pack, a report that stands alone."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.inference import packs

POINT = {
    "label": "referable_dr", "capture_class": "fundus_tabletop", "threshold": 0.5, "target_sensitivity": 0.8,
    "sensitivity": 0.9, "sensitivity_lower": 0.82, "confidence": 0.95, "specificity": 0.7, "positives": 60,
    "negatives": 60, "data": "drawn", "measured_on": "2026-11-01",
}  # fmt: skip


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 plain pictures of 40 people: redder is ill, by and large; two are copies, one is no picture."""
    folder = tmp_path_factory.mktemp("set")
    rng = np.random.default_rng(11)
    lines = ["image,patient,referable,sex,split"]
    for n in range(80):
        ill = n % 2 == 0
        picture = packs.plain(int(np.clip(rng.normal(150 if ill else 105, 30), 0, 255)), side=120)
        picture[20:100, 20:100, 1] = rng.integers(0, 255, (80, 80))
        if n == 9:
            picture = cv2.imread(str(folder / "8.png"))[:, :, ::-1]
        cv2.imwrite(str(folder / f"{n}.png"), np.ascontiguousarray(picture[:, :, ::-1]))
        lines.append(f"{n}.png,p{n // 2},{int(ill)},{'MF'[n % 3 == 0]},{'train' if n == 9 else 'test'}")
    (folder / "80.png").write_bytes(b"not a picture")
    (folder / "labels.csv").write_text("\n".join([*lines, "80.png,p90,1,F,test"]) + "\n")
    return folder


@pytest.fixture(scope="module")
def pack_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packs.make(tmp_path_factory.mktemp("pack") / "red", operating_points=[POINT]).path


def evaluate(pack: Path, labelled: Path, out: Path, *more: str) -> tuple[dict, str, str]:
    said = StringIO()
    arguments = ["--labels", str(labelled / "labels.csv"), "--images", str(labelled), "--out", str(out), "-v0", *more]
    call_command("evaluate_pack", str(pack), *arguments, stdout=said, stderr=StringIO())
    return json.loads((out / "evaluation.json").read_text()), (out / "evaluation.html").read_text(), said.getvalue()


def test_the_report_has_every_figure_and_stands_alone(pack_folder: Path, labelled: Path, tmp_path: Path) -> None:
    found, page, said = evaluate(
        pack_folder, labelled, tmp_path, "--split", "split", "--where", "split=test", "--prevalence", "0.02"
    )
    assert found["set"]["pictures"] == 79 and found["set"]["left_out"]["pictures that could not be scored"] == 1
    assert found["failures"].keys() == {"80.png"}
    at = found["operating_point"]
    assert at["tp"] + at["fn"] == found["set"]["positives"] and at["threshold"] == 0.5
    assert found["at_prevalence"][0]["false_per_true"]["value"] > 0
    assert found["calibration"]["ece"] >= 0 and len(found["decision_curve"]["risk"]) == 99
    assert {row["value"] for row in found["subgroups"] if row["column"] == "sex"} == {"F", "M"}
    assert found["copies"]["across_splits"] == 1 and found["copies"]["two_answers"] == 1
    assert not found["external"] and "Not stated to be from another source" in said
    assert not re.findall(r"(?:src|href)=|url\(|@import|<script", page)
    assert page.count("<svg") >= 3 and "not compared" in page
    rows = (tmp_path / "scores.csv").read_text().splitlines()
    assert rows[0] == "image,patient,positive,score" and len(rows) == 80


def test_external_evidence_is_marked_and_training_pictures_are_named(
    pack_folder: Path, labelled: Path, tmp_path: Path
) -> None:
    found, page, said = evaluate(pack_folder, labelled, tmp_path, "--external")
    assert found["external"] and "external evidence" in page and "Not stated" not in said
    assert found["set"]["marked_train"] == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--where", "referable=1"), "2 of each"),
        (("--truth", "grade"), "no column 'grade' .name yours with --truth"),
        (("--by", "hospital"), "no column"),
        (("--label", "cataract"), "no label"),
        (("--prevalence", "1.5"), "between 0 and 1"),
        (("--threshold", "7"), "--threshold lies between 0 and 1"),
        (("--threshold", "nan"), "--threshold lies between 0 and 1"),
        (("--gate", "cxr-gate"), "for chest pictures, tiny-red for fundus pictures"),
        (("--gate", "cxr-tb"), "is no quality gate: its purpose is finding"),
        (("--negative", "healthy"), "No row says"),
    ],
)
def test_what_has_no_meaning_is_refused(
    pack_folder: Path, labelled: Path, tmp_path: Path, more: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        evaluate(pack_folder, labelled, tmp_path / "none", *more)
    assert not (tmp_path / "none").exists()


def test_without_an_operating_point_nothing_is_called(labelled: Path, tmp_path: Path) -> None:
    bare = packs.make(tmp_path / "bare").path
    found, _, said = evaluate(bare, labelled, tmp_path / "out")
    assert found["operating_point"] is None and found["at_prevalence"] == []
    assert "a person reads every one" in said


def test_an_unknown_pack_is_refused(labelled: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no pack"):
        evaluate(tmp_path / "nowhere", labelled, tmp_path)


def test_an_obvious_gap_among_the_well_is_found_and_what_was_not_compared_is_said(
    pack_folder: Path, labelled: Path, tmp_path: Path
) -> None:
    table = labelled / "wide.csv"
    lines = (labelled / "labels.csv").read_text().splitlines()
    table.write_text("\n".join([
        lines[0] + ",grade", *(f"{line},{2 + n % 5 // 2 if line.split(',')[2] == '1' else n % 2}"
                               for n, line in enumerate(lines[1:])),
    ]))  # fmt: skip
    found, page, said = evaluate(pack_folder, labelled, tmp_path, "--labels", str(table))
    assert found["tell_the_answer"] == ["referable", "grade"] and "its values tell the answer: referable, grade" in page
    assert {row["column"] for row in found["subgroups"]} == {"sex", "split"}
    assert all(row["not_tested"] for row in found["subgroups"]) and found["comparisons"] == 0
    assert "no gap was looked for" in page and "sex “F”" in page and "was not compared, too few" in said
    found, _, _ = evaluate(pack_folder, labelled, tmp_path, "--labels", str(table), "--by", "grade")
    assert {row["column"] for row in found["subgroups"]} == {"grade"}


def test_a_filter_and_what_counted_as_ill_stand_in_the_report(
    pack_folder: Path, labelled: Path, tmp_path: Path
) -> None:
    found, page, said = evaluate(pack_folder, labelled, tmp_path, "--where", "split=test", "--data", "drawn")
    assert found["data"] == "drawn, split=test" and found["set"]["where"] == ["split=test"]
    assert found["set"]["ill_values"] == {"1": 40} and "Counted as ill, by referable: “1”: 40." in said
    assert "drawn, split=test" in page and "<code>split=test</code>" in page


def test_few_pictures_are_said_to_be_few(pack_folder: Path, labelled: Path, tmp_path: Path) -> None:
    table = labelled / "ten.csv"
    table.write_text("\n".join((labelled / "labels.csv").read_text().splitlines()[:11]))
    found, page, said = evaluate(pack_folder, labelled, tmp_path, "--labels", str(table))
    assert "Too few: 5 ill and 5 well." in said and "Too few: 5 ill and 5 well." in page
    assert found["set"]["positives"] == 5


def gated(folder: Path, dark: int) -> tuple[Path, Path]:
    """A finding and a gate for pictures of skin, and 40 pictures, the first `dark` too dark for the gate."""
    rng = np.random.default_rng(3)
    lines = ["image,referable"]
    for n in range(40):
        picture = packs.plain(40 if n < dark else int(rng.integers(180, 250)), side=420)
        cv2.imwrite(str(folder / f"{n}.png"), np.ascontiguousarray(picture[:, :, ::-1]))
        lines.append(f"{n}.png,{int(n % 3 == 0)}")
    (folder / "labels.csv").write_text("\n".join(lines))
    output = packs.manifest()["output"] | {"labels": ["gradable", "not_skin"], "positive": ["gradable"]}
    gate = packs.make(folder / "gate", purpose="gate", name="tiny-gate", modality="skin", output=output)
    return packs.make(folder / "skin", modality="skin", operating_points=[POINT]).path, gate.path


def test_what_the_gate_turns_down_is_left_out_and_counted_by_answer(tmp_path: Path) -> None:
    finding, gate = gated(tmp_path, dark=7)
    found, page, said = evaluate(finding, tmp_path, tmp_path / "out", "--gate", str(gate))
    told = found["gate"]
    assert (told["pictures"], told["turned_down"], told["ill"], told["well"]) == (40, 7, 3, 4)
    assert told["reasons"] == {"not_skin": {"ill": 3, "well": 4}} and told["name"] == "tiny-gate"
    assert told["pictures_turned_down"] == {f"{n}.png": "not_skin" for n in range(7)}
    assert found["set"]["pictures"] == 33 and found["set"]["left_out"] == {"turned down by the quality gate": 7}
    assert "turned down 7 of 40 pictures, which a person reads: 3 ill, 4 well (not_skin: 7)." in said
    assert "Turned down by the gate tiny-gate" in page and found["failures"] == {}
    found, page, _ = evaluate(finding, tmp_path, tmp_path / "out", "--threshold", "0.5")
    assert found["gate"] is None and found["set"]["pictures"] == 40 and "Measured without a quality gate" in page


def test_a_gate_that_sees_something_else_in_most_pictures_stops_the_measurement(tmp_path: Path) -> None:
    finding, gate = gated(tmp_path, dark=30)
    with pytest.raises(CommandError, match=r"Of 40 pictures the gate says that 30 show something else \(not_skin 30\)"):
        evaluate(finding, tmp_path, tmp_path / "none", "--gate", str(gate))
    assert not (tmp_path / "none").exists()


def test_pictures_all_turned_down_leave_nothing_to_measure(pack_folder: Path, labelled: Path, tmp_path: Path) -> None:
    output = packs.manifest()["output"] | {"labels": ["gradable", "blurred"], "positive": ["gradable"]}
    gate = packs.make(tmp_path / "gate", purpose="gate", output=output)
    with pytest.raises(CommandError, match="turns down every one of 80 pictures"):
        evaluate(pack_folder, labelled, tmp_path / "none", "--gate", str(gate.path))
