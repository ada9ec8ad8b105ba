"""How often the 95 % interval of an area holds the true area: `python -m tests.inference.statistics.coverage [DRAWS]`.

Populations are mixtures of the ill who are told from the well with ease and of those who are missed outright: told not
at all (they score like the well), or below everybody. One line a population and size, as JSON.
"""

from __future__ import annotations

import json
import sys

import numpy as np

from inference.statistics.areas import area, auc

WELL = 200
# name -> (mean of the ill who are told, share who are missed, where the missed score: like the well, or below all)
POPULATIONS = {
    "two normals, 0.85": (1.466, 0.0, 0.0),
    "5 % told not at all": (4.0, 0.05, 0.0),
    "10 % told not at all": (3.0, 0.10, 0.0),
    "5 % below everybody": (4.0, 0.05, -9.0),
    "10 % below everybody": (3.0, 0.10, -9.0),
}


def drawn(rng: np.random.Generator, ill: int, well: int, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Scores and truth of one draw."""
    mean, share, where = POPULATIONS[name]
    missed = rng.random(ill) < share
    scores = np.where(missed, rng.normal(where, 1.0, ill), rng.normal(mean, 1.0, ill))
    return np.concatenate([scores, rng.normal(0.0, 1.0, well)]), np.arange(ill + well) < ill


def held(name: str, ill: int, draws: int) -> float:
    """The share of draws whose interval holds the area of 40,000 people of the population."""
    rng = np.random.default_rng(20)
    true = auc(*drawn(rng, 20_000, 20_000, name))
    found = (area(*drawn(rng, ill, WELL, name)) for _ in range(draws))
    return sum(one.low <= true <= one.high for one in found) / draws


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for name in POPULATIONS:
        for ill in (10, 20, 40, 80):
            print(json.dumps({"population": name, "ill": ill, "well": WELL, "held": round(held(name, ill, draws), 3)}))


if __name__ == "__main__":
    main()
