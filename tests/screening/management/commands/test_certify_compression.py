"""How far a phone may compress, and what usual photos look like: measured, and written into the pack."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import onnx
import pytest
from django.core.management import CommandError, call_command
from onnx import TensorProto, helper, numpy_helper

from inference.admission.exam import examine, seal
from inference.pack import Pack, load
from tests.inference import packs
from tests.screening.management.commands.photos import SIDE, grain


def detail_model() -> onnx.ModelProto:
    """Answers to the finest grain of the green channel: what JPEG takes away first."""
    kernel = np.zeros((1, 3, 3, 3), np.float32)
    kernel[0, 1] = [[0, -1, 0], [-1, 4, -1], [0, -1, 0]]
    nodes = [
        helper.make_node("Conv", ["image", "kernel"], ["grain"]),
        helper.make_node("Abs", ["grain"], ["depth"]),
        helper.make_node("GlobalAveragePool", ["depth"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weights", "bias"], ["logits"]),
    ]
    constants = {
        "kernel": kernel,
        "weights": np.array([[60.0, -60.0]], np.float32),
        "bias": np.array([-10, 10], np.float32),
    }
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])
    made = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "detail", [image], [logits], made)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def grainy(folder: Path, model: onnx.ModelProto) -> Pack:
    rng = np.random.default_rng(1)
    golden = {"golden/fine.png": grain(rng, 30), "golden/flat.png": grain(rng, 0)}
    steps = [{"step": "resize", "height": SIDE, "width": SIDE}, {"step": "scale", "divide": 255.0}]
    entry = {"name": "image", "layout": "NCHW", "height": SIDE, "width": SIDE, "colour": "RGB"}
    manifest = packs.manifest(preprocessing=steps, input=entry, cam=None)
    return seal(folder, manifest, model.SerializeToString(), "# Card\n", golden)


def certify(pack: Pack, photos: Path, out: Path, *more: str) -> dict:
    arguments = ["--labels", str(photos / "labels.csv"), "--images", str(photos), "--out", str(out), "-v0", *more]
    call_command("certify_compression", str(pack.path), *arguments, stdout=StringIO(), stderr=StringIO())
    return load(out).manifest.raw["compression_floor"]


def test_the_floor_is_where_this_pack_begins_to_change(photos: Path, tmp_path: Path) -> None:
    rough = packs.make(tmp_path / "red", packs.brightness_model())
    found = certify(rough, photos, tmp_path / "red-sealed", "--threshold", "0.45", "--most-flipped", "0.1")
    assert found["longest_side"] is None and found["tested_side"] == 200 and found["jpeg_quality"] <= 50
    assert found["auc_change_lower"] >= -0.01 and found["pictures"] == 110 and found["mean_bytes"] > 0
    fine = grainy(tmp_path / "fine", detail_model())
    with pytest.raises(CommandError, match="send full size"):
        certify(fine, photos, tmp_path / "fine-sealed", "--threshold", "0.5", "--most-flipped", "0.03")


def test_a_changed_pack_is_another_pack_that_still_passes_its_exam(photos: Path, tmp_path: Path) -> None:
    before = packs.make(tmp_path / "red")
    certify(before, photos, tmp_path / "sealed", "--threshold", "0.45", "--most-flipped", "0.2")
    after = load(tmp_path / "sealed")
    assert after.sha256 != before.sha256 and after.manifest.model == before.manifest.model
    assert load(before.path).sha256 == before.sha256, "the one it was made from is untouched"
    assert examine(after).passed
    kept = {key: value for key, value in after.manifest.raw.items() if key != "compression_floor"}
    assert kept == {key: value for key, value in before.manifest.raw.items() if key != "compression_floor"}


def test_without_an_operating_point_somebody_must_say_whose_decisions(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no operating point"):
        certify(packs.make(tmp_path / "red"), photos, tmp_path / "out")


def test_a_pack_in_the_store_is_never_changed_in_place(photos: Path, tmp_path: Path) -> None:
    pack = packs.make(tmp_path / "red")
    with pytest.raises(CommandError, match="never changed in place"):
        call_command("learn_reference", str(pack.path), "--images", str(photos), "-v0", stderr=StringIO())
