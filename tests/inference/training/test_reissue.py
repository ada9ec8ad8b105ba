"""A published pack is measured again: its card changes, its model and thresholds never."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from inference import pack
from inference.admission.exam import examine, seal
from inference.pack import Pack, PackError
from inference.statistics.areas import area
from inference.training import chest_tb, plan, recipes, reissue, report
from inference.training.onnx_answers import answers
from inference.training.plan import Plan
from tests.inference import toys
from tests.inference.training import sets

SIZE = 32
CONFIG = f"""
name = "tiny"
pack = "cxr-tb"
task = "chest_tb"
size = {SIZE}
widths = [4, 8]
depths = [1, 1]
epochs = 1
"""
PLAN = """
name = "cxr-tb"
version = "0.0.1"
title = "Drawn stripes"
modality = "chest"
purpose = "finding"
licence = "None: drawn"
intended_use = "Tests"
not_intended_for = "Anybody"
capture_classes = ["film_export"]
runs = ["tiny"]
labels = ["tuberculosis"]
positive = ["tuberculosis"]
kind = "binary"
activation = "sigmoid"
outputs = [0]
flips = [[]]
target = 0.8
tolerance = 0.01
operating_label = "tuberculosis"
operating_classes = { film_export = "" }
chosen = "Drawn"
failures = ["All of them."]
training_data = [{ name = "drawn films", terms = "none", images = 60, validation = true }]
"""
# The mean brightness of a film tells stripes from none, mostly.
MODEL = toys.mean_of([1, 1, SIZE, SIZE], last=1, scale=24.0, shift=-12.0)


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan of the tiny pack, where the command finds it."""
    (tmp_path / "tiny.toml").write_text(CONFIG)
    (tmp_path / "cxr-tb.toml").write_text(PLAN)
    monkeypatch.setattr(recipes.settings, "FOLDER", tmp_path)
    monkeypatch.setattr(plan, "FOLDER", tmp_path)
    return plan.read(tmp_path / "cxr-tb.toml")


def published(wanted: Plan, data: Path, work: Path, folder: Path) -> Pack:
    """The pack as an earlier release published it, with a card that says too much."""
    trial = recipes.trial(wanted, data, work)
    _, at = report.measured(wanted, answers(MODEL, trial.shelf.pictures), 1.0, trial.shelf)
    assert at is not None
    found = at.threshold
    point = {
        "label": "tuberculosis", "capture_class": "film_export", "threshold": found.threshold + 1e-7,
        "target_sensitivity": found.target, "sensitivity": found.sensitivity, "confidence": 0.95,
        "sensitivity_lower": found.sensitivity_lower, "specificity": found.specificity,
        "positives": at.positives, "negatives": at.negatives, "data": "drawn films", "measured_on": "2026-11-24",
    }  # fmt: skip
    rows = [[r.threshold + 1e-7 * (r.threshold == found.threshold), r.tp, r.fp, r.tn, r.fn] for r in at.rows]
    curve = {
        "label": "tuberculosis", "capture_classes": ["film_export"], "use": "screening", "data": "drawn films",
        "measured_on": "2026-11-24", "confidence": 0.95, "rows": rows,
    }  # fmt: skip
    said = toys.manifest(
        name="cxr-tb", version="0.0.1", modality="chest", purpose="finding", capture_classes=["film_export"],
        input={"name": "image", "layout": "NCHW", "height": SIZE, "width": SIZE, "colour": "GRAY"},
        preprocessing=chest_tb.recipe(SIZE), operating_points=[point], curve=curve, latency_budget_ms=10_000,
        output={"name": "logits", "kind": "binary", "labels": ["tuberculosis"], "activation": "sigmoid",
                "temperature": 1.0, "positive": ["tuberculosis"]},
        parity=[{"precision": "fp32", "pictures": 9, "largest_gap": 0.0, "mean_gap": 0.0, "auc": 0.9, "auc_change": 0.0,
                 "flipped": 0, "milliseconds": 1.25, "speed": 1.0, "bytes": 10_000, "passed": True}],
    )  # fmt: skip
    golden = {f"golden/{n}.png": sets.film(n, ill=n == 9) for n in (8, 9)}
    return seal(folder / "cxr-tb", said, MODEL, "# AUC 1.000 (95 % interval 1.000 to 1.000)\n", golden)


def test_only_the_card_changes(wanted: Plan, data: Path, tmp_path: Path) -> None:
    before = published(wanted, data, tmp_path / "work", tmp_path / "packs")
    after, found = reissue.reissue(wanted, data, tmp_path / "work", tmp_path / "packs")
    text = after.read(after.manifest.card).decode()
    assert "1.000 to 1.000" not in text and "## Operating point" in text and "| fp32 | 0.0000 |" in text
    assert {**before.manifest.raw, "card": None} == {**after.manifest.raw, "card": None}
    assert before.manifest.model == after.manifest.model and before.sha256 != after.sha256
    assert f"score >= {before.manifest.raw['operating_points'][0]['threshold']:.4f}" in text
    assert not [problem for problem in examine(after).codes if problem != "too_slow"]
    assert all(" | ".join(row) in text for row in found.figures)


def test_its_intervals_are_those_of_the_one_way(wanted: Plan, data: Path, tmp_path: Path) -> None:
    published(wanted, data, tmp_path / "work", tmp_path / "packs")
    _, found = reissue.reissue(wanted, data, tmp_path / "work", tmp_path / "packs")
    shelf = recipes.trial(wanted, data, tmp_path / "work").shelf
    rows = shelf.split == "test"
    known = area(answers(MODEL, shelf.pictures[rows])[:, 0], shelf.targets[rows, 0] > 0.5, shelf.group[rows])
    words = f"{known.value:.3f} (95 % interval {known.low:.3f} to {known.high:.3f}; 5 positive, 5 negative)"
    assert ("AUC", "shenzhen test", words) in found.figures
    assert known.high - known.low > 0.3


def test_measuring_twice_gives_the_same_pack(wanted: Plan, data: Path, tmp_path: Path) -> None:
    published(wanted, data, tmp_path / "work", tmp_path / "packs")
    once, _ = reissue.reissue(wanted, data, tmp_path / "work", tmp_path / "packs")
    twice, _ = reissue.reissue(wanted, data, tmp_path / "work", tmp_path / "packs")
    assert once.sha256 == twice.sha256


def test_a_pack_of_another_plan_is_left_alone(wanted: Plan, data: Path, tmp_path: Path) -> None:
    before = published(wanted, data, tmp_path / "work", tmp_path / "packs")
    with pytest.raises(PackError, match=r"0\.0\.1 was not made from the plan at hand") as refused:
        reissue.reissue(replace(wanted, version="0.0.2"), data, tmp_path / "work", tmp_path / "packs")
    assert refused.value.code == "other_plan"
    assert pack.load(tmp_path / "packs" / "cxr-tb").sha256 == before.sha256


def test_other_pictures_are_refused(wanted: Plan, data: Path, tmp_path: Path) -> None:
    before = published(wanted, data, tmp_path / "work", tmp_path / "packs")
    changed = shutil.copytree(data, tmp_path / "changed")
    table = changed / "cxr" / "tb_shenzhen128" / "labels.csv"
    with table.open() as lines:
        rows = list(csv.DictReader(lines))
    for row in rows[4:6]:  # two of the validation split
        row["label"] = "tb" if row["label"] == "normal" else "normal"
    with table.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(PackError) as refused:
        reissue.reissue(wanted, changed, tmp_path / "other", tmp_path / "packs")
    assert refused.value.code == "other_pictures"
    assert pack.load(tmp_path / "packs" / "cxr-tb").sha256 == before.sha256


def test_the_command_says_what_it_measured(wanted: Plan, data: Path, tmp_path: Path) -> None:
    published(wanted, data, tmp_path / "work", tmp_path / "packs")
    out = StringIO()
    call_command("issue_card", "cxr-tb", data=data, work=tmp_path / "work", packs=tmp_path / "packs", stdout=out)
    found = pack.load(tmp_path / "packs" / "cxr-tb")
    assert out.getvalue().startswith(f"cxr-tb {found.sha256}\n  AUC | shenzhen val | ")


def test_the_command_names_what_is_missing(wanted: Plan, data: Path, tmp_path: Path) -> None:
    for name in ("cxr-tb", "nothing"):
        with pytest.raises(CommandError, match="missing|No such file"):
            call_command("issue_card", name, data=data, work=tmp_path, packs=tmp_path / "packs", stdout=StringIO())


def test_a_gate_has_no_operating_point_to_keep() -> None:
    assert reissue._stated(pack.load(plan.PACKS / "cxr-gate"), None) is None
