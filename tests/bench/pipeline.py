"""The whole way of a 12-megapixel JPEG against the naive ONNX Runtime way, with the same networks.

Ours: clean in a child process (DCT-scaled decode, upright, metadata-free display copy, thumbnail, hash), gate and
gradability, finding and heat map from one forward pass. Naive: full Pillow decode, upright, metadata-free copy and
thumbnail from the full picture, default sessions, and the heat map by a second forward pass. Two processes each;
the two ways take turns so that a noisy machine disturbs both alike.
"""

from __future__ import annotations

import io
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.bench.photos import phone_jpeg

PACKS = Path(__file__).resolve().parents[2] / "packs"
WORKERS, PHOTOS, ROUNDS = 2, 8, 4
_naive: dict[str, Any] = {}


@cache
def _packs() -> tuple[Any, Any]:
    from inference import pack

    return pack.load(PACKS / "fundus-gate"), pack.load(PACKS / "fundus-dr")


def ours(data: bytes) -> float:
    """The product's own path. Returns milliseconds."""
    from inference import saliency
    from inference.assess import assess
    from inference.preprocess import working_copy
    from screening import photo

    started = time.perf_counter()
    clean = photo.clean(data)
    rgb = working_copy(clean.display)
    gate, finding = _packs()
    assess(rgb, gate)
    assessment = assess(rgb, finding)
    if assessment.heat is not None:
        saliency.overlay(assessment.heat, assessment.frame, rgb.shape[1], rgb.shape[0])
    return 1000 * (time.perf_counter() - started)


def naive(data: bytes) -> float:
    """What one writes first: Pillow at full size, default sessions, a second pass for the heat map."""
    import onnxruntime
    from PIL import Image, ImageOps

    from inference import pack, saliency
    from inference.preprocess import prepare

    if not _naive:
        for name in ("fundus-gate", "fundus-dr"):
            loaded = pack.load(PACKS / name)
            _naive[name] = (loaded, onnxruntime.InferenceSession(str(loaded.path / "model.onnx")))
    started = time.perf_counter()
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    picture.save(io.BytesIO(), "JPEG", quality=92)
    small = picture.copy()
    small.thumbnail((320, 320), Image.Resampling.LANCZOS)
    small.save(io.BytesIO(), "JPEG", quality=85)
    rgb = np.asarray(picture)
    cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var()
    for name in ("fundus-gate", "fundus-dr"):
        loaded, session = _naive[name]
        prepared = prepare(rgb, loaded.manifest)
        feed = {session.get_inputs()[0].name: prepared.tensor}
        session.run([loaded.manifest.output.name], feed)
        if loaded.manifest.cam:
            heat = session.run([loaded.manifest.cam.output], feed)[0]
            saliency.overlay(heat.reshape(heat.shape[-2:]), prepared.frame, rgb.shape[1], rgb.shape[0])
    return 1000 * (time.perf_counter() - started)


def measure() -> dict[str, Any]:
    photos = [phone_jpeg(seed) for seed in range(PHOTOS)]
    rates: dict[str, list[float]] = {"ours": [], "naive": []}
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for way in (ours, naive):  # warm-up: imports, sessions, fork servers
            list(pool.map(way, photos[: 2 * WORKERS]))
        for _ in range(ROUNDS):
            for way in (ours, naive):
                started = time.perf_counter()
                list(pool.map(way, photos))
                rates[way.__name__].append(PHOTOS / (time.perf_counter() - started))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "photo": f"12 megapixels, {round(statistics.mean(map(len, photos)) / 1000)} kB",
        "photos_per_second": {name: round(value, 2) for name, value in medians.items()},
        "ratio": round(medians["ours"] / medians["naive"], 2),
        "aim": "≥ 6",
    }
