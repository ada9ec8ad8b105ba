"""Is a pack's heat map worth looking at? It must come from what was learnt, and lie on the organ. Pure.

A map that hardly changes when the weights are shuffled is an edge detector, not an explanation (Adebayo 2018).
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from inference.admission.shuffle import shuffled
from inference.assess import region, session
from inference.assess.one_picture import assess
from inference.assess.preprocess import prepare
from inference.declared import PackError
from inference.pack import Pack
from inference.thresholds.evidence import LEAST_MAPS

MOST_ALIKE = 0.3
SEEDS = (1, 2, 3)
Pixels = npt.NDArray[np.uint8]
Heat = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sanity:
    """`alike` is the mean rank correlation of the map with the maps of shuffled networks, on the organ; `on_organ` the
    median share of heat on it, None without a rule for the modality; `pictures` how many had heat at all, `without`
    how many had none and so say nothing."""

    alike: float | None
    on_organ: float | None
    pictures: int
    without: int = 0

    @property
    def passed(self) -> bool | None:
        """None: too few pictures to pass judgement."""
        if self.alike is None or self.pictures < LEAST_MAPS:
            return None
        return abs(self.alike) < MOST_ALIKE


def sanity(pack: Pack, pictures: Sequence[Pixels], seeds: Sequence[int] = SEEDS) -> Sanity:
    """Compare the heat map of each picture with those of networks whose weights are shuffled.

    Raises PackError("no_map") where the pack has no activation map.
    """
    if pack.manifest.cam is None:
        raise PackError("no_map", f"{pack.manifest.name} has no activation map to test.")
    model = pack.read(pack.manifest.model)
    strangers = [_plain(shuffled(model, seed)) for seed in seeds]
    alike, on_organ = [], []
    for rgb in pictures:
        found = assess(rgb, pack)
        if found.heat is None or float(found.heat.max()) <= 1e-6:
            continue
        where = _where(rgb, pack, found.heat)
        share = region.heat_on_organ(found.heat, found.frame, rgb, pack.manifest.modality)
        on_organ += [] if share is None else [share]
        tensor = prepare(rgb, pack.manifest).tensor
        alike.append(statistics.mean(_correlation(found.heat, _map(one, pack, tensor), where) for one in strangers))
    return Sanity(
        statistics.mean(alike) if alike else None, statistics.median(on_organ) if on_organ else None, len(alike),
        len(pictures) - len(alike),
    )  # fmt: skip


def on_golden(pack: Pack) -> dict[str, Any] | None:
    """The test on the pack's own golden pictures, as it is kept with the exam; None where it cannot be done.

    Most packs have too few of them for a judgement: then `passed` is None, and nobody is told that the map passed.
    """
    if pack.manifest.cam is None or pack.manifest.input.colour == "PLANES":
        return None
    try:
        found = sanity(pack, [pack.golden(case) for case in pack.manifest.exam.cases])
    except PackError:
        return None  # a network that cannot be shuffled cannot be tested; its exam was passed all the same
    return written(found)


def written(found: Sanity) -> dict[str, Any]:
    """As it stands in a manifest or with an exam."""
    alike, share = (None if one is None else round(one, 4) for one in (found.alike, found.on_organ))
    return {"alike": alike, "on_organ": share, "pictures": found.pictures, "passed": found.passed}


def _where(rgb: Pixels, pack: Pack, heat: Heat) -> npt.NDArray[np.bool_]:
    """The cells on the organ: the black around it is alike in every map, and would count as agreement."""
    mask = region.organ(rgb, pack.manifest.modality)
    whole = np.ones(heat.shape, np.bool_)
    if mask is None:
        return whole
    inside = region.cells(mask, prepare(rgb, pack.manifest).frame, (rgb.shape[1], rgb.shape[0]), heat.shape) > 0.5
    return inside if inside.sum() >= 4 else whole


def _plain(model: bytes) -> ort.InferenceSession:
    try:
        return ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    except session.MODEL_ERRORS as error:
        raise PackError("not_onnx", f"The shuffled model does not load: {str(error)[:200]}") from error


def _map(engine: ort.InferenceSession, pack: Pack, tensor: npt.NDArray[np.float32]) -> Heat:
    name = pack.manifest.cam.output if pack.manifest.cam else ""
    try:
        answer = engine.run([name], {pack.manifest.input.name: tensor})[0]
    except session.MODEL_ERRORS as error:
        raise PackError("model_broken", f"The shuffled model fails to run: {str(error)[:200]}") from error
    return np.asarray(answer, np.float32).reshape(answer.shape[-2:])


def _correlation(one: Heat, other: Heat, where: npt.NDArray[np.bool_]) -> float:
    """Spearman's; 0 where either map is flat: a flat map agrees with nothing."""
    first, second = _ranks(one[where]), _ranks(np.nan_to_num(other)[where])
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place], np.float64)
