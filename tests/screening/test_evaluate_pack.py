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
    assert not found["external"] and "Internal evidence" in said
    assert not re.findall(r"(?:src|href)=|url\(|@import|<script", page)
    assert page.count("<svg") >= 3 and "cannot tell" in page
    rows = (tmp_path / "scores.csv").read_text().splitlines()
    assert rows[0] == "image,patient,positive,score" and len(rows) == 80


def test_external_evidence_is_marked_and_training_pictures_are_named(
    pack_folder: Path, labelled: Path, tmp_path: Path
) -> None:
    found, page, said = evaluate(pack_folder, labelled, tmp_path, "--external")
    assert found["external"] and "external evidence" in page and "Internal evidence" not in said
    assert found["set"]["marked_train"] == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--where", "referable=1"), "2 of each"),
        (("--truth", "grade"), "no --truth"),
        (("--by", "hospital"), "no column"),
        (("--label", "cataract"), "no label"),
        (("--prevalence", "1.5"), "between 0 and 1"),
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
