"""Photos that commands are tried with."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.screening.management.commands.photos import grain


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """110 photos told apart by redness, and as well by the depth of their grain."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(2)
    lines = ["image,referable"]
    for n in range(110):
        ill = n % 2
        picture = grain(rng, rng.normal(12 if ill else 6, 1.5)).astype(np.int16)
        picture[..., 0] += int(rng.normal(35 if ill else -35, 20))
        cv2.imwrite(str(folder / f"{n}.png"), picture[:, :, ::-1].clip(0, 255).astype(np.uint8))
        lines.append(f"{n}.png,{ill}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder
