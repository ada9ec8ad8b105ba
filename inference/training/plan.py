"""What a pack is made of: which runs, what it promises, whom it is for. One TOML file per pack."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "packs"
PACKS = Path(__file__).parents[2] / "packs"


@dataclass(frozen=True, slots=True)
class Plan:
    """A pack to publish. `runs` are names of run configurations whose networks are averaged.

    `flips` are the axes mirrored for each pass (3: left to right, 2: top to bottom). `shown` is the output whose
    activation map is exported. `outputs` are those that become labels. `anchor` is the place of "referable" where
    outputs are "at least grade k", else -1. `target` is the wanted sensitivity, 0 for a gate.
    `options` outrank those of the runs when the pack is measured. `operating_classes` are the kinds of picture the
    operating point is stated for, each with the words by which its evidence differs from the validation data ("": it is
    of that very kind). `finish` is what `manage.py finish_pack` measures once the pack is written (see there).
    """

    name: str
    version: str
    title: str
    modality: str
    purpose: str
    licence: str
    intended_use: str
    not_intended_for: str
    training_data: list[dict[str, Any]]
    capture_classes: list[str]
    age_range: list[float] | None
    runs: list[str]
    labels: list[str]
    positive: list[str]
    kind: str
    activation: str
    outputs: list[int]
    chosen: str
    failures: list[str]
    flips: list[list[int]]
    shown: int = 0
    anchor: int = -1
    target: float = 0.0
    operating_label: str = ""
    operating_classes: dict[str, str] = field(default_factory=dict)
    latency_budget_ms: float = 150.0
    tolerance: float = 0.001
    options: dict[str, Any] = field(default_factory=dict)
    finish: dict[str, Any] = field(default_factory=dict)


def read(path: Path) -> Plan:
    """Read a TOML file into a Plan. Raises KeyError on an unknown setting."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    if unknown := set(values) - {each.name for each in fields(Plan)}:
        raise KeyError(f"{path.name}: unknown settings {sorted(unknown)}")
    values.setdefault("age_range", None)
    return Plan(**values)
