"""The test of a heat map on the command line: any pack that can be found, and no verdict on too few pictures."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from inference.pack import Pack, archive, copy_into, load
from inference.thresholds.evidence import LEAST_MAPS
from screening.management.commands.explain_pack import Command
from screening.management.commands.finish_pack import Finish
from tests.inference import packs, toys
from tests.screening import dicoms


@pytest.fixture
def blind(tmp_path: Path, settings: Any) -> Pack:
    """A pack whose map is the picture's own brightness, installed beside no bundled one."""
    settings.FIELDLIGHT_PACKS, settings.FIELDLIGHT_BUNDLED_PACKS = tmp_path / "store", tmp_path / "bundled"
    return copy_into(packs.make(tmp_path / "bundled" / "blind", modality="other"), tmp_path / "store")


def streaked(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for seed in range(count):
        picture = packs.plain(0)
        cv2.line(picture, (3 + 5 * seed, 2), (50, 60 - 4 * seed), (255, 0, 0), 5)
        cv2.imwrite(str(folder / f"{seed}.png"), cv2.resize(picture, (512, 512))[:, :, ::-1])
    return folder


def said(*words: object) -> str:
    out = StringIO()
    call_command("explain_pack", *map(str, words), stdout=out)
    return out.getvalue()


def test_packs_are_found_by_folder_name_hash_and_zip(blind: Pack, tmp_path: Path) -> None:
    archive.zip_into(blind, tmp_path / "made.zip")
    for name in (tmp_path / "bundled" / "blind", "blind", blind.sha256[:8], tmp_path / "made.zip"):
        assert said(name).startswith("tiny-red: ")
    with pytest.raises(CommandError, match="There is no pack 'nosuch'. Bundled: blind"):
        said("nosuch")


def test_golden_pictures_too_few_are_no_verdict_and_no_failure(blind: Pack) -> None:
    told = said()
    assert "not judged, 2 pictures" in told and f"Too few to tell: {LEAST_MAPS} pictures with heat are needed." in told
    assert "passed" not in told and "failed" not in told


def test_a_folder_is_judged_and_what_had_no_heat_is_counted(
    blind: Pack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = streaked(tmp_path / "photos", LEAST_MAPS)
    cv2.imwrite(str(folder / "black.png"), cv2.resize(packs.plain(0), (512, 512)))
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "film.dcm").write_bytes(dicoms.film())
    out = StringIO()
    with pytest.raises(CommandError, match="explains nothing: tiny-red"):
        call_command("explain_pack", "blind", "--images", str(folder), stdout=out)
    assert f"failed, {LEAST_MAPS + 1} pictures; 1 more had no heat" in out.getvalue()
    assert "broken.jpg is left out" in capsys.readouterr().err


def test_a_folder_with_too_few_is_no_success(blind: Pack, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=f"Too few pictures to judge tiny-red: give at least {LEAST_MAPS}"):
        said("blind", "--images", streaked(tmp_path / "photos", LEAST_MAPS - 1))
    with pytest.raises(CommandError, match="There is no JPEG, PNG or DICOM file"):
        said("blind", "--images", tmp_path / "nowhere")


def test_a_pack_without_a_map_has_nothing_to_test(blind: Pack, tmp_path: Path) -> None:
    toys.four_channels(tmp_path / "planes")
    assert "no heat map" in said(tmp_path / "planes")


@pytest.mark.parametrize(("count", "said"), [(LEAST_MAPS - 1, "not judged, only 4 of 4"), (LEAST_MAPS, "failed")])
def test_finishing_writes_no_verdict_on_too_few_pictures(blind: Pack, tmp_path: Path, count: int, said: str) -> None:
    streaked(tmp_path / "photos", count)
    out, home = StringIO(), tmp_path / "bundled" / "blind"
    Finish(Command(stdout=out), home, tmp_path, {"reference": "photos", "reference_data": "streaks"}, {}).heat_map()
    assert said in out.getvalue()
    assert ("heat_map" in load(home).manifest.raw) is (count >= LEAST_MAPS)


def test_a_set_may_be_told_by_its_folders(blind: Pack, tmp_path: Path) -> None:
    for folder in ("films", "others/deep"):
        (tmp_path / "data" / folder).mkdir(parents=True)
        (tmp_path / "data" / folder / "a.png").write_bytes(b"")
    (tmp_path / "data" / "films" / "labels.csv").write_text("")
    wanted = {"folders": {"film": ["films"], "other": ["others"]}}
    table = Finish(Command(), tmp_path, tmp_path / "data", wanted, {})._by_folder(tmp_path)
    assert table.read_text().split() == ["image,label", "films/a.png,film", "others/deep/a.png,other"]
