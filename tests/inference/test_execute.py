"""One photo through its queued models, with real (tiny) packs: whatever goes wrong ends with a human."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inference import blobs, execute, pack
from inference.models import ModelVersion, Run
from tests.inference import packs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]
GATE = {
    "name": "tiny-gate", "purpose": "gate", "cam": None,
    "output": {
        "name": "logits", "kind": "multiclass", "labels": ["gradable", "ungradable"], "activation": "softmax",
        "temperature": 1.0, "positive": ["gradable"],
    },
}  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path, settings: Any) -> Path:
    settings.FIELDLIGHT_PACKS = tmp_path / "packs"
    settings.FIELDLIGHT_PACKS.mkdir()
    return settings.FIELDLIGHT_PACKS


def installed(shelf: Path, tmp_path: Path, **changes: Any) -> ModelVersion:
    found = pack.copy_into(packs.make(tmp_path / changes.get("name", "finding"), **changes), shelf)
    return ModelVersion.objects.create(
        sha256=found.sha256, name=found.manifest.name, version="1", modality="fundus",
        purpose=found.manifest.purpose, manifest=found.manifest.raw, exam={},
    )  # fmt: skip


def photo_of(pixels: np.ndarray) -> str:
    data = cv2.imencode(".jpg", pixels[:, :, ::-1])[1].tobytes()
    photo = sha256(data).hexdigest()
    blobs.put(blobs.display(photo), data)
    return photo


def test_a_photo_goes_through_all_its_models(shelf: Path, tmp_path: Path) -> None:
    versions = [installed(shelf, tmp_path, **GATE), installed(shelf, tmp_path)]
    photo = photo_of(packs.plain(240, 256))
    Run.objects.submit(photo, versions)
    assert execute.execute(photo) == 2
    gate, finding = (Run.objects.get(model_version=version) for version in versions)
    assert (gate.state, finding.state) == ("done", "done")
    assert gate.gradable is not None
    assert finding.score > 0.9
    assert set(finding.scores) == set(packs.LABELS)
    assert blobs.get(finding.heat).startswith(b"\x89PNG")
    assert finding.milliseconds > 0
    assert execute.execute(photo) == 0  # nothing left to do


def test_dark_is_not_positive(shelf: Path, tmp_path: Path) -> None:
    version = installed(shelf, tmp_path)
    photo = photo_of(packs.plain(20, 256))
    Run.objects.submit(photo, [version])
    execute.execute(photo)
    assert Run.objects.get().score < 0.1


@pytest.mark.parametrize("damage", ["missing", "not a picture"])
def test_a_photo_that_cannot_be_read_fails_after_three_tries(shelf: Path, tmp_path: Path, damage: str) -> None:
    version = installed(shelf, tmp_path)
    photo = "c" * 64
    if damage == "not a picture":
        blobs.put(blobs.display(photo), b"not a picture")
    Run.objects.submit(photo, [version])
    assert [execute.execute(photo) for _ in range(4)] == [0, 0, 0, 0]
    run = Run.objects.get()
    assert (run.state, run.error, run.attempts, run.score) == ("failed", "photo_unreadable", 3, None)


@pytest.mark.parametrize("damage", ["gone", "altered"])
def test_a_damaged_pack_fails_and_never_scores(shelf: Path, tmp_path: Path, damage: str) -> None:
    version = installed(shelf, tmp_path)
    model = shelf / version.sha256 / "model.onnx"
    if damage == "gone":
        model.unlink()
    else:
        model.chmod(0o644)
        model.write_bytes(model.read_bytes()[:-1] + b"x")
    photo = photo_of(packs.plain(240, 256))
    Run.objects.submit(photo, [version])
    for _ in range(3):
        execute.execute(photo)
    run = Run.objects.get()
    assert (run.state, run.score) == ("failed", None)
    assert run.error.startswith("model_")


def test_another_packs_files_under_its_name_are_refused(shelf: Path, tmp_path: Path) -> None:
    version, other = installed(shelf, tmp_path), installed(shelf, tmp_path, **GATE)
    (shelf / version.sha256).rename(tmp_path / "away")
    (shelf / other.sha256).rename(shelf / version.sha256)
    with pytest.raises(pack.PackError) as error:
        execute.load(version)
    assert error.value.code == "wrong_hash"


def test_one_model_that_breaks_does_not_take_the_other_along(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, finding = installed(shelf, tmp_path, **GATE), installed(shelf, tmp_path)
    photo = photo_of(packs.plain(240, 256))
    Run.objects.submit(photo, [gate, finding])
    real = execute.assess

    def assess(rgb: Any, loaded: Any) -> Any:
        if loaded.sha256 == gate.sha256:
            raise RuntimeError("a bug in a model")
        return real(rgb, loaded)

    monkeypatch.setattr(execute, "assess", assess)
    assert execute.execute(photo) == 1
    assert Run.objects.get(model_version=finding).state == "done"
    broken = Run.objects.get(model_version=gate)
    assert (broken.state, broken.error) == ("queued", "assessment_error")


def test_whoever_lost_the_lease_meanwhile_writes_nothing(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = installed(shelf, tmp_path)
    photo = photo_of(packs.plain(240, 256))
    Run.objects.submit(photo, [version])
    real = execute.assess

    def slow(rgb: Any, loaded: Any) -> Any:
        found = real(rgb, loaded)
        Run.objects.update(lease_until="2000-01-01T00:00Z")
        [winner] = Run.objects.claim(photo)
        assert winner.finish(score=0.77)
        return found

    monkeypatch.setattr(execute, "assess", slow)
    assert execute.execute(photo) == 0
    assert Run.objects.get().score == 0.77
