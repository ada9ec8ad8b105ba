"""The public data sets as a training finds them on disk, with a few drawn pictures each."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from inference.drawing import draw_chest, draw_fundus, draw_not_medical

SPLITS = ("train", "train", "val", "val", "val", "test")
Draw = Callable[[int], np.ndarray]


def lay(folder: Path, rows: list[dict[str, str]], draw: Draw) -> None:
    """labels.csv and the picture of every row."""
    (folder / "images").mkdir(parents=True)
    with (folder / "labels.csv").open("w", newline="") as out:
        table = csv.DictWriter(out, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    for n, row in enumerate(rows):
        picture = draw(n)
        cv2.imwrite(str(folder / row["image"]), picture if picture.ndim == 2 else picture[..., ::-1])


@cache
def _chest(kind: int, side: int) -> np.ndarray:
    return draw_chest(kind, size=side)


@cache
def _eye(kind: int) -> np.ndarray:
    return draw_fundus(kind, lesions=kind, size=96)


def _grain(seed: int, picture: np.ndarray) -> np.ndarray:
    """Another picture of the same kind: drawing each anew takes a tenth of a second."""
    grown = picture + np.random.default_rng(seed).normal(0, 3, picture.shape) * (picture > 0)
    return np.asarray(np.clip(grown, 0, 255), np.uint8)


def film(seed: int, *, ill: bool, side: int = 128) -> np.ndarray:
    """A drawn film; an ill one is striped, and a little brighter."""
    gain = np.random.default_rng([seed, 1]).uniform(0.6, 0.8)
    stripes = 60 * (np.arange(side) // 8 % 2)[:, None] if ill else 0
    return _grain(seed, np.clip(gain * _chest(seed % 3, side) + stripes, 0, 255))


def eye(seed: int, grade: int) -> np.ndarray:
    """A drawn retina."""
    return _grain(seed, _eye(grade))


def shenzhen(root: Path, count: int = 60) -> None:
    rows = [
        {"image": f"images/{n}.png", "label": ("normal", "tb")[n % 2], "film": f"film{n}", "split": SPLITS[n // 2 % 6],
         "tone": ("light", "dark")[n // 6 % 2]}
        for n in range(count)
    ]  # fmt: skip
    lay(root / "cxr" / "tb_shenzhen128", rows, lambda n: film(n, ill=n % 2 == 1))


def nih(root: Path, count: int = 24) -> None:
    rows = [
        {"image": f"images/{n}.png", "label": ("normal", "abnormal")[n % 2], "patient_id": f"p{n // 2}",
         "view": ("PA", "AP")[n // 2 % 2], "sex": "FM"[n // 2 % 2], "age": str(20 + n), "split": "random",
         "split_b": ("", "val", "test")[n // 2 % 3],
         "findings": ("", "Mass|Effusion", "", "Atelectasis")[n % 4]}
        for n in range(count)
    ]  # fmt: skip
    lay(root / "cxr" / "nih512", rows, lambda n: film(500 + n, ill=n % 2 == 1, side=192))


def eyepacs(root: Path, kind: str, count: int = 24) -> None:
    split = ("train", "train", "val") if kind == "eq256" else ("devtest",)
    rows = [
        {"image": f"images/{n}.jpg", "grade": str(n // 2 % 5), "split": split[n // 2 % len(split)],
         "patient": f"{kind}-{n // 2}", "eye": ("left", "right")[n % 2],
         "eyeq_quality": ("good", "usable", "reject", "")[n // 2 % 4]}
        for n in range(count)
    ]  # fmt: skip
    lay(root / "fundus" / f"eyepacs_{kind}", rows, lambda n: eye(n, n // 2 % 5))


def drimdb(root: Path) -> None:
    rows = [{"image": f"images/{n:02}.jpg", "quality": ("good", "bad", "outlier")[n % 3]} for n in range(18)]
    lay(root / "fundus" / "quality_drimdb", rows, lambda n: eye(100 + n, n % 5))


def others(root: Path) -> None:
    """Sets without a table."""
    for name in ("fundus/smartphone_frames/images", "fundus/vessels_chasedb1/images"):
        (root / name).mkdir(parents=True)
        for n in range(3):
            cv2.imwrite(str(root / name / f"{n}.jpg"), eye(200 + n, n)[..., ::-1])
    (root / "not_medical").mkdir()
    for n in range(4):
        cv2.imwrite(str(root / "not_medical" / f"{n}.png"), draw_not_medical(n, size=96))
    (root / "not_medical" / "empty.png").touch()


def everything(root: Path) -> Path:
    """All of them."""
    shenzhen(root)
    nih(root)
    for kind in ("eq256", "raw400"):
        eyepacs(root, kind)
    drimdb(root)
    others(root)
    return root
