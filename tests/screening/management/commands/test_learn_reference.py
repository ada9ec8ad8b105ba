"""What is usual is learnt from photos."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
from django.core.management import call_command

from inference.assess.novelty import read
from tests.inference import packs
from tests.screening.management.commands.photos import SIDE


def test_a_reference_is_learnt_from_photos_and_travels_with_the_pack(photos: Path, tmp_path: Path) -> None:
    pack = packs.make(tmp_path / "red")
    arguments = ["--images", str(photos), "--out", str(tmp_path / "out"), "--data", "grainy photos", "-v0"]
    call_command("learn_reference", str(pack.path), *arguments, stdout=StringIO(), stderr=StringIO())
    reference = read(json.loads((tmp_path / "out" / "manifest.json").read_text()))
    assert reference is not None and reference.pictures == 110
    assert reference.distance(np.full((SIDE, SIDE, 3), 255, np.uint8)) > 1
