"""A row of `screen_images` says whether anybody here stands for the operating point it was judged by."""

from __future__ import annotations

import pytest

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
