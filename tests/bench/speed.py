"""How fast the networks run, and what surrounds them: every comparison takes turns within one run.

Ours against ONNX Runtime's defaults and PyTorch eager; FP32 against INT8 (QDQ) and FP16; threads by workers; the share
of the heat map in a forward pass; the share of the raw `session.run` rate that the whole assessment reaches; cold start
and memory. On a busy machine wall-clock disturbs all ways alike, so ratios hold; processor time is given beside it.
"""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort

from inference import pack
from inference.assess import saliency, session
from inference.assess.one_picture import assess
from inference.assess.preprocess import prepare, working_copy
from inference.drawing import draw_chest, draw_fundus
from tests.bench import eager, precision
from tests.bench.photos import phone_jpeg

PACKS = Path(__file__).resolve().parents[2] / "packs"
ROUNDS, CALLS, BLOCKS = 12, 3, 300
PAIRS = {"fundus": ("fundus-gradability", "fundus-dr"), "chest": ("cxr-gate", "cxr-tb")}
Ways = dict[str, Callable[[], Any]]


def turns(ways: Ways, rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    """Milliseconds of each way: median and best of wall clock, median of processor time; a warm-up, then every way once
    per round. Who begins changes with every round: on a shared machine the first after a pause is favoured."""
    for way in ways.values():
        way()
    wall: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    order = list(ways)
    for _ in range(rounds):
        order = [*order[1:], order[0]]
        for name in order:
            started, spent = time.perf_counter(), time.process_time()
            for _ in range(CALLS):
                ways[name]()
            wall[name].append(1000 * (time.perf_counter() - started) / CALLS)
            processor[name].append(1000 * (time.process_time() - spent) / CALLS)
    return {
        name: {
            "ms": round(statistics.median(wall[name]), 3), "best_ms": round(min(wall[name]), 3),
            "cpu_ms": round(statistics.median(processor[name]), 3),
        }
        for name in ways
    }  # fmt: skip


def drawn(modality: str) -> np.ndarray:
    """One drawn picture of the modality, RGB."""
    if modality == "fundus":
        return draw_fundus(3, laterality="R", lesions=2, size=1000)
    film = draw_chest(3, size=1000)
    return film if film.ndim == 3 else np.dstack([film] * 3)


def engines(loaded: pack.Pack) -> dict[str, Any]:
    """One pack's network in every engine, precision and with one or two threads."""
    manifest = loaded.manifest
    model = loaded.read(manifest.model)
    feed = {manifest.input.name: prepare(drawn(manifest.modality), manifest).tensor}
    wanted = [manifest.output.name, *([manifest.cam.output] if manifest.cam else [])]
    ways: Ways = {}
    for threads in (1, 2):
        ours = session.warm(loaded, threads)
        ways[f"ours, {threads} thread(s)"] = lambda ours=ours: ours.run(wanted, feed)
    default = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    ways["ONNX Runtime defaults"] = lambda: default.run(wanted, feed)
    notes: dict[str, str] = {}
    try:
        run = eager.network(model, wanted)
        gap = max(
            float(np.abs(a - b).max())
            for a, b in zip(run(feed[manifest.input.name]), default.run(wanted, feed), strict=True)
        )
        ways["PyTorch eager, 1 thread"] = lambda: run(feed[manifest.input.name])
        notes["PyTorch eager differs by"] = f"{gap:.1e}"
    except eager.NotComparable as why:
        notes["PyTorch eager"] = str(why)
    for name, made in precision.variants(model, feed).items():
        if isinstance(made, str):
            notes[name] = made
        else:
            ways[f"{name}, 1 thread"] = lambda made=made: made.run(wanted, feed)
    return {"median": turns(ways), "notes": notes}


def heat_share(loaded: pack.Pack, blocks: int = BLOCKS) -> dict[str, Any]:
    """What the activation map adds to a forward pass, of this thread's processor time: against the same network with
    the map cut out of the file, since ONNX Runtime computes an output whether or not it is asked for.

    Each block takes turns many times, so what drifts over a block (clock, heat, neighbours) meets all. The median over
    the blocks has its exact 95 % interval (order statistics, no shape supposed). The same file opened twice says how
    far two sessions of one network differ by luck alone.
    """
    manifest = loaded.manifest
    if manifest.cam is None:
        return {"heat map": "none"}
    feed = {manifest.input.name: prepare(drawn(manifest.modality), manifest).tensor}
    whole, plain = loaded.read(loaded.model), without_output(loaded.read(loaded.model), manifest.cam.output)
    engines = {"with": session.opened(whole, 1), "without": session.opened(plain, 1), "twin": session.opened(plain, 1)}
    wanted = {name: [manifest.output.name, *([manifest.cam.output] if name == "with" else [])] for name in engines}

    def passes(name: str) -> float:
        started = time.thread_time()
        for _ in range(CALLS):
            engines[name].run(wanted[name], feed)
        return time.thread_time() - started

    # Nobody follows upon itself, and everybody equally often upon each other: who runs twice in a row has a warm cache.
    order = ["with", "without", "twin"] * 2 + ["without", "with", "twin"] * 2
    for name in order:
        passes(name)
    added, luck, milliseconds = [], [], []
    for _ in range(blocks):
        spent = dict.fromkeys(engines, 0.0)
        for name in order:
            spent[name] += passes(name)
        # Two files of the same network lie otherwise in memory: the map is weighed against the mean of both.
        plainly = (spent["without"] + spent["twin"]) / 2
        added.append(100 * (spent["with"] / plainly - 1))
        luck.append(100 * (spent["twin"] / spent["without"] - 1))
        milliseconds.append(1000 * plainly / (4 * CALLS))
    low, high = median_interval(added)
    return {
        "ms": round(statistics.median(milliseconds), 3), "blocks": blocks,
        "added_percent_of_processor_time": round(statistics.median(added), 2),
        "interval_95": [round(low, 2), round(high, 2)],
        "twin_percent": [round(value, 2) for value in (statistics.median(luck), *median_interval(luck))],
        "aim": "≤ 1 %", "aim_is": "proved" if high <= 1 else "refuted" if low > 1 else "undecided",
    }  # fmt: skip


def without_output(model: bytes, name: str) -> bytes:
    """The model without one of its outputs; ONNX Runtime drops what then leads nowhere."""
    found = onnx.load_from_string(model)
    kept = [one for one in found.graph.output if one.name != name]
    del found.graph.output[:]
    found.graph.output.extend(kept)
    return bytes(found.SerializeToString())


def median_interval(values: list[float], confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the median from order statistics: its ends are values, and nothing is supposed of their shape."""
    ranked, tail = sorted(values), (1 - confidence) / 2
    below, chance = 0, 0.5 ** len(ranked)
    while chance <= tail and below < len(ranked) // 2:
        below += 1
        chance += math.comb(len(ranked), below) * 0.5 ** len(ranked)
    return ranked[max(0, below - 1)], ranked[len(ranked) - max(1, below)]


def whole_share(gate: str, finding: str) -> dict[str, Any]:
    """Photos a second of raw session.run of gate and finding, against the whole assessment of the same photos.

    Whole: quality check, preparing, both networks and the painted heat map, on one thread, while another decodes.
    """
    both = pack.load(PACKS / gate), pack.load(PACKS / finding)
    photos = [_display(both[0].manifest.modality, seed) for seed in range(6)]
    ready = [working_copy(data) for data in photos]
    raw = _raw(both, ready)
    ways = {
        "raw": lambda: [call() for call in raw], "whole, decode in parallel": lambda: _decoding_ahead(photos, both),
        "whole, already decoded": lambda: [_assessed(rgb, *both) for rgb in ready],
        "decode": lambda: [working_copy(data) for data in photos],
        "raw, two threads": lambda: _two_at_a_time(raw),
        "whole with decode, two threads": lambda: _two_at_a_time([partial(_from_bytes, data, both) for data in photos]),
    }  # fmt: skip
    found = turns(ways, 8)
    per_photo = {name: {k: round(v / len(photos), 2) for k, v in one.items()} for name, one in found.items()}
    whole, alone = found["whole, decode in parallel"], found["whole, already decoded"]
    return {
        "per_photo": per_photo,
        "share_of_raw": round(found["raw"]["ms"] / whole["ms"], 2),
        "share_of_raw_undisturbed": round(found["raw"]["best_ms"] / whole["best_ms"], 2),
        "share_of_raw_on_one_core_by_two_threads": round(
            found["raw"]["best_ms"] / found["whole with decode, two threads"]["best_ms"], 2
        ),
        "share_of_raw_on_two_cores_by_two_threads": round(
            found["raw, two threads"]["best_ms"] / found["whole with decode, two threads"]["best_ms"], 2
        ),
        "share_of_raw_by_processor_time_without_decode": round(found["raw"]["cpu_ms"] / alone["cpu_ms"], 2),
        "aim": "≥ 0.70",
    }


def _two_at_a_time(calls: list[Callable[[], Any]]) -> None:
    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(call) for call in calls]:
            one.result()


def _from_bytes(data: bytes, both: tuple[pack.Pack, pack.Pack]) -> None:
    _assessed(working_copy(data), *both)


def _raw(both: tuple[pack.Pack, pack.Pack], ready: list[np.ndarray]) -> list[Callable[[], Any]]:
    """Nothing but session.run, on tensors prepared before."""
    calls = []
    for one in both:
        manifest = one.manifest
        names = [manifest.output.name, *([manifest.cam.output] if manifest.cam else [])]
        run = session.warm(one, 1).run
        calls += [partial(run, names, {manifest.input.name: prepare(rgb, manifest).tensor}) for rgb in ready]
    return calls


def _decoding_ahead(photos: list[bytes], both: tuple[pack.Pack, pack.Pack]) -> None:
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(working_copy, photos[0])
        for following in [*photos[1:], None]:
            rgb = coming.result()
            if following is not None:
                coming = ahead.submit(working_copy, following)
            _assessed(rgb, *both)


def _display(modality: str, seed: int) -> bytes:
    import cv2

    if modality == "fundus":
        return phone_jpeg(seed, width=2048, height=1536, quality=92)
    _, coded = cv2.imencode(".jpg", draw_chest(seed, size=2048), [cv2.IMWRITE_JPEG_QUALITY, 92])
    return coded.tobytes()


def _assessed(rgb: np.ndarray, gate: pack.Pack, finding: pack.Pack) -> None:
    assess(rgb, gate)
    found = assess(rgb, finding)
    if found.heat is not None:
        saliency.overlay(found.heat, found.frame, rgb.shape[1], rgb.shape[0])


def _many(name: str, threads: int, calls: int) -> float:
    loaded = pack.load(PACKS / name)
    engine = session.warm(loaded, threads)
    feed = {loaded.manifest.input.name: prepare(drawn(loaded.manifest.modality), loaded.manifest).tensor}
    engine.run([loaded.manifest.output.name], feed)
    started = time.perf_counter()
    for _ in range(calls):
        engine.run([loaded.manifest.output.name], feed)
    return calls / (time.perf_counter() - started)


def threads_by_workers(name: str, calls: int = 30) -> dict[str, float]:
    """Forward passes a second of one pack for 1 and 2 threads in 1 and 2 processes, three rounds in turn."""
    grid = [(threads, workers) for threads in (1, 2) for workers in (1, 2)]
    rates: dict[str, list[float]] = {f"{t} thread(s) x {w} worker(s)": [] for t, w in grid}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for _ in range(3):
            for threads, workers in grid:
                running = [pool.submit(_many, name, threads, calls) for _ in range(workers)]
                rates[f"{threads} thread(s) x {workers} worker(s)"].append(sum(one.result() for one in running))
    return {way: round(statistics.median(found), 1) for way, found in rates.items()}


COLD = """
import json, sys, time
started = time.perf_counter()
from pathlib import Path
import numpy as np, psutil
from inference import pack
from inference.assess import assess
imported = time.perf_counter()
loaded = pack.load(Path(sys.argv[1]))
assess(np.full((600, 600, 3), 120, np.uint8), loaded)
first = time.perf_counter()
assess(np.full((600, 600, 3), 120, np.uint8), loaded)
after = time.perf_counter()
print(json.dumps({"import_s": round(imported - started, 2), "load_and_first_s": round(first - imported, 3),
 "next_ms": round(1000 * (after - first), 1), "resident_mb": round(psutil.Process().memory_info().rss / 1e6)}))
"""


def cold(name: str) -> dict[str, Any]:
    """A fresh process: imports, load with every hash checked and first answer, the next answer, memory."""
    done = subprocess.run(
        [sys.executable, "-c", COLD, str(PACKS / name)], capture_output=True, text=True, check=True,
        cwd=PACKS.parent,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def measure() -> dict[str, Any]:
    names = sorted(path.parent.name for path in PACKS.glob("*/manifest.json"))
    report: dict[str, Any] = {}
    for name in names:
        loaded = pack.load(PACKS / name)
        report[name] = {
            "model_kb": round(len(loaded.read(loaded.manifest.model)) / 1000), "engines": engines(loaded),
            "heat_map": heat_share(loaded), "cold": cold(name), "rate_per_second": threads_by_workers(name),
        }  # fmt: skip
    report["whole_assessment"] = {
        modality: whole_share(*pair) for modality, pair in PAIRS.items() if set(pair) <= set(names)
    }
    return report
