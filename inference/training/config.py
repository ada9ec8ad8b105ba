"""A training run is one small TOML file: what it reads, what it builds, how long it learns, from which seed."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "configs"
DATA = Path(__file__).parents[2].parent / "shared" / "data"
WORK = Path(__file__).parents[2] / "scratch" / "training"


@dataclass(frozen=True, slots=True)
class Config:
    """One run. `size` is the side of the square the network sees; `rate` the highest learning rate.

    `draw_first` epochs learn drawn lesions only; afterwards each batch holds `draw_share` of them.
    `stop_after` ends a run early on purpose (None: the whole plan).
    """

    name: str
    pack: str
    task: str
    size: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    epochs: int
    seed: int = 1
    batch: int = 32
    rate: float = 2e-3
    decay: float = 0.02
    keep: float = 0.998
    dropout: float = 0.2
    mixup: float = 0.0
    smoothing: float = 0.0
    draw_first: int = 0
    draw_share: float = 0.0
    draw_weight: float = 0.5
    output_weights: tuple[float, ...] = ()
    start_from: str = ""
    threads: int = 2
    options: dict[str, Any] = field(default_factory=dict)


def read(path: Path) -> Config:
    """Read a TOML file into a Config. Raises KeyError on an unknown or missing setting."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {each.name for each in fields(Config)}
    if unknown := set(values) - known:
        raise KeyError(f"{path.name}: unknown settings {sorted(unknown)}")
    for name in ("widths", "depths", "output_weights"):
        if name in values:
            values[name] = tuple(values[name])
    return Config(**values)
