"""One warm session per model: shared, verified, and of flat memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
import psutil
import pytest

from inference.assess import session
from inference.pack import Pack, PackError, load
from tests.inference import packs


@pytest.fixture(autouse=True)
def _cool() -> Iterator[None]:
    session.cool()
    yield
    session.cool()


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    made = packs.make(tmp_path / "tiny")
    session.cool()
    return made


def test_the_session_is_made_once(pack: Pack) -> None:
    assert session.warm(pack) is session.warm(load(pack.path))


def test_threads_racing_for_a_cold_model_share_one_session(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    made, create = [], session.opened
    monkeypatch.setattr(session, "opened", lambda *args: made.append(1) or create(*args))
    start = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: (start.wait(), session.warm(pack))[1], range(8)))
    assert len(made) == 1
    assert len({id(one) for one in found}) == 1


def test_threads_come_from_the_argument_or_the_environment(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    assert session.warm(pack).get_session_options().intra_op_num_threads == 1
    monkeypatch.setenv(session.THREADS, "2")
    assert session.warm(pack).get_session_options().intra_op_num_threads == 2
    assert session.warm(pack, 3).get_session_options().intra_op_num_threads == 3


def test_only_the_plain_cpu_runs_models(pack: Pack) -> None:
    options = session.warm(pack).get_session_options()
    assert session.warm(pack).get_providers() == ["CPUExecutionProvider"]
    assert options.execution_mode == ort.ExecutionMode.ORT_SEQUENTIAL
    assert options.graph_optimization_level == ort.GraphOptimizationLevel.ORT_ENABLE_ALL


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_model_damaged_after_loading_never_runs(pack: Pack, damage: str) -> None:
    path = pack.path / "model.onnx"
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data if damage == "flip" else data[:100])
    if damage == "gone":
        path.unlink()
    with pytest.raises(PackError) as caught:
        session.warm(pack)
    assert caught.value.code == ("missing_file" if damage == "gone" else "wrong_hash")


def test_old_models_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_WARM", 2)
    many = [packs.make(tmp_path / str(n), packs.brightness_model(weight=8 + n)) for n in range(3)]
    session.cool()
    first = session.warm(many[0])
    for pack in many[1:]:
        session.warm(pack)
    assert len(session._warm) == 2
    assert session.warm(many[0]) is not first


def test_memory_is_flat_over_many_passes(tmp_path: Path) -> None:
    side = 512
    changes = {"input": {"name": "image", "layout": "NCHW", "height": side, "width": side, "colour": "RGB"}}
    steps = [{"step": "resize", "height": side, "width": side}, {"step": "scale", "divide": 255.0}]
    pack = packs.make(tmp_path / "big", packs.brightness_model(side=side), preprocessing=steps, **changes)
    engine, tensor = session.warm(pack), np.zeros((1, 3, side, side), np.float32)
    for _ in range(20):
        engine.run(["logits", "cam"], {"image": tensor})
    before = psutil.Process().memory_info().rss
    for _ in range(300):
        engine.run(["logits", "cam"], {"image": tensor})
    assert psutil.Process().memory_info().rss - before < 4 << 20
