"""One command from labelled pictures to a finished pack, on a plan of a minute: drawn films, a tiny network."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from inference import pack
from inference.admission.exam import sit
from inference.assess.novelty import read as reference_of
from inference.drawing import draw_chest
from inference.thresholds import curve
from inference.training import plan

CONFIG = """
name = "tiny"
pack = "cxr-tb"
task = "chest_tb"
size = 32
widths = [4, 8]
depths = [1, 1]
epochs = 10
batch = 16
threads = 1
rate = 1e-2
keep = 0.8
"""
PLAN = """
name = "cxr-tb"
version = "0.0.1"
title = "Drawn cavities"
modality = "chest"
purpose = "finding"
licence = "None: drawn"
intended_use = "Tests"
not_intended_for = "Anybody"
capture_classes = ["film_export", "dicom"]
runs = ["tiny"]
labels = ["tuberculosis"]
positive = ["tuberculosis"]
kind = "binary"
activation = "sigmoid"
outputs = [0]
flips = [[]]
target = 0.8
tolerance = 0.01
latency_budget_ms = 10000
operating_label = "tuberculosis"
operating_classes = { film_export = "", dicom = "the same pixels as DICOM" }
chosen = "Drawn"
failures = ["All of them."]
training_data = [{ name = "drawn films", terms = "none", images = 200, validation = true }]

[finish]
reference = "cxr/tb_shenzhen128"
reference_data = "drawn films"
labels = "cxr/tb_shenzhen128/labels.csv"
positive = ["tb"]
data = "drawn films"
"""


def film(seed: int, *, ill: bool) -> np.ndarray:
    """A drawn film; an ill one is striped, so that a tiny network learns it within seconds."""
    drawn = draw_chest(seed, size=128).astype(float)
    stripes = 60 * (np.arange(128) // 8 % 2)[:, None] if ill else 0
    return np.asarray(np.clip(0.7 * drawn + stripes, 0, 255), np.uint8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Drawn films, laid out as the public sets are; every second one is ill."""
    for name, count in (("tb_shenzhen128", 160), ("nih512", 8)):
        folder = tmp_path / "data" / "cxr" / name
        (folder / "images").mkdir(parents=True)
        with (folder / "labels.csv").open("w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["image", "label", "film", "patient_id", "view", "split", "split_b", "tone", "findings"])
            for n in range(count):
                ill = n % 2 == 1
                split = ("train", "train", "val", "val", "val", "test")[n % 6]
                cv2.imwrite(str(folder / "images" / f"{n}.png"), film(n, ill=ill))
                word = ("tb" if ill else "normal") if name.startswith("tb") else ("abnormal" if ill else "normal")
                rows.writerow([f"images/{n}.png", word, f"{name}{n}", f"{name}{n}", "PA", split, split, "light", ""])
    return tmp_path / "data"


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")
    torch.set_num_threads(1)
    from inference.training import config, golden

    pictures = {"well": film(900, ill=False), "ill": film(901, ill=True), "other": film(902, ill=False)}
    monkeypatch.setitem(golden._SETS, "cxr-tb", lambda: pictures)
    (tmp_path / "tiny.toml").write_text(CONFIG)
    (tmp_path / "cxr-tb.toml").write_text(PLAN)
    monkeypatch.setattr(config, "FOLDER", tmp_path)
    monkeypatch.setattr(plan, "FOLDER", tmp_path)
    return tmp_path


def run(name: str, folder: Path, data: Path, **more: Any) -> str:
    out = StringIO()
    call_command(name, "cxr-tb", data=data, packs=folder / "packs", stdout=out, **more)
    return out.getvalue()


def test_from_pictures_to_a_finished_pack(plans: Path, data: Path) -> None:
    said = run("train_pack", plans, data, work=plans / "work")
    found = pack.load(plans / "packs" / "cxr-tb")
    raw = found.manifest.raw
    assert found.sha256 in said.splitlines()[-1]
    # The operating point is stated for every kind of picture of the plan, each with its own words.
    points = {point["capture_class"]: point["data"] for point in raw["operating_points"]}
    assert points["dicom"] == f"{points['film_export']}; the same pixels as DICOM"
    assert raw["operating_points"][0]["threshold"] == raw["operating_points"][1]["threshold"]
    own, point = curve.of_pack(raw, "dicom"), raw["operating_points"][0]
    assert own and own.at(point["threshold"]).threshold == point["threshold"]
    assert own.lower(own.at(point["threshold"])) == pytest.approx(point["sensitivity_lower"], abs=1e-4)
    # What `finish` measured is in it, and what was promised before still holds.
    assert reference_of(raw) is not None and raw["heat_map"]["data"] == "drawn films"
    assert raw["compression_floor"] or "certify_compression:" in said
    assert all(sit(found, case).difference <= 0.01 for case in found.manifest.exam.cases)


def test_finishing_names_what_is_missing(plans: Path, data: Path) -> None:
    with pytest.raises(CommandError, match=r"manifest\.json|is missing|no pack|cannot"):
        run("finish_pack", plans, data)
