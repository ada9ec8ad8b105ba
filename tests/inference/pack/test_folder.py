"""A pack is whole and plain, or it is refused with a reason."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import convert_model_to_external_data

from inference.pack import Pack, PackError, copy_into, load, onnx_file
from inference.pack.manifest import parse
from tests import hostile
from tests.inference import packs


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return packs.make(tmp_path_factory.mktemp("packs") / "tiny")


@pytest.fixture
def folder(whole: Pack, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole.path, tmp_path / "copy"))


POINT = {
    "label": "referable_dr", "capture_class": "fundus_tabletop", "threshold": 0.31, "target_sensitivity": 0.9,
    "sensitivity": 0.95, "sensitivity_lower": 0.91, "confidence": 0.95, "specificity": 0.5, "positives": 170,
    "negatives": 620, "data": "A validation split", "measured_on": "2026-11-23",
}  # fmt: skip


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def swap_model(folder: Path, data: bytes) -> None:
    (folder / "model.onnx").write_bytes(data)
    edit(folder, lambda m: m["model"].update(sha256=hashlib.sha256(data).hexdigest()))


def refusal(folder: Path) -> str:
    with pytest.raises(PackError) as caught:
        load(folder)
    assert caught.value.message.endswith((".", ":"))
    return caught.value.code


def test_a_whole_pack_loads_and_is_known_by_its_manifest(whole: Pack) -> None:
    found = load(whole.path)
    assert found.sha256 == hashlib.sha256((whole.path / "manifest.json").read_bytes()).hexdigest()
    assert found.manifest.output.labels == tuple(packs.LABELS)
    assert found.manifest.raw["title"] == found.manifest.title == "Redness"


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "CARD.md", "golden/bright.png"])
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(folder) == "missing_file"


@pytest.mark.parametrize("name", ["model.onnx", "CARD.md", "golden/dark.png"])
def test_one_flipped_byte_is_refused(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    assert refusal(folder) == "wrong_hash"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == "missing_file"


@pytest.mark.parametrize(
    "data",
    [b"<!doctype html><html></html>", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", b"", b"\xff"],
)
def test_what_is_not_onnx_is_refused(folder: Path, data: bytes) -> None:
    swap_model(folder, data)
    assert refusal(folder) == "not_onnx"


@pytest.mark.parametrize("name", ["html_page_saved_as.onnx", "lfs_pointer.h5"])
def test_real_non_models_are_refused(folder: Path, real_file: Callable[[str], Path], name: str) -> None:
    swap_model(folder, real_file(f"third_party_models/{name}").read_bytes())
    assert refusal(folder) == "not_onnx"


def test_external_weights_are_refused(folder: Path) -> None:
    model = packs.brightness_model()
    convert_model_to_external_data(model, location="../secret", size_threshold=0, convert_attribute=True)
    for tensor in model.graph.initializer:
        tensor.ClearField("raw_data")
    data = model.SerializeToString()
    swap_model(folder, data)
    assert refusal(folder) == "external_data"
    # Should the walk ever miss one: from bytes, ONNX Runtime refuses too.
    with pytest.raises(Exception, match="(?i)external|secret|data"):
        ort.InferenceSession(data, providers=["CPUExecutionProvider"])


def test_external_weights_hidden_in_a_branch_are_refused() -> None:
    tensor = numpy_helper.from_array(np.ones(3, np.float32), "w")
    tensor.data_location = TensorProto.EXTERNAL
    inner = helper.make_graph([helper.make_node("Constant", [], ["y"], value=tensor)], "inner", [], [])
    outer = helper.make_node("If", ["c"], ["z"], then_branch=inner, else_branch=inner)
    model = helper.make_model(helper.make_graph([outer], "g", [], []))
    with pytest.raises(PackError) as caught:
        onnx_file.inspect(model.SerializeToString())
    assert caught.value.code == "external_data"


def test_unknown_operators_are_refused(folder: Path) -> None:
    swap_model(folder, packs.brightness_model(domain="my.shop").SerializeToString())
    assert refusal(folder) == "unknown_operators"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda m: m.pop("licence"), "missing_licence"),
        (lambda m: m.update(licence=" "), "missing_licence"),
        (lambda m: m.pop("intended_use"), "missing_intended_use"),
        (lambda m: m.update(schema=2), "unknown_schema"),
        (lambda m: m.update(schema=[1]), "unknown_schema"),
        (lambda m: m.update(name="../x"), "bad_manifest"),
        (lambda m: m.update(purpose="oracle"), "bad_manifest"),
        (lambda m: m.update(latency_budget_ms=0), "bad_manifest"),
        (lambda m: m.update(latency_budget_ms=True), "bad_manifest"),
        (lambda m: m.update(age_range=[9, 3]), "bad_manifest"),
        (lambda m: m["model"].update(sha256="ABC"), "bad_manifest"),
        (lambda m: m.update(training_data=[{"name": "X"}]), "bad_manifest"),
        (lambda m: m["model"].update(file="../model.onnx"), "path_escape"),
        (lambda m: m["card"].update(file="/etc/passwd"), "path_escape"),
        (lambda m: m["card"].update(file="a\\..\\b"), "path_escape"),
        (lambda m: m["exam"]["cases"][0].update(file="golden/../../x.png"), "path_escape"),
        (lambda m: m["exam"].update(cases=m["exam"]["cases"][:1]), "bad_manifest"),
        (lambda m: m["exam"]["cases"][0]["expect"].pop("referable_dr"), "labels_mismatch"),
        (lambda m: m["output"].update(positive=["glaucoma"]), "labels_mismatch"),
        (lambda m: m["output"].update(positive=[]), "bad_manifest"),
        (lambda m: m["output"].update(labels=["a", "a"]), "labels_mismatch"),
        (lambda m: m["output"].update(activation="sigmoid", positive=packs.LABELS), "labels_mismatch"),
        (lambda m: m["output"].update(temperature=0), "bad_manifest"),
        (lambda m: m["output"].update(name="other"), "missing_output"),
        (lambda m: m["cam"].update(output="other"), "missing_output"),
        (lambda m: m["input"].update(name="other"), "missing_input"),
        (lambda m: m["input"].update(layout="NHWC"), "wrong_shape"),
        (lambda m: m["input"].update(colour="GRAY"), "wrong_shape"),
        (lambda m: m["preprocessing"].insert(0, {"step": "sharpen"}), "unknown_preprocessing"),
        (lambda m: m["preprocessing"].reverse(), "bad_preprocessing"),
        (lambda m: m["preprocessing"][1].update(height=16), "bad_preprocessing"),
        (lambda m: m["preprocessing"].pop(1), "bad_preprocessing"),
        (lambda m: m["preprocessing"][0].update(fraction=1), "bad_preprocessing"),
        (lambda m: m["preprocessing"][2].update(divide=0), "bad_preprocessing"),
        (lambda m: m["preprocessing"].append({"step": "normalise", "mean": [0], "std": [1]}), "bad_preprocessing"),
    ],
)  # fmt: skip
def test_a_wrong_manifest_is_refused(folder: Path, change: Callable[[dict[str, Any]], object], code: str) -> None:
    edit(folder, change)
    assert refusal(folder) == code


@pytest.mark.parametrize("wrong", hostile.documents(packs.manifest()))
def test_a_manifest_that_is_no_plain_json_is_refused(wrong: str) -> None:
    with pytest.raises(PackError) as caught:
        parse(hostile.documents(packs.manifest())[wrong])
    assert caught.value.code == "bad_manifest" and caught.value.message.endswith(".")


@pytest.mark.parametrize("schema", [2, 0, "1", 1.5, True, None, [1], {}, 10**30])
def test_another_schema_is_refused_before_anything_else(schema: object) -> None:
    with pytest.raises(PackError, match="manifest.schema must be 1.") as caught:
        parse(json.dumps({"schema": schema, "title": 3}).encode())
    assert caught.value.code == "unknown_schema"


def test_a_window_may_be_as_wide_as_sixteen_bits(folder: Path) -> None:
    edit(folder, lambda m: m["preprocessing"].insert(0, {"step": "window", "centre": 32768, "width": 65536}))
    assert load(folder).manifest.preprocessing[0].name == "window"


def test_a_whole_operating_point_is_kept_as_written(folder: Path) -> None:
    edit(folder, lambda m: m.update(operating_points=[POINT]))
    assert load(folder).manifest.raw["operating_points"] == [POINT]


@pytest.mark.parametrize(
    "damage",
    [
        {"threshold": 1.2}, {"sensitivity_lower": 0.96}, {"positives": 0}, {"negatives": 3.5}, {"data": ""},
        {"capture_class": "fundus_phone"}, {"measured_on": "23/11/2026"}, {"confidence": None}, {"label": 3},
    ],
)  # fmt: skip
def test_a_threshold_without_its_evidence_is_refused(folder: Path, damage: dict[str, Any]) -> None:
    edit(folder, lambda m: m.update(operating_points=[{**POINT, **damage}]))
    assert refusal(folder) in ("bad_operating_point", "bad_manifest")


def test_fewer_outputs_than_labels_are_refused(folder: Path) -> None:
    model = packs.brightness_model()
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 3
    swap_model(folder, model.SerializeToString())
    assert refusal(folder) == "labels_mismatch"


def test_a_link_out_of_the_pack_is_refused(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "card.md"
    (folder / "CARD.md").rename(outside)
    (folder / "CARD.md").symlink_to(outside)
    assert refusal(folder) == "path_escape"


def test_an_oversized_file_is_refused_unread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.pack.folder.LARGEST_OTHER", 3)
    assert refusal(folder) == "too_big"
    with (folder / "manifest.json").open("ab") as grown:
        grown.truncate(2 << 20)
    assert refusal(folder) == "too_big"


@given(st.binary(max_size=400))
def test_no_bytes_break_the_walk(data: bytes) -> None:
    with pytest.raises(PackError):
        onnx_file.inspect(data)


@given(st.integers(0, 1_000_000), st.integers(1, 255))
def test_no_damage_breaks_the_walk(at: int, flip: int) -> None:
    data = bytearray(packs.brightness_model().SerializeToString())
    data[at % len(data)] ^= flip
    try:
        onnx_file.inspect(bytes(data))
    except PackError as error:
        assert error.code in ("not_onnx", "external_data", "unknown_operators")


def test_the_walk_reads_the_same_ports_as_onnx() -> None:
    model = packs.brightness_model()
    ports = onnx_file.inspect(model.SerializeToString())
    assert ports.inputs["image"] == onnx_file.Port("image", onnx.TensorProto.FLOAT, (None, 3, 32, 32))
    assert ports.outputs["cam"].shape == (None, 1, 8, 8)


def test_copying_is_all_or_nothing_and_repairs(whole: Pack, tmp_path: Path) -> None:
    store = tmp_path / "store"
    copied = copy_into(whole, store)
    assert copied.path == store / whole.sha256
    assert load(copied.path).sha256 == whole.sha256
    (copied.path / "model.onnx").write_bytes(b"damaged")
    assert load(copy_into(whole, store).path).sha256 == whole.sha256
    assert [entry.name for entry in store.iterdir()] == [whole.sha256]


def test_a_pack_that_broke_after_loading_is_not_copied(folder: Path, tmp_path: Path) -> None:
    found = load(folder)
    (folder / "CARD.md").write_text("another card")
    with pytest.raises(PackError):
        copy_into(found, tmp_path / "store")
    assert list((tmp_path / "store").iterdir()) == []
