"""Packs with a variant of another precision, and a clock to time them by."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.admission import precision
from inference.admission.exam import seal
from inference.pack import Pack
from tests.inference import packs


def make(folder: Path, *, weight: float = 8.0, tolerance: float = 0.02, model: bytes | None = None) -> Pack:
    """The tiny pack with a variant "int8" of another weight, so that its answers can be told apart."""
    plain = packs.brightness_model().SerializeToString()
    variant = model or packs.brightness_model(weight=weight).SerializeToString()
    told = packs.manifest(variants=[{"precision": "int8", "tolerance": tolerance}])
    return seal(folder, told, plain, "# Card", packs.GOLDEN, variants={"int8": variant})


def paced(monkeypatch: pytest.MonkeyPatch, original: float, variant: float) -> None:
    monkeypatch.setattr(precision, "median_ms", lambda pack: variant if pack.precision else original)
