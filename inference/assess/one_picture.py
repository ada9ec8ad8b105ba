"""One picture, one model, one forward pass: scores, verdict on quality, heat map. No database."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inference.assess import session
from inference.assess.preprocess import Frame, prepare
from inference.declared import PackError
from inference.pack import Pack, outputs
from inference.pack.manifest import Manifest
from inference.picture import gradability
from inference.picture.gradability import Gradability
from inference.picture.planes import Picture, viewable


@dataclass(frozen=True)
class Assessment:
    """What one model said of one picture.

    `scores` has one value per label (see `answers.Answer`); `score` adds those of the positive labels (0..1), None
    where the pack has none. `gradability` is given by gate packs only. `heat` is float32 [h, w] of raw activation
    over `frame`, where the pack has a class activation map, or marks something. `masks` is given by mask packs.
    """

    pack_sha256: str
    scores: Mapping[str, float]
    score: float | None
    gradability: Gradability | None
    heat: npt.NDArray[np.float32] | None
    frame: Frame
    milliseconds: float
    masks: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)


def assess(picture: Picture, pack: Pack) -> Assessment:
    """Assess a picture. The same picture and pack give the same numbers.

    RGB [height, width, 3], gray [height, width], or planes (channels, slices) [height, width, n]; uint8, uint16 or
    float32. Raises PackError where the model cannot be loaded, breaks, or answers with something else than its
    manifest says.
    """
    started = time.perf_counter()
    manifest = pack.manifest
    prepared = prepare(picture, manifest)
    raw, heat = _forward(pack, prepared.tensor)
    said = outputs.read(raw, manifest.output, manifest.input.layout)
    if heat is None and said.masks:
        heat = outputs.highlight(raw, manifest.output, manifest.input.layout)
    verdict = _verdict(picture, manifest, said.values)
    elapsed = 1000 * (time.perf_counter() - started)
    return Assessment(pack.sha256, said.values, said.score, verdict, heat, prepared.frame, elapsed, said.masks)


def _verdict(picture: Picture, manifest: Manifest, scores: Mapping[str, float]) -> Gradability | None:
    if manifest.purpose != "gate":
        return None
    return gradability.judge(viewable(picture), manifest.modality, scores)


def _forward(
    pack: Pack, tensor: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
    manifest = pack.manifest
    wanted = [manifest.output.name, *([manifest.cam.output] if manifest.cam else [])]
    engine = session.warm(pack)
    try:
        answers = engine.run(wanted, {manifest.input.name: tensor})
    except session.MODEL_ERRORS as error:
        raise PackError("model_broken", f"The model fails to run: {str(error)[:300]}") from error
    return answers[0], _plane(answers[1]) if manifest.cam else None


def _plane(cam: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if cam.ndim not in (3, 4) or cam.size != cam.shape[-1] * cam.shape[-2] or not np.isfinite(cam).all():
        raise PackError("model_broken", f"The activation map has shape {list(cam.shape)}, or is not finite.")
    return np.asarray(cam, np.float32).reshape(cam.shape[-2:])
