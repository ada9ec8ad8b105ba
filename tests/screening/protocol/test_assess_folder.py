"""A row of `screen_images` says whether anybody here stands for the operating point it was judged by."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference import drawing
from inference.drawing.dicom import synthetic_dicom
from inference.models import ModelVersion, OperatingPoint
from screening.models import Programme
from screening.protocol import assess_folder
from screening.rules import MODALITIES
from tests import factories
from tests.cast import Cast


def test_a_row_says_whether_its_operating_point_is_signed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    found = factories.models(cast.eye, threshold=0.42)
    bound, free = MODALITIES["fundus"].class_codes[:2]
    real = Programme.threshold_for
    monkeypatch.setattr(
        Programme, "threshold_for", lambda self, version, kind: real(self, version, kind) if kind == bound else None
    )
    own = factories.operating_point(found.finding, free)

    def own_of(_programme: Programme, _version: ModelVersion, kind: str) -> OperatingPoint | None:
        return own if kind == free else None

    monkeypatch.setattr(assess_folder, "load", lambda _version: None)
    monkeypatch.setattr(assess_folder, "_own", own_of)
    research = assess_folder.Bench.of(cast.eye, free, unsigned=True)
    assert (research.signed(bound), research.signed(free)) == ("yes", "no")
    assert assess_folder.Bench.of(cast.eye, free).signed(free) == ""
    assert "signed" in assess_folder.COLUMNS


@pytest.mark.parametrize(("suffix", "kind"), [("dcm", "fundus_tabletop"), ("jpg", "fundus_phone")])
def test_a_dicom_says_itself_how_it_was_taken_and_a_photo_does_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str, kind: str
) -> None:
    factories.models(cast.eye)
    monkeypatch.setattr(assess_folder, "load", lambda _version: None)
    bench = assess_folder.Bench.of(cast.eye, "fundus_phone")
    asked: list[str] = []
    monkeypatch.setattr(assess_folder, "_assessed", lambda _bench, _file, _clean, kind: asked.append(kind))
    path = tmp_path / f"eye.{suffix}"
    eye = drawing.draw_fundus(3, size=600)
    gray = np.asarray(eye[..., 1])
    path.write_bytes(synthetic_dicom(gray, modality="OP", bits=8) if suffix == "dcm" else _jpeg(eye))
    assess_folder._row(bench, path)
    assert asked == [kind]


def _jpeg(rgb: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", rgb[..., ::-1])[1].tobytes()
