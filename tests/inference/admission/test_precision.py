"""The fastest precision that holds on this machine answers; one that strays, breaks or is tampered with never does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import onnx
import pytest

from inference.admission import precision
from inference.admission.exam import seal
from inference.admission.precision import choose
from inference.assess import session
from inference.pack import PackError, load
from tests.inference import packs
from tests.inference.admission.variants import make, paced


@pytest.mark.parametrize(("original", "variant", "chosen"), [(10, 5, "int8"), (10, 9.5, ""), (5, 10, "")])
def test_the_clearly_faster_one_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, original: float, variant: float, chosen: str
) -> None:
    pack = make(tmp_path / "p", weight=8.05)
    paced(monkeypatch, original, variant)
    found = choose(pack)
    assert found.precision == chosen
    assert found.pace == {"fp32": original, "int8": variant} and not found.refused


def test_a_variant_that_strays_is_refused_however_fast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = make(tmp_path / "p", weight=2.0)
    paced(monkeypatch, 10, 1)
    found = choose(pack)
    assert found.precision == "" and "golden" in found.refused["int8"]


def test_a_variant_that_does_not_run_is_refused(tmp_path: Path) -> None:
    model = packs.brightness_model()
    model.graph.node[0].op_type = "NoSuchOperator"
    found = choose(make(tmp_path / "p", model=model.SerializeToString()))
    assert found.precision == "" and found.refused["int8"]


def test_a_new_version_leaves_no_variant_of_the_old_one(tmp_path: Path) -> None:
    old = make(tmp_path / "p")
    assert (old.path / "model.int8.onnx").exists()
    seal(old.path, packs.manifest(), old.read(old.manifest.model), "# Card", packs.GOLDEN)
    assert not (old.path / "model.int8.onnx").exists()


def test_a_pack_without_variants_is_not_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "median_ms", lambda pack: pytest.fail("timed"))
    assert choose(packs.make(tmp_path / "p")).precision == ""


def test_each_precision_has_its_own_warm_session(tmp_path: Path) -> None:
    pack = make(tmp_path / "p", weight=8.05)
    session.cool()
    assert session.warm(pack) is not session.warm(replace(pack, precision="int8"))
    assert replace(pack, precision="int8").model.file == "model.int8.onnx"
    assert replace(pack, precision="unheard").model == pack.manifest.model


def test_one_flipped_byte_in_a_variant_is_found(tmp_path: Path) -> None:
    pack = make(tmp_path / "p", weight=8.05)
    file = pack.path / "model.int8.onnx"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(PackError) as caught:
        load(pack.path)
    assert caught.value.code == "wrong_hash"


def test_a_variant_must_have_the_same_doors(tmp_path: Path) -> None:
    other = onnx.load_from_string(packs.brightness_model().SerializeToString())
    other.graph.output[0].name = other.graph.node[2].output[0] = "elsewhere"
    with pytest.raises(PackError) as caught:
        make(tmp_path / "p", model=other.SerializeToString())
    assert caught.value.code == "missing_output"


@pytest.mark.parametrize("variants", [
    [{"precision": "int4", "tolerance": 0.1}], [{"precision": "int8", "tolerance": 0}],
    [{"precision": "int8", "tolerance": 0.1}, {"precision": "int8", "tolerance": 0.1}],
])  # fmt: skip
def test_bad_variants_are_refused(tmp_path: Path, variants: list[dict[str, object]]) -> None:
    model = packs.brightness_model().SerializeToString()
    told = packs.manifest(variants=variants)
    with pytest.raises(PackError):
        seal(
            tmp_path / "p", told, model, "# Card", packs.GOLDEN, variants={str(v["precision"]): model for v in variants}
        )
