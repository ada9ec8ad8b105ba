"""The whole way of a 12-megapixel JPEG against the naive ONNX Runtime way, with the same networks.

Ours: clean in a child process (DCT-scaled decode, upright, metadata-free display copy, thumbnail, hash), gate and
gradability, finding and heat map from one forward pass. Naive: full Pillow decode, upright, metadata-free copy and
thumbnail from the full picture, default sessions, and the heat map by a second forward pass. Two processes each, of
their own, and the two ways take turns so that a noisy machine disturbs both alike.
On a busy machine count processor time, decoding children included:
`perf stat -e task-clock python -m tests.bench.pipeline ours 34 FOLDER`, less the same with 4 (the start), by 30.
The folder keeps the drawn photos from the first call on.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from tests.bench.photos import phone_jpeg

PACKS = Path(__file__).resolve().parents[2] / "packs"
# Each process takes EACH photos a round, so that waiting for the last one weighs little.
WORKERS, PHOTOS, EACH, ROUNDS = 2, 4, 16, 4
_naive: dict[str, Any] = {}


@cache
def _packs() -> tuple[Any, Any]:
    from inference import pack

    return pack.load(PACKS / "fundus-gradability"), pack.load(PACKS / "fundus-dr")


def ours(data: bytes) -> float:
    """The product's own path. Returns milliseconds."""
    from inference.assess import saliency
    from inference.assess.one_picture import assess
    from inference.assess.preprocess import working_copy
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

    from inference import pack
    from inference.assess import saliency
    from inference.assess.preprocess import prepare

    if not _naive:
        for name in ("fundus-gradability", "fundus-dr"):
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
    for name in ("fundus-gradability", "fundus-dr"):
        loaded, session = _naive[name]
        prepared = prepare(rgb, loaded.manifest)
        feed = {session.get_inputs()[0].name: prepared.tensor}
        session.run([loaded.manifest.output.name], feed)
        if loaded.manifest.cam:
            heat = session.run([loaded.manifest.cam.output], feed)[0]
            saliency.overlay(heat.reshape(heat.shape[-2:]), prepared.frame, rgb.shape[1], rgb.shape[0])
    return 1000 * (time.perf_counter() - started)


def work(way: str, files: list[Path], photos: int) -> None:
    """Take the files through one way, over and over, until so many photos are done."""
    through = {"ours": ours, "naive": naive}[way]
    for number in range(photos):
        through(files[number % len(files)].read_bytes())


def measure() -> dict[str, Any]:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        files = drawn(Path(folder))
        # Processes of its own for each way: the threads and the memory of one are not the other's.
        workers = {way: [stack.enter_context(_process()) for _ in range(WORKERS)] for way in ("ours", "naive")}
        for way, processes in workers.items():  # warm-up: imports, sessions, fork servers
            _together(processes, way, files, 2)
        rates: dict[str, list[float]] = {way: [] for way in workers}
        for _ in range(ROUNDS):
            for way, processes in workers.items():
                rates[way].append(_together(processes, way, files, EACH))
        size = statistics.mean(file.stat().st_size for file in files)
    medians = {way: statistics.median(values) for way, values in rates.items()}
    return {
        "photo": f"12 megapixels, {round(size / 1000)} kB",
        "photos_per_second": {way: round(value, 2) for way, value in medians.items()},
        "ratio": round(medians["ours"] / medians["naive"], 2),
        "ratio_of_each_round": [round(a / b, 2) for a, b in zip(rates["ours"], rates["naive"], strict=True)],
        "aim": "≥ 6",
    }


def drawn(folder: Path) -> list[Path]:
    """The photos to measure with, as files; those already there are kept."""
    files = [folder / f"{seed}.jpg" for seed in range(PHOTOS)]
    for seed, file in enumerate(files):
        if not file.exists():
            file.write_bytes(phone_jpeg(seed))
    return files


def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def _together(processes: list[ProcessPoolExecutor], way: str, files: list[Path], photos: int) -> float:
    """Photos a second while each of the processes takes so many through."""
    started = time.perf_counter()
    for one in [process.submit(work, way, files, photos) for process in processes]:
        one.result()
    return len(processes) * photos / (time.perf_counter() - started)


if __name__ == "__main__":
    place = Path(sys.argv[3])
    place.mkdir(exist_ok=True)
    work(sys.argv[1], drawn(place), int(sys.argv[2]))
