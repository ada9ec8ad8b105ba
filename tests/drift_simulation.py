"""How often the drift watch cries wolf, and how soon it sees a real change: `python -m tests.drift_simulation`.

Streams of drawn cases, looked at after every single one, all windows, exactly as the watch does.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
from scipy.ndimage import minimum_filter1d

from inference import drift

Draw = Callable[[np.random.Generator, int], np.ndarray]
STREAM = 10_000
QUALITY = [0.82, 0.08, 0.05, 0.03, 0.02]


def scores(mean: float = -2.0, spread: float = 1.2) -> Draw:
    """Scores of a calibrated model: a normal logit."""
    return lambda rng, n: 1 / (1 + np.exp(-rng.normal(mean, spread, n)))


def kinds(*shares: float) -> Draw:
    return lambda rng, n: rng.choice(len(shares), n, p=shares)


NULL: dict[str, Draw] = {"score": scores(), "quality": kinds(*QUALITY), "capture": kinds(0.9, 0.1)}
TRENDS = {"score", "quality"}  # where the watch looks at the trend too
PLANTED: dict[str, tuple[str, Draw]] = {
    "scores up by one deviation": ("score", scores(-0.8)),
    "scores down by three quarters": ("score", scores(-2.9)),
    "scores up by half a deviation": ("score", scores(-1.4)),
    "ungradable 18 to 50 %": ("quality", kinds(0.50, 0.40, 0.05, 0.03, 0.02)),
    "ungradable 18 to 36 %": ("quality", kinds(0.64, 0.16, 0.10, 0.06, 0.04)),
    "other camera 10 to 50 %": ("capture", kinds(0.5, 0.5)),
    "other camera 10 to 30 %": ("capture", kinds(0.7, 0.3)),
}


def alarmed(reference: np.ndarray, recent: np.ndarray, measure: str) -> np.ndarray:
    """Whether the watch would be in alarm after each recent case: bool [len(recent)]."""
    return by_index(reference, recent) | (by_trend(reference, recent, measure) if measure in TRENDS else False)


def by_trend(reference: np.ndarray, recent: np.ndarray, measure: str) -> np.ndarray:
    if measure == "quality":
        return crept(drift.share_steps(reference != 0, recent != 0), drift.SHARE_LIMIT)
    steps = drift.score_steps(reference, recent)
    return crept(steps - drift.SLACK, drift.SCORE_LIMIT) | crept(-steps - drift.SLACK, drift.SCORE_LIMIT)


def crept(steps: np.ndarray, allowed: float) -> np.ndarray:
    """After each case, whether the largest sum of the last 1 to 200 steps is over the limit."""
    window = max(drift.WINDOWS)
    sums = np.concatenate([np.full(window, np.inf), [0.0], np.cumsum(steps)])
    lowest = minimum_filter1d(sums, window, origin=(window - 1) // 2, mode="nearest")  # of the window ending there
    return sums[window + 1 :] - lowest[window:-1] > allowed


def by_index(reference: np.ndarray, recent: np.ndarray) -> np.ndarray:
    if reference.dtype.kind == "f":
        cuts = drift.edges(reference)
        before, now, bins = drift.binned(reference, cuts), drift.binned(recent, cuts), len(cuts) + 1
    else:
        before, now, bins = reference, recent, int(reference.max()) + 2
        now = np.minimum(now, bins - 1)
    counts, hit = np.bincount(before, minlength=bins), np.zeros(len(now), bool)
    run = np.vstack([np.zeros((1, bins)), np.eye(bins)[now].cumsum(axis=0)])
    for window in drift.WINDOWS:
        index = drift.psi(counts, run[window:] - run[:-window])
        hit[window - 1 :] |= index > drift.limit(len(before), window, bins)
    return hit


def false_alarms(name: str, streams: int, seed: int = 1) -> int:
    """Alarms in `streams` x 10,000 cases in which nothing changes. Each is answered at once: the watch looks at what
    comes after it alone, as in the product."""
    rng, found = np.random.default_rng(seed), 0
    for _ in range(streams):
        before, coming = NULL[name](rng, drift.REFERENCE), NULL[name](rng, STREAM)
        while (at := np.flatnonzero(alarmed(before, coming, name))).size:
            found, coming = found + 1, coming[at[0] + 1 :]
    return found


def delays(name: str, times: int, seed: int = 2) -> np.ndarray:
    """Cases from the change to the alarm, each time; 401 where 400 were not enough."""
    measure, changed = PLANTED[name]
    rng, found = np.random.default_rng(seed), []
    for _ in range(times):
        before = NULL[measure](rng, drift.REFERENCE + 200)
        recent = np.concatenate([before[drift.REFERENCE :], changed(rng, 400)])
        at = np.flatnonzero(alarmed(before[: drift.REFERENCE], recent, measure)[200:])
        found.append(int(at[0]) + 1 if at.size else 401)
    return np.array(found)


def figures(streams: int = 200, times: int = 500) -> dict[str, object]:
    false = {name: false_alarms(name, streams) for name in NULL}
    seen = {name: delays(name, times) for name in PLANTED}
    return {
        "false_alarms": false, "cases_per_measure": streams * STREAM,
        "false_alarms_per_10000_cases_all_measures": round(sum(false.values()) / streams, 3),
        "planted": {
            name: {"median_cases": int(np.median(d)), "p95_cases": int(np.quantile(d, 0.95)),
                   "share_within_200": round(float((d <= 200).mean()), 3)}
            for name, d in seen.items()
        },
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(figures(), indent=1))
