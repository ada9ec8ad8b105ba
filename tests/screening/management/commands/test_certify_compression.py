"""How far a phone may compress, and what usual photos look like: measured, and written into the pack."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from django.core.management import CommandError, call_command
from onnx import TensorProto, helper, numpy_helper

from inference.admission.exam import examine, seal
from inference.assess.novelty import read
from inference.evaluation.compression import Trial, floor, squeeze
from inference.pack import Pack, load
from tests.inference import packs

SIDE = 200


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


def grain(rng: np.random.Generator, depth: float) -> np.ndarray:
    picture = np.full((SIDE, SIDE, 3), 110.0) + rng.normal(0, 1, (SIDE, SIDE, 3)) * depth
    return picture.clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """110 photos told apart by redness, and as well by the depth of their grain."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(2)
    lines = ["image,referable"]
    for n in range(110):
        ill = n % 2
        picture = grain(rng, rng.normal(12 if ill else 6, 1.5)).astype(np.int16)
        picture[..., 0] += int(rng.normal(35 if ill else -35, 20))
        cv2.imwrite(str(folder / f"{n}.png"), picture[:, :, ::-1].clip(0, 255).astype(np.uint8))
        lines.append(f"{n}.png,{ill}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder


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


def test_a_reference_is_learnt_from_photos_and_travels_with_the_pack(photos: Path, tmp_path: Path) -> None:
    pack = packs.make(tmp_path / "red")
    arguments = ["--images", str(photos), "--out", str(tmp_path / "out"), "--data", "grainy photos", "-v0"]
    call_command("learn_reference", str(pack.path), *arguments, stdout=StringIO(), stderr=StringIO())
    reference = read(json.loads((tmp_path / "out" / "manifest.json").read_text()))
    assert reference is not None and reference.pictures == 110
    assert reference.distance(np.full((SIDE, SIDE, 3), 255, np.uint8)) > 1


def trial(side: int, quality: int, *, holds: bool) -> Trial:
    return Trial(side, quality, 0.0, 0.0, 0, 0.0, side * quality, holds)


def test_the_floor_lies_below_no_setting_that_failed() -> None:
    tried = [
        trial(800, 90, holds=True),
        trial(800, 80, holds=False),
        trial(640, 90, holds=True),
        trial(640, 70, holds=True),
    ]
    best = floor(tried)
    assert best is not None and (best.longest_side, best.jpeg_quality) == (640, 90)
    assert floor([trial(800, 95, holds=False)]) is None


def test_a_small_photo_is_not_enlarged() -> None:
    photo = np.zeros((100, 160, 3), np.uint8)
    assert squeeze(photo, 2048, 90)[0].shape == (100, 160, 3)
    assert squeeze(photo, 80, 90)[0].shape == (50, 80, 3)
