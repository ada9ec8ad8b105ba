"""Packs on the command line: made from flags alone, and every bad one refused with its own code and sentence."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.management.base import CommandError

from inference.admission import build
from inference.admission.build import Told
from inference.admission.exam import examine
from inference.drawing import draw_chest, draw_fundus
from inference.models import ModelVersion
from inference.pack import PackError, archive, load
from tests.inference import packs, toys
from tests.inference.conftest import real_file  # noqa: F401 - a fixture
from tests.screening import dicoms
from tests.screening.packing import FLAGS, built, packing_place, said  # noqa: F401 - a fixture

NIH = ("No Finding,Infiltration,Atelectasis,Effusion,Nodule,Pneumothorax,Mass,Consolidation,Pleural Thickening,"
       "Cardiomegaly,Emphysema,Fibrosis,Edema,Pneumonia,Hernia")  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("out", ["made", "made.zip"])
def test_flags_alone_make_a_pack_that_installs(place: Path, out: str) -> None:
    assert "passed its exam" in built(place, "--cam", "cam", out=out)
    assert "whole" in said("verify", place / out)
    assert "passed" in said("exam", place / out)
    assert "installed" in said("install", place / out)
    assert "was already installed" in said("install", place / out)
    assert "model" in said("list")
    assert "passed" in said("exam", "model")  # by its installed name
    answer = json.loads(said("try", "model", place / "bright.png"))
    assert answer["score"] > 0.9 and answer["values"]["red"] == answer["score"]
    assert ModelVersion.objects.get().manifest["licence"] == "Apache-2.0"


@pytest.mark.django_db
def test_the_same_pack_zipped_or_not_is_the_same_version(place: Path) -> None:
    built(place)
    with zipfile.ZipFile(place / "by-hand.zip", "w") as archive_:  # as people zip: the folder, not what is in it
        for path in (place / "made").rglob("*"):
            archive_.write(path, Path("made") / path.relative_to(place / "made"))
    said("install", place / "made")
    assert "was already installed" in said("install", place / "by-hand.zip")
    assert ModelVersion.objects.count() == 1


# ------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--licence", " "], "without these is refused:\n  --licence"),
        (["--intended-use", ""], "without these is refused:\n  --intended-use"),
        (["--sha256", "0" * 64], "not the file you named"),
        (["--budget-ms", "0.0001"], "ms on this machine; the pack promises"),
        (["--labels", "red,plain,blue", "--positive", "red"], "does not fit 3 labels"),
        (["--output", "heat"], "Which output is meant"),
        (["--step", "sharpen"], "'sharpen' is not one of"),
        (["--value-range", "0..0.5"], "the pack promises 0 to 0.5"),
        (["--size", "big"], "like 224 or 224x320"),
        (["--age-range", "18"], "like 15-80, or 18+ for 18 and older, not '18'"),
        (["--age-range", "80-15"], "like 15-80"),
        (["--age-range", "-18"], "like 15-80"),
        (["--value-range", "0-1"], "--value-range is from..to, like 0..1, not '0-1'"),
        (["--step", ""], "--step is a name and its numbers"),
        (["--step", "scale 255"], "--step is a name and its numbers"),
        (["--card", "nosuch.md"], "--card nosuch.md cannot be read: No such file"),
        (["--card", "/"], "--card / cannot be read"),
        (["--out", "/proc/x.zip"], "/proc/x.zip cannot be written"),
    ],
)
def test_a_bad_wish_is_refused_with_a_sentence_and_leaves_nothing(place: Path, more: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        built(place, *more)
    assert sentence in str(caught.value)
    assert not (place / "made").exists()


def test_labels_told_in_the_wrong_order_are_caught_by_what_people_see(place: Path) -> None:
    golden = ("bright.png=red", "dark.png=plain")
    assert "passed" in built(place, golden=golden)
    with pytest.raises(CommandError, match="in the model's order"):
        built(place, "--labels", "plain,red", "--positive", "red", out="swapped", golden=golden)


def test_an_unwritable_place_leaves_nothing_half_made(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(made: object, target: Path) -> None:
        target.write_bytes(b"PK")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "zip_into", full)
    before = sorted(place.iterdir())
    with pytest.raises(CommandError, match=r"made\.zip cannot be written: No space left"):
        built(place, out="made.zip")
    assert sorted(place.iterdir()) == before


def test_a_film_is_tried_as_the_product_opens_it(place: Path) -> None:
    built(place)
    (place / "film.dcm").write_bytes(dicoms.film())
    assert 0 <= json.loads(said("try", place / "made", place / "film.dcm"))["score"] <= 1
    (place / "film.dcm").write_bytes(bytes(128) + b"DICM" + b"?" * 50)
    with pytest.raises(CommandError, match=r"film\.dcm: "):
        said("try", place / "made", place / "film.dcm")


def test_a_zip_file_that_was_cut_off_is_called_so(place: Path) -> None:
    built(place, out="made.zip")
    whole = (place / "made.zip").read_bytes()
    harmed = [whole[: len(whole) // 2], whole[:60] + bytes(400) + whole[460:]]
    for data in harmed:
        (place / "made.zip").write_bytes(data)
        with pytest.raises(CommandError, match="damaged or cut off.*copy or download it again"):
            said("verify", place / "made.zip")


def test_a_web_page_named_onnx_is_no_model(place: Path) -> None:
    (place / "model.onnx").write_text("<!doctype html><html><title>Download</title></html>")
    with pytest.raises(CommandError, match="not an ONNX model"):
        built(place)


def test_a_swapped_label_order_in_a_finished_pack_fails_its_exam(place: Path) -> None:
    built(place)
    path = place / "made" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["output"]["labels"].reverse()
    path.write_text(json.dumps(manifest))
    report = examine(load(place / "made"))
    assert report.codes == ("labels_swapped",)
    with pytest.raises(CommandError, match="another order than the model's answers: 'red' answers for 'plain'"):
        said("exam", place / "made")


def test_one_flipped_byte_anywhere_is_refused(place: Path) -> None:
    built(place)
    pinned = [path for path in (place / "made").rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert len(pinned) == 4
    for path in pinned:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(CommandError, match=f"{path.name} is not the file the manifest promises"):
            said("verify", place / "made")
        path.write_bytes(whole)


@pytest.mark.django_db
def test_nothing_is_installed_of_a_pack_that_is_refused(place: Path) -> None:
    built(place)
    path = place / "made" / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "latency_budget_ms": 0.0001}))
    with pytest.raises(CommandError, match=r"takes [\d.]+ ms on this machine; the pack promises 0\.0001 ms"):
        said("install", place / "made")
    assert not ModelVersion.objects.exists() and not (place / "store").exists()


def test_every_refusal_of_the_exam_has_its_own_code(tmp_path: Path) -> None:
    """The same tiny pack, broken in each way: no two breakages are told alike."""
    found = {}
    for name, change in BROKEN.items():
        folder = tmp_path / name
        packs.make(folder)
        change(folder)
        try:
            found[name] = examine(load(folder)).codes[0]
        except PackError as error:
            found[name] = error.code
    assert len(set(found.values())) == len(BROKEN), found


def edited(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        change(manifest)
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return edit


def another_model(data: bytes) -> Callable[[Path], None]:
    def swap(folder: Path) -> None:
        (folder / "model.onnx").write_bytes(data)
        edited(lambda m: m["model"].update(sha256=hashlib.sha256(data).hexdigest()))(folder)

    return swap


def flipped(folder: Path) -> None:
    data = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def indifferent(manifest: dict[str, Any]) -> None:
    for case in manifest["exam"]["cases"]:
        case["expect"] = dict.fromkeys(packs.LABELS, 0.5)


BROKEN: dict[str, Callable[[Path], None]] = {
    "untrained": lambda folder: (
        another_model(packs.brightness_model(weight=0.0).SerializeToString())(folder), edited(indifferent)(folder)
    ),
    "page": another_model(b"<!doctype html>"),
    "swapped": edited(lambda m: m["output"]["labels"].reverse()),
    "flipped": flipped,
    "licence": edited(lambda m: m.pop("licence")),
    "use": edited(lambda m: m.update(intended_use="")),
    "slow": edited(lambda m: m.update(latency_budget_ms=0.0001)),
    "scores": edited(lambda m: m["exam"]["cases"][0]["expect"].update(referable_dr=0.3)),
    "vendor": another_model(packs.brightness_model(domain="com.microsoft").SerializeToString()),
}  # fmt: skip


@pytest.mark.parametrize("bad", ["../out.txt", "/etc/x", "a/../../x", "C:x"])
def test_an_archive_that_leads_out_is_refused(tmp_path: Path, bad: str) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as packed:
        packed.writestr(bad, "x")
    with pytest.raises(PackError) as caught, archive.opened(tmp_path / "p.zip"):
        pass
    assert caught.value.code == "path_escape"


def test_an_archive_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_WHOLE", 1000)
    with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", b"0" * 100_000)
    with pytest.raises(PackError) as caught, archive.opened(tmp_path / "p.zip"):
        pass
    assert caught.value.code == "too_big"


@pytest.mark.parametrize("data", [b"", b"PK", b"just text", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.zip").write_bytes(data)
    with pytest.raises(CommandError):
        said("verify", tmp_path / "p.zip")
    with pytest.raises(CommandError, match="neither a folder nor a file"):
        said("verify", tmp_path / "nowhere")


def test_a_model_of_any_size_must_be_told_one(tmp_path: Path) -> None:
    told = Told(name="x", title="x", modality="mri", purpose="aid", licence="x", intended_use="x",
                capture_classes=("any",), labels=("a",), positive=("a",), kind="binary", activation="sigmoid",
                colour="GRAY")  # fmt: skip
    data = toys.mean_of([1, 1, "h", "w"], last=1)
    with pytest.raises(PackError, match="say --size"):
        build.manifest(build.onnx_file.inspect(data), told)


# ------------------------------------------------------------------------------------- other people's real files


def test_somebody_elses_chest_model_is_wrapped_by_flags_alone(
    place: Path,
    real_file: Callable[[str], Path],  # noqa: F811
) -> None:
    model = real_file("third_party_models/nih15_mobilenetv3_int8.onnx")
    for name in ("clear", "cavity", "infiltrate"):
        film = draw_chest(1, opacity=None if name == "clear" else name, size=512)
        cv2.imwrite(str(place / f"{name}.png"), film)
    words = ["--golden", place / "clear.png", "--golden", place / "cavity.png", "--golden", place / "infiltrate.png"]
    assert "passed its exam" in said(
        "build", model, "--out", place / "nih.zip", *FLAGS, "--modality", "chest", "--capture-class", "dicom",
        "--labels", NIH, "--positive", NIH.removeprefix("No Finding,"), "--step", "grayscale",
        "--step", "scale divide=255", "--step", "normalise mean=0.485 std=0.229", *words,
    )  # fmt: skip
    answer = json.loads(said("try", place / "nih.zip", place / "clear.png"))
    assert list(answer["values"]) == NIH.split(",")
    assert sum(answer["values"].values()) == pytest.approx(1)


def test_the_untrained_model_is_refused(place: Path, real_file: Callable[[str], Path]) -> None:  # noqa: F811
    model = real_file("third_party_models/fundus5_untrained.onnx")
    for grade in (0, 4):
        eye = draw_fundus(grade, lesions=grade, size=300)
        cv2.imwrite(str(place / f"{grade}.png"), np.ascontiguousarray(eye[:, :, ::-1]))
    with pytest.raises(CommandError, match="the model looks untrained"):
        said("build", model, "--out", place / "made", *FLAGS, "--labels", "0,1,2,3,4", "--positive", "4",
             "--kind", "grade", "--activation", "none", "--colour", "BGR", "--step", "scale divide=255",
             "--golden", place / "0.png", "--golden", place / "4.png")  # fmt: skip


def test_the_saved_web_page_is_refused(place: Path, real_file: Callable[[str], Path]) -> None:  # noqa: F811
    shutil.copy(real_file("third_party_models/html_page_saved_as.onnx"), place / "model.onnx")
    with pytest.raises(CommandError, match="not an ONNX model"):
        built(place)
