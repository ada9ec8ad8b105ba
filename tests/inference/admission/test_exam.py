"""An exam is passed by the model that was promised, on a machine that is quick enough, and by nothing else."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.admission import exam
from inference.admission.exam import examine
from inference.assess import session
from inference.drawing import draw_chest, draw_fundus
from inference.pack import PackError, write
from inference.pack.onnx_file import inspect
from tests.inference import packs


def test_an_honest_pack_passes(tmp_path: Path) -> None:
    report = examine(packs.make(tmp_path / "tiny"))
    assert report.passed and report.problems == ()
    assert report.median_ms is not None and 0 < report.median_ms < 2000
    assert [case.file for case in report.cases] == list(packs.GOLDEN)
    assert json.loads(json.dumps(dataclasses.asdict(report)))["passed"] is True


def rewritten(
    folder: Path, expect: Callable[[dict[str, float]], dict[str, float]], **changes: object
) -> exam.ExamReport:
    """Examine the tiny pack with other expectations."""
    honest = packs.make(folder, **changes)
    cases = [{"file": c.file, "expect": expect(dict(c.expect))} for c in honest.manifest.exam.cases]
    manifest = packs.manifest(exam={"tolerance": 0.001, "cases": cases}, **changes)
    return examine(write(folder, manifest, packs.brightness_model().SerializeToString(), "# Card\n", packs.GOLDEN))


def test_a_score_outside_the_tolerance_fails(tmp_path: Path) -> None:
    report = rewritten(tmp_path, lambda scores: {k: v + 0.01 for k, v in scores.items()})
    assert not report.passed
    assert "bright.png" in report.problems[0] and "0.0100" in report.problems[0]


def test_swapped_labels_fail(tmp_path: Path) -> None:
    swap = dict(zip(packs.LABELS, reversed(packs.LABELS), strict=True))
    assert not rewritten(tmp_path, lambda scores: {swap[k]: v for k, v in scores.items()}).passed


def test_a_model_that_always_says_the_same_fails(tmp_path: Path) -> None:
    report = examine(packs.make(tmp_path / "dull", packs.brightness_model(weight=0.05)))
    assert not report.passed
    assert "untrained" in report.problems[0]


def test_a_slow_machine_fails(tmp_path: Path) -> None:
    report = examine(packs.make(tmp_path / "slow", latency_budget_ms=0.0001))
    assert not report.passed
    assert "ms on this machine" in report.problems[0]
    assert report.cases


def test_at_least_five_passes_are_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack, calls, assess = packs.make(tmp_path / "tiny"), [], exam.assess
    monkeypatch.setattr(exam, "assess", lambda *args: calls.append(1) or assess(*args))
    assert examine(pack).passed
    assert len(calls) >= len(packs.GOLDEN) + 5


@pytest.mark.parametrize("damage", ["model.onnx", "golden/dark.png"])
def test_a_pack_damaged_since_it_was_loaded_fails_without_raising(tmp_path: Path, damage: str) -> None:
    pack = packs.make(tmp_path / "tiny")
    session.cool()
    (pack.path / damage).write_bytes(b"?")
    report = examine(pack)
    assert not report.passed and report.median_ms is None
    assert damage in report.problems[0]


def third_party(tmp_path: Path, model: bytes, golden: dict[str, np.ndarray], **changes: object) -> exam.ExamReport:
    return examine(exam.seal(tmp_path / "theirs", packs.manifest(cam=None, **changes), model, "# Theirs\n", golden))


def test_a_real_untrained_model_fails(tmp_path: Path, real_file: Callable[[str], Path]) -> None:
    model = real_file("third_party_models/fundus5_untrained.onnx").read_bytes()
    name, output = _ports(model)
    report = third_party(
        tmp_path, model, {f"golden/{n}.png": draw_fundus(n, lesions=n, size=300) for n in range(5)},
        input={"name": name, "layout": "NHWC", "height": 224, "width": 224, "colour": "BGR"},
        preprocessing=[{"step": "resize", "height": 224, "width": 224}, {"step": "scale", "divide": 255.0}],
        output={"name": output, "kind": "grade", "labels": ["0", "1", "2", "3", "4"], "activation": "none",
                "temperature": 1.0, "positive": ["4"]},
    )  # fmt: skip
    assert not report.passed
    assert "untrained" in report.problems[0]


def test_a_real_trained_model_is_wrapped_without_code(tmp_path: Path, real_file: Callable[[str], Path]) -> None:
    model = real_file("third_party_models/nih15_mobilenetv3_int8.onnx").read_bytes()
    labels = (
        "No Finding|Infiltration|Atelectasis|Effusion|Nodule|Pneumothorax|Mass|Consolidation|Pleural Thickening|"
        "Cardiomegaly|Emphysema|Fibrosis|Edema|Pneumonia|Hernia"
    ).split("|")
    golden = {f"golden/{n}.png": np.dstack([draw_chest(n, opacity=kind, size=512)] * 3)
              for n, kind in enumerate((None, "cavity", "infiltrate"))}  # fmt: skip
    golden["golden/black.png"] = packs.plain(0, 300)
    report = third_party(
        tmp_path, model, golden, modality="chest",
        input={"name": "input", "layout": "NCHW", "height": 224, "width": 224, "colour": "GRAY"},
        preprocessing=[
            {"step": "grayscale"}, {"step": "resize", "height": 224, "width": 224}, {"step": "scale", "divide": 255.0},
            {"step": "normalise", "mean": [0.485], "std": [0.229]},
        ],
        output={"name": "output", "kind": "multiclass", "labels": labels, "activation": "softmax",
                "temperature": 1.0, "positive": labels[1:]},
    )  # fmt: skip
    assert report.passed, report.problems
    assert all(math.isclose(sum(case.found.values()), 1) for case in report.cases)


@pytest.mark.parametrize("name", ["html_page_saved_as.onnx", "lfs_pointer.h5"])
def test_a_web_page_is_no_model(tmp_path: Path, real_file: Callable[[str], Path], name: str) -> None:
    page = real_file(f"third_party_models/{name}").read_bytes()
    with pytest.raises(PackError) as caught:
        exam.seal(tmp_path / "page", packs.manifest(), page, "# Page\n", packs.GOLDEN)
    assert caught.value.code == "not_onnx"


def _ports(model: bytes) -> tuple[str, str]:

    ports = inspect(model)
    return next(iter(ports.inputs)), next(iter(ports.outputs))
