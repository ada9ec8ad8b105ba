"""A folder with a model and golden pictures, and `manage.py pack` run over them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import pytest
from django.core.management import call_command

from tests.inference import packs

FLAGS = ["--licence", "Apache-2.0", "--intended-use", "Tests", "--title", "Redness", "--modality", "fundus",
         "--capture-class", "fundus_tabletop"]  # fmt: skip


@pytest.fixture(name="place")
def packing_place(tmp_path: Path, settings: Any) -> Path:
    """A folder with a model and two golden pictures; packs are installed beside it."""
    settings.FIELDLIGHT_PACKS = tmp_path / "store"
    (tmp_path / "model.onnx").write_bytes(packs.brightness_model().SerializeToString())
    for name, level in (("bright", 240), ("dark", 20)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), packs.plain(level)[:, :, ::-1])
    return tmp_path


def said(*words: object) -> str:
    out = StringIO()
    call_command("pack", *map(str, words), stdout=out)
    return out.getvalue()


def built(place: Path, *more: str, out: str = "made", golden: tuple[str, ...] = ("bright.png", "dark.png")) -> str:
    given = [f"--golden={place / one}" for one in golden]
    labels = [] if "--labels" in more else ["--labels", "red,plain", "--positive", "red"]
    return said("build", place / "model.onnx", "--out", place / out, *FLAGS, *labels, "--output", "logits",
                "--step", "scale divide=255", *given, *more)  # fmt: skip
