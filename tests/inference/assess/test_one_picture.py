"""One pass gives scores, verdict and heat map, always the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from inference.assess import session
from inference.assess.one_picture import assess
from inference.drawing import draw_fundus
from inference.pack import Pack, PackError
from inference.thresholds.calibration import sigmoid
from tests.inference import packs


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return packs.make(tmp_path_factory.mktemp("packs") / "tiny")


def test_scores_are_what_the_model_was_built_to_say(pack: Pack) -> None:
    found = assess(packs.plain(204), pack)
    expected = float(sigmoid(2 * 8 * (204 / 255 - 0.5)))
    assert found.score == found.scores["referable_dr"] == pytest.approx(expected, abs=1e-5)
    assert sum(found.scores.values()) == pytest.approx(1)
    assert found.pack_sha256 == pack.sha256 and found.milliseconds > 0 and found.gradability is None


def test_temperature_softens_and_positives_add_up(tmp_path: Path) -> None:
    output = packs.manifest()["output"]
    soft = packs.make(tmp_path / "soft", output={**output, "temperature": 2.0})
    assert assess(packs.plain(204), soft).score == pytest.approx(float(sigmoid(8 * (204 / 255 - 0.5))), abs=1e-5)
    both = packs.make(tmp_path / "both", output={**output, "kind": "grade", "positive": packs.LABELS})
    assert assess(packs.plain(204), both).score == pytest.approx(1.0)


def test_the_same_photo_gives_the_same_numbers(pack: Pack) -> None:
    photo = draw_fundus(3, lesions=3, size=512)
    first = assess(photo, pack)
    session.cool()
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: assess(photo.copy(), pack), range(12)))
    for other in others:
        assert other.scores == first.scores
        assert first.heat is not None and other.heat is not None
        assert np.array_equal(other.heat, first.heat)


def test_scores_and_map_come_from_one_pass(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, passes = session.warm(pack), []

    class Counting:
        def run(self, wanted: list[str], feed: dict[str, np.ndarray]) -> list[np.ndarray]:
            passes.append(wanted)
            return engine.run(wanted, feed)

    monkeypatch.setattr(session, "warm", lambda pack: Counting())
    found = assess(packs.plain(90), pack)
    assert passes == [["logits", "cam"]]
    assert found.heat is not None and found.heat.shape == (8, 8) and found.heat.dtype == np.float32


def test_a_pack_without_a_map_gives_none(tmp_path: Path) -> None:
    bare = packs.make(tmp_path / "bare", packs.brightness_model(cam=False), cam=None)
    assert assess(packs.plain(90), bare).heat is None


def test_a_gate_says_whether_the_photo_is_fit(tmp_path: Path) -> None:
    output = {**packs.manifest()["output"], "labels": ["gradable", "not_retina"], "positive": ["gradable"]}
    gate = packs.make(tmp_path / "gate", purpose="gate", output=output)
    assert assess(draw_fundus(1), gate).gradability is not None
    refused = assess(draw_fundus(1), gate).gradability
    assert refused is not None and refused.measures["gate_gradable"] == assess(draw_fundus(1), gate).score


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_model_that_overflows_never_gives_a_low_score(tmp_path: Path, value: float) -> None:
    pack = packs.make(tmp_path / "fine")
    broken = packs.brightness_model()
    broken.graph.initializer[1].raw_data = np.array([value, 0.0], np.float32).tobytes()
    with pytest.raises(PackError, match="not a number"):
        packs.make(tmp_path / "broken", broken)
    assert assess(packs.plain(10), pack).score < 0.1


def test_a_model_with_one_value_too_many_is_refused(tmp_path: Path) -> None:
    model = packs.brightness_model(cam=False)
    model.graph.node[-1].output[0] = "two"
    model.graph.node.append(helper.make_node("Concat", ["two", "two"], ["logits"], axis=1))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", "m"]))
    with pytest.raises(PackError) as caught:
        packs.make(tmp_path / "four", model, cam=None)
    assert caught.value.code == "labels_mismatch"


def test_a_model_that_fails_to_run_is_the_packs_fault(tmp_path: Path) -> None:
    model = packs.brightness_model(cam=False)
    model.graph.initializer[0].CopyFrom(helper.make_tensor("weights", TensorProto.FLOAT, [5, 2], [0.0] * 10))
    with pytest.raises(PackError) as caught:
        packs.make(tmp_path / "broken", model, cam=None)
    assert caught.value.code in ("not_onnx", "model_broken")
