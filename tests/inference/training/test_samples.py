"""The public sets are read as they are laid out, and nobody is in two splits."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.training import samples
from inference.training.samples import Sample


def of(data: Path) -> dict[str, list[Sample]]:
    return {
        "eq256": samples.eyepacs(data, "eq256"), "raw400": samples.eyepacs(data, "raw400"),
        "drimdb": samples.drimdb(data), "phone": samples.phone_frames(data), "nih": samples.nih(data),
        "shenzhen": samples.shenzhen(data), "other": samples.not_medical(data),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["eq256", "raw400", "drimdb", "phone", "nih", "shenzhen", "other"])
def test_every_picture_is_there_and_nobody_is_in_two_splits(data: Path, name: str) -> None:
    found = of(data)[name]
    assert found and all(one.path.is_file() and one.path.stat().st_size for one in found)
    splits: dict[str, set[str]] = {}
    for one in found:
        splits.setdefault(one.group, set()).add(one.split)
    assert all(len(known) == 1 for known in splits.values())


def test_films_of_nih_are_split_by_the_archive_not_at_random(data: Path) -> None:
    found = samples.nih(data)
    assert {one.split for one in found} == {"train", "val", "test"}
    assert {one.note("view") for one in found} == {"PA", "AP"} and found[0].note("tone") == ""
    assert found[1].note("findings") == "Mass|Effusion"


def test_every_fifth_photo_of_one_camera_is_for_test(data: Path) -> None:
    found = samples.drimdb(data)
    for quality in ("good", "bad", "outlier"):
        assert [one.split for one in found if one.label == quality] == ["train"] * 3 + ["val", "test", "train"]


def test_films_augmented_by_others_are_left_out(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cxr" / "tb_shenzhen128"
    folder.mkdir(parents=True)
    rows = "image,label,film,split,tone\nimages/0.png,tb,f0,train,dark\naugmented/0.png,tb,f0,train,dark\n"
    (folder / "labels.csv").write_text(rows)
    assert [one.path.name for one in samples.shenzhen(tmp_path)] == ["0.png"]


def test_an_empty_file_is_no_picture(data: Path) -> None:
    assert "empty.png" not in {one.path.name for one in samples.not_medical(data)}
