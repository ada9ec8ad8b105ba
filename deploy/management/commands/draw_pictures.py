"""Draw pictures to try the product with, when no real ones are at hand."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import cv2
from django.core.management.base import BaseCommand

from inference import drawing
from inference.drawing.dicom import synthetic_dicom


class Command(BaseCommand):
    help = "Draw synthetic eyes (JPEG) and chest films (PNG and DICOM) into a folder. Each picture says SYNTHETIC."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, folder: Path, seed: int, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for grade, quality in ((0, "good"), (2, "good"), (4, "good"), (0, "blurred")):
            for side in "RL":
                eye = drawing.draw_fundus(seed + 10 * grade, laterality=side, lesions=grade, quality=quality)
                name = folder / f"eye-{'right' if side == 'R' else 'left'}-grade{grade}-{quality}.jpg"
                cv2.imwrite(str(name), cv2.cvtColor(drawing.mark_synthetic(eye), cv2.COLOR_RGB2BGR))
        for opacity in (None, "cavity", "infiltrate"):
            film = drawing.mark_synthetic(drawing.draw_chest(seed, opacity=opacity))
            cv2.imwrite(str(folder / f"chest-{opacity or 'clear'}.png"), film)
            (folder / f"chest-{opacity or 'clear'}.dcm").write_bytes(synthetic_dicom(film))
        self.stdout.write(f"{len(list(folder.iterdir()))} pictures in {folder}.")
