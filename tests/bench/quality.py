"""How many bad photos the phone stops, and how many good ones: real sets where they are, damaged and drawn ones."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference import drawing
from inference.training import degrade
from tests.bench.phone_judge import PhoneJudge, phone_judge
from tests.bench.photos import phone_jpeg

Picture = NDArray[np.uint8]
DATA = Path(os.environ.get("FIELDLIGHT_REAL_PHOTOS", Path(__file__).parents[3] / "shared" / "data"))
AIM = "at least 0.90 of the bad stopped, at most 0.10 of the good; under 2 s each with the processor 4 times slower"


def files(folder: str, every: int = 1, **labels: str) -> list[bytes]:
    """The files of a real set whose labels match; none where the set is absent."""
    table = DATA / folder / "labels.csv"
    if not table.is_file():
        return []
    with table.open() as lines:
        rows = [row for row in csv.DictReader(lines) if all(row[k] == v for k, v in labels.items())]
    return [(DATA / folder / name).read_bytes() for name in sorted({row["image"] for row in rows})[::every]]


def decoded(data: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1], np.uint8)


def encoded(rgb: Picture, quality: int = 88) -> bytes:
    bgr = np.ascontiguousarray(rgb if rgb.ndim == 2 else rgb[:, :, ::-1])
    return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def finger(rng: np.random.Generator, photo: Picture) -> Picture:
    """A fingertip over a quarter to a half of the lens: flat, reddish, out of focus."""
    size = photo.shape[0]
    cover = np.zeros(photo.shape[:2], np.float32)
    at = (int(rng.choice([0, photo.shape[1]])), int(size * rng.uniform(0.3, 0.7)))
    cv2.ellipse(cover, at, (int(size * rng.uniform(0.55, 0.7)), int(size * 0.5)), 0, 0, 360, 1.0, -1)
    cover = cv2.GaussianBlur(cover, (0, 0), size / 25)[..., None]
    skin = np.array([rng.uniform(70, 150), rng.uniform(20, 50), rng.uniform(15, 40)], np.float32)
    return np.asarray(photo * (1 - cover) + skin * cover, np.uint8)


def lens_rim(rng: np.random.Generator, photo: Picture) -> Picture:
    """The rim of a condensing lens far off the centre: only part of the retina shows through it."""
    height, width = photo.shape[:2]
    shift = width * rng.uniform(0.42, 0.55) * rng.choice([-1, 1])
    down, across = np.ogrid[:height, :width]
    away = np.hypot(across - width / 2 - shift, down - height / 2) / (min(height, width) / 2)
    rim = (np.abs(away - 1) < 0.04)[..., None] * np.array([150, 140, 130])
    return np.asarray(np.where(away[..., None] < 0.96, photo, rim), np.uint8)


def lamp_lit(rng: np.random.Generator, film: Picture) -> Picture:
    """A good film as a phone sees it on a light-box: tinted, each colour on its own curve, corners darker."""
    height, width = film.shape[:2]
    down, across = np.ogrid[:height, :width]
    away = np.hypot((across - width / 2) / width, (down - height / 2) / height)[..., None]
    seen = (film / 255.0) ** rng.uniform(0.92, 1.08, 3) * rng.uniform(0.72, 1, 3) * (1 - away * rng.uniform(0, 0.12, 3))
    return np.asarray((seen * 255 + rng.normal(0, 4, film.shape)).clip(0, 255), np.uint8)


def damaged_film(rng: np.random.Generator, film: Picture, way: int) -> Picture:
    blurred = cv2.GaussianBlur(film, (0, 0), 4 * film.shape[0] / 512)
    return (
        np.asarray(blurred, np.uint8),
        np.asarray(film * rng.uniform(0.1, 0.22), np.uint8),
        np.asarray(cv2.convertScaleAbs(film, alpha=2.0, beta=60), np.uint8),
    )[way]


def spoilt_eyes(good: list[Picture]) -> dict[str, list[bytes]]:
    """Every kind of damage on good eyes. Keys name what was done."""
    ways: dict[str, Callable[[np.random.Generator, Picture], Picture]] = {
        "blurred": degrade._blur, "shaken": degrade._shake, "dark": degrade._dark, "bright": degrade._bright,
        "glare": degrade._glare, "cut off": degrade._cut, "finger": finger, "lens rim": lens_rim,
        "too small": lambda _rng, photo: np.asarray(cv2.resize(photo, (320, 320)), np.uint8),
    }  # fmt: skip
    return {
        f"eyes, {name}": [encoded(way(np.random.default_rng([n, 5]), photo)) for n, photo in enumerate(good)]
        for name, way in ways.items()
    }


def eye_sets() -> tuple[dict[str, list[bytes]], dict[str, list[bytes]]]:
    """(good, bad) sets of pictures handed in as eyes."""
    raw = files("fundus/eyepacs_raw400", eyeq_quality="good")
    drawn = [encoded(drawing.draw_fundus(seed, lesions=seed % 4, size=900)) for seed in range(12)]
    good = {
        "DRIMDB good": files("fundus/quality_drimdb", quality="good"), "EyePACS good": raw,
        "smartphone frames": files("fundus/smartphone_frames"), "CHASE-DB1": files("fundus/vessels_chasedb1"),
        "drawn eyes": drawn,
    }  # fmt: skip
    bad = {
        "DRIMDB bad": files("fundus/quality_drimdb", quality="bad"),
        "DRIMDB outlier": files("fundus/quality_drimdb", quality="outlier"),
        "EyePACS rejected": files("fundus/eyepacs_raw400", eyeq_quality="reject"),
        "films as eyes": files("cxr/nih512", every=40), "things as eyes": things(),
        **spoilt_eyes([decoded(data) for data in (raw[::5] or drawn)]),
    }  # fmt: skip
    return good, bad


def film_sets() -> tuple[dict[str, list[bytes]], dict[str, list[bytes]]]:
    """(good, bad) sets of pictures handed in as chest films."""
    real = files("cxr/nih512", every=20)
    drawn = [encoded(np.dstack([drawing.draw_chest(seed, size=800)] * 3)) for seed in range(6)]
    lit = [encoded(lamp_lit(np.random.default_rng([n, 9]), decoded(film))) for n, film in enumerate(real or drawn)]
    good = {
        "NIH films": real, "NIH films, 1024 px": files("cxr/nih1024_sample"), "drawn films": drawn,
        "films in a lamp's colour": lit,
    }  # fmt: skip
    rng = np.random.default_rng(3)
    spoilt = [decoded(data) for data in (real[::2] or drawn)]
    bad = {
        f"films, {name}": [encoded(damaged_film(rng, film, way)) for film in spoilt]
        for way, name in enumerate(("blurred", "dark", "bright"))
    }
    eyes = files("fundus/eyepacs_raw400", every=20) or [encoded(drawing.draw_fundus(seed)) for seed in range(6)]
    return good, bad | {"eyes as films": eyes, "things as films": things()}


def things() -> list[bytes]:
    """Charts, streets, pages and stock art."""
    folder = DATA / "not_medical"
    found = [path.read_bytes() for path in sorted(folder.glob("*"))] if folder.is_dir() else []
    return [data for data in found if data] + [encoded(drawing.draw_not_medical(seed)) for seed in range(9)]


def measure() -> dict[str, Any]:
    report: dict[str, Any] = {"aim": AIM}
    with phone_judge() as phone:
        for modality, judge, sets in (("fundus", "eye", eye_sets()), ("chest", "film", film_sets())):
            for kind, named in zip(("good", "bad"), sets, strict=True):
                report[f"{modality}, {kind}"] = _stopped(phone, named, judge)
        report["seconds"] = _seconds(phone)
    return report


def _stopped(phone: PhoneJudge, named: dict[str, list[bytes]], judge: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    stopped = of = 0
    for name, photos in named.items():
        reasons = [verdict["reason"] for verdict in phone.judge(photos, judge)]
        bad = sum(reason is not None for reason in reasons)
        stopped, of = stopped + bad, of + len(reasons)
        told[name] = {"stopped": bad, "of": len(reasons), "reasons": dict(Counter(r for r in reasons if r))}
    return {"share_stopped": round(stopped / of, 3), "stopped": stopped, "of": of, "sets": told}


def _seconds(phone: PhoneJudge) -> dict[str, float]:
    """From a 12-megapixel file to the verdict, the processor four times slower."""
    phone.slow_down(4)
    photos = [phone_jpeg(seed) for seed in range(4)]
    took = sorted(verdict["seconds"] for verdict in phone.judge(photos, "eye"))
    phone.slow_down(1)
    return {"median": round(took[len(took) // 2], 2), "worst": round(took[-1], 2)}
