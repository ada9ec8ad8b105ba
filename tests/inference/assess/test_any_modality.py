"""Any kind of picture and of answer enters as a pack alone: no line of the product knows these modalities."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inference.admission import build
from inference.admission.exam import examine
from inference.assess import saliency
from inference.assess.one_picture import assess
from inference.pack import Pack, PackError, archive, load
from tests.inference import toys

TOYS: dict[str, Callable[[Path], Pack]] = {
    make.__name__: make
    for make in (toys.mri_slice, toys.ct_series, toys.ultrasound, toys.segmentation, toys.measurement, toys.embedding,
                 toys.four_channels, toys.transformer)
}  # fmt: skip


@pytest.mark.parametrize("name", list(TOYS))
def test_it_passes_its_exam_as_a_folder_and_as_one_file(name: str, tmp_path: Path) -> None:
    made = TOYS[name](tmp_path / name)
    report = examine(made)
    assert report.passed, report.problems
    archive.zip_into(made, tmp_path / "pack.zip")
    with archive.opened(tmp_path / "pack.zip") as folder:
        assert load(folder).sha256 == made.sha256
        assert examine(load(folder)).passed


def test_an_mri_slice_of_any_scanners_scale_reads_the_same(tmp_path: Path) -> None:
    pack = toys.mri_slice(tmp_path / "p")
    ramp = np.tile(np.arange(64, dtype=np.uint16), (64, 1))
    first, louder = assess(ramp, pack), assess((ramp * 900).astype(np.uint16), pack)
    assert first.score == pytest.approx(louder.score, abs=0.01)
    assert first.score == pytest.approx(0.5, abs=0.05)


def test_a_ct_series_of_any_number_of_slices_becomes_a_volume(tmp_path: Path) -> None:
    pack = toys.ct_series(tmp_path / "p")
    dense, air = (assess(toys.planes(n, level, depth=np.uint16), pack) for n, level in ((5, 1264), (300, 0)))
    assert dense.score == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-4)
    assert air.score == pytest.approx(1 / (1 + np.exp(4)), abs=1e-4)
    half = assess(toys.planes(8, 1264, 1264, 1264, 1264, 0, depth=np.uint16), pack)
    assert half.score == pytest.approx(0.5, abs=1e-4)


def test_an_ultrasound_frame_keeps_its_shape(tmp_path: Path) -> None:
    pack = toys.ultrasound(tmp_path / "p")
    frame = np.zeros((30, 60, 3), np.uint8)
    frame[:, 15:45] = 255
    seen = assess(frame, pack)
    assert seen.score == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-3)
    assert (seen.frame.x0, seen.frame.x1) == pytest.approx((15, 45), abs=1.1)


def test_a_mask_says_how_much_and_where(tmp_path: Path) -> None:
    pack = toys.segmentation(tmp_path / "p")
    picture = np.full((64, 64), toys.DARK, np.uint8)
    picture[:32, :32] = toys.BRIGHT
    seen = assess(picture, pack)
    assert seen.score == seen.scores["lesion"] == pytest.approx(0.25)
    assert seen.masks["lesion"][:8, :8].all() and seen.masks["lesion"].sum() == 64
    painted = cv2.imdecode(
        np.frombuffer(saliency.overlay(seen.heat, seen.frame, 64, 64), np.uint8), cv2.IMREAD_UNCHANGED
    )
    assert painted[10, 10, 3] > 100 and painted[50, 50, 3] == 0  # the reader sees it as a heat map


def test_a_measurement_has_a_unit_and_is_refused_where_no_body_can_have_it(tmp_path: Path) -> None:
    pack = toys.measurement(tmp_path / "p")
    seen = assess(np.full((20, 20), 128, np.uint8), pack)
    assert seen.scores == {"length": pytest.approx(10 + 80 * 128 / 255, abs=0.01)}
    assert seen.score is None and pack.manifest.output.units == ("mm",)
    with pytest.raises(PackError) as caught:
        assess(np.full((20, 20), 255, np.uint8), pack)  # 90 mm, and 85 are plausible
    assert caught.value.code == "implausible"


def test_an_embedding_tells_pictures_apart(tmp_path: Path) -> None:
    seen = assess(np.full((20, 20), 255, np.uint8), toys.embedding(tmp_path / "p"))
    assert list(seen.scores.values()) == pytest.approx([1, -1, 2, 0.5], abs=1e-6)
    assert seen.score is None


def test_channels_keep_their_order_and_their_number(tmp_path: Path) -> None:
    pack = toys.four_channels(tmp_path / "p")
    assert [case.file for case in pack.manifest.exam.cases][0] == "golden/last.png"
    assert len(pack.manifest.exam.cases[0].files) == 4
    assert assess(toys.planes(4, 0, 0, 0, 255), pack).score > 0.9
    assert assess(toys.planes(4, 255, 255, 255, 0), pack).score < 0.1
    with pytest.raises(PackError) as caught:
        assess(toys.planes(3, 0), pack)
    assert caught.value.code == "wrong_picture"


def test_a_transformer_answers(tmp_path: Path) -> None:
    seen = assess(np.full((20, 20), 200, np.uint8), toys.transformer(tmp_path / "p"))
    assert sum(seen.scores.values()) == pytest.approx(1)


def test_a_folder_of_planes_is_one_picture(tmp_path: Path) -> None:
    folder = tmp_path / "planes"
    folder.mkdir()
    for at, level in enumerate((0, 0, 0, 255)):
        cv2.imwrite(str(folder / f"{at}.png"), np.full((24, 24), level, np.uint8))
    assert assess(build.read_picture(folder, planes=True), toys.four_channels(tmp_path / "p")).score > 0.9


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda m: m["input"].update(layout="NCDHW"), "bad_manifest"),
        (lambda m: m["input"].update(colour="PLANES"), "bad_manifest"),
        (lambda m: m["input"].update(range=[1, 0]), "bad_manifest"),
        (lambda m: m["output"].update(kind="mask"), "labels_mismatch"),
        (lambda m: m["output"].update(kind="measurement"), "bad_manifest"),
        (lambda m: m["output"].update(kind="embedding", activation="none"), "bad_manifest"),
        (lambda m: m.update(compression_floor=[3]), "bad_manifest"),
        (lambda m: m.update(compression_floor={"jpeg_quality": 0}), "bad_manifest"),
        (lambda m: m["exam"]["cases"][0].update(shows=["horse"]), "labels_mismatch"),
        (lambda m: m["exam"]["cases"][0].update(more=[{"file": "../x", "sha256": "0" * 64}]), "path_escape"),
        (lambda m: m["preprocessing"].insert(0, {"step": "slices", "count": 0}), "bad_preprocessing"),
        (lambda m: m["preprocessing"].insert(0, {"step": "stretch", "low": 9, "high": 9}), "bad_preprocessing"),
        (lambda m: m["preprocessing"].insert(0, {"step": "window", "centre": 0, "width": 0}), "bad_preprocessing"),
        (lambda m: m["preprocessing"].insert(0, {"step": "channel", "index": 0.5}), "bad_preprocessing"),
    ],
)  # fmt: skip
def test_a_manifest_that_promises_too_much_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], code: str
) -> None:
    golden = {f"golden/{level}.png": np.full((20, 20), level, np.uint8) for level in (230, 20)}
    toys.seal(tmp_path / "p", toys.manifest(), toys.mean_of([1, 1, 16, 16], last=1), "# x\n", golden)
    path = tmp_path / "p" / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    with pytest.raises(PackError) as caught:
        load(tmp_path / "p")
    assert caught.value.code == code


def test_a_value_out_of_the_promised_range_fails_the_exam(tmp_path: Path) -> None:
    golden = {f"golden/{level}.png": np.full((20, 20), level, np.uint8) for level in (230, 20)}
    steps = [{"step": "resize", "height": 16, "width": 16}]  # nobody divided by 255
    said = toys.manifest(preprocessing=steps)
    report = examine(toys.seal(tmp_path / "p", said, toys.mean_of([1, 1, 16, 16], last=1), "# x\n", golden))
    assert report.codes[0] == "out_of_range"
