"""One photo, one model, one forward pass: scores, verdict on quality, heat map. No database."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference import gradability, session
from inference.calibration import activate
from inference.gradability import Gradability
from inference.manifest import OutputSpec
from inference.pack import Pack
from inference.preprocess import Frame, prepare
from inference.table import PackError


@dataclass(frozen=True)
class Assessment:
    """What one model said of one photo.

    `scores` has one activated value per label; `score` adds those of the positive labels (0..1 for softmax and
    sigmoid). `gradability` is given by gate packs only. `heat` is float32 [h, w] of raw activation over `frame`,
    where the pack has a class activation map.
    """

    pack_sha256: str
    scores: Mapping[str, float]
    score: float
    gradability: Gradability | None
    heat: npt.NDArray[np.float32] | None
    frame: Frame
    milliseconds: float


def assess(rgb: npt.NDArray[np.uint8], pack: Pack) -> Assessment:
    """Assess a photo, uint8 RGB [height, width, 3]. The same photo and pack give the same numbers.

    Raises PackError where the model cannot be loaded, breaks, or answers with something else than its manifest says.
    """
    started = time.perf_counter()
    manifest = pack.manifest
    prepared = prepare(rgb, manifest)
    raw, heat = _forward(pack, prepared.tensor)
    scores = _scores(raw, manifest.output)
    verdict = gradability.judge(rgb, manifest.modality, scores) if manifest.purpose == "gate" else None
    score = sum(scores[label] for label in manifest.output.positive)
    elapsed = 1000 * (time.perf_counter() - started)
    return Assessment(pack.sha256, scores, score, verdict, heat, prepared.frame, elapsed)


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


def _scores(raw: npt.NDArray[np.float32], output: OutputSpec) -> dict[str, float]:
    values = np.asarray(raw, np.float64).reshape(-1)
    if values.size != len(output.labels):
        raise PackError("labels_mismatch", f"The model gave {values.size} values for {len(output.labels)} labels.")
    if not np.isfinite(values).all():
        # A model that overflows has no opinion: that must never look like a low score.
        raise PackError("model_broken", "The model gave a value that is not a number.")
    return dict(zip(output.labels, activate(values, output.activation, output.temperature).tolist(), strict=True))


def _plane(cam: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if cam.ndim not in (3, 4) or cam.size != cam.shape[-1] * cam.shape[-2] or not np.isfinite(cam).all():
        raise PackError("model_broken", f"The activation map has shape {list(cam.shape)}, or is not finite.")
    return np.asarray(cam, np.float32).reshape(cam.shape[-2:])
