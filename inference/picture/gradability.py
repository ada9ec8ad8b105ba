"""Is this photo fit to grade, and if not, why? Measured checks, merged with a gate model's scores if there are any.

Limits were set on DRIMDB, EyePACS with EyeQ grades, NIH ChestX-ray14 and generated damage; the tests hold the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from inference.picture.field import FieldOfView, brightest, dimmest, field_of_view, levels, percentile

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

# Detail is measured at this size, so that the same photo has the same measures from any camera.
WORKING_SIDE = 384
# As a share of the field's width.
RIM = 15 / 384
# The referable-DR development photos are 400 px; below that nothing was measured, and small lesions are gone.
SMALLEST_SIDE = 400
GATE_LIMIT = 0.5

DARK_MEDIAN, DARK_PIXEL, DARK_SHARE = 35.0, 40, 0.35
BRIGHT_MEDIAN, BURNT_PIXEL, BURNT_SHARE = 200.0, 235, 0.30
WHITE_PIXEL, WHITE_SHARE = 200, 0.05
# A gate model has learnt what is blurred but usable; without one the measured limit has to be the stricter.
FUNDUS_DETAIL, FUNDUS_DETAIL_WITH_GATE, TOO_MUCH_DETAIL = 1.1, 0.8, 6.0
LEAST_WARMTH = 3.0
LEAST_DISC_SEEN, LEAST_DISC_LIT = 0.55, 0.80
FILM_SHARPNESS, FILM_CONTRAST, FILM_DARK = 0.24, 12.0, 50.0
MOST_COLOUR, MOST_FLAT = 45.0, 0.30


@dataclass(frozen=True)
class Gradability:
    """The verdict. `reason` is None exactly where the photo is gradable, else one of: not_retina, not_chest, blurred,
    too_dark, too_bright, glare, field_cut_off, too_small, ungradable. `measures` are what it rests on."""

    gradable: bool
    reason: str | None
    measures: Mapping[str, float]


def judge(rgb: Pixels, modality: str, gate_scores: Mapping[str, float] | None) -> Gradability:
    """Judge an RGB uint8 [height, width, 3] photo of a modality, as its pack's manifest names it (see `CHECKS`).

    `gate_scores` are a gate pack's activated scores by label; None without a gate.
    """
    scores = dict(gate_scores or {})
    pixels = rgb if rgb.ndim == 3 else np.dstack([rgb] * 3)
    checks = CHECKS.get(modality, LIGHT)
    measures = checks.measure(pixels)
    reason = checks.reason(measures, gated=bool(scores))
    # Too few pixels also look blurred, but only another setting or camera cures them.
    reason = _small(measures) or reason
    refused = _gate(scores)
    # A gate that sees something else than a retina or a chest outranks its light; else the measured reason says more.
    if refused and (reason is None or refused.startswith("not_")):
        reason = refused
    return Gradability(reason is None, reason, measures | {f"gate_{label}": value for label, value in scores.items()})


def _gate(scores: Mapping[str, float]) -> str | None:
    if not scores or scores.get("gradable", 0.0) >= GATE_LIMIT:
        return None
    others = [label for label in scores if label != "gradable"]
    return max(others, key=lambda label: scores[label]) if others else "ungradable"


def _small(measures: Mapping[str, float]) -> str | None:
    return "too_small" if measures["side"] < SMALLEST_SIDE else None


def _light(measures: Mapping[str, float]) -> str | None:
    if measures["light"] < DARK_MEDIAN or measures["dark_share"] > DARK_SHARE:
        return "too_dark"
    if measures["light"] > BRIGHT_MEDIAN or measures["burnt_share"] > BURNT_SHARE:
        return "too_bright"
    return None


def _light_reason(measures: Mapping[str, float], *, gated: bool) -> str | None:
    return _light(measures)


def _fundus_reason(measures: Mapping[str, float], *, gated: bool) -> str | None:
    if dark_or_bright := _light(measures):
        return dark_or_bright
    if measures["warmth"] < LEAST_WARMTH or measures["detail"] > TOO_MUCH_DETAIL:
        return "not_retina"
    if measures["white_share"] > WHITE_SHARE:
        return "glare"
    if measures["disc_seen"] < LEAST_DISC_SEEN or measures["disc_lit"] < LEAST_DISC_LIT:
        return "field_cut_off"
    return "blurred" if measures["detail"] < (FUNDUS_DETAIL_WITH_GATE if gated else FUNDUS_DETAIL) else None


def _film_reason(measures: Mapping[str, float], *, gated: bool) -> str | None:
    if measures["colour"] > MOST_COLOUR or measures["detail"] > TOO_MUCH_DETAIL:
        return "not_chest"
    if measures["burnt_share"] > BURNT_SHARE:
        return "too_bright"
    if measures["flat_share"] > MOST_FLAT:
        return "not_chest"
    if measures["light"] < FILM_DARK:
        return "too_dark"
    if measures["sharpness"] < FILM_SHARPNESS or measures["contrast"] < FILM_CONTRAST:
        return "blurred"
    return None


def _fundus_measures(rgb: Pixels) -> dict[str, float]:
    field = field_of_view(rgb)
    box, cut = field.box, _box_in(field, rgb.shape)
    # Light and colour need no detail, so the copy in which the field was found will do.
    small, inner = np.ascontiguousarray(field.small[cut]), _inside(field.mask[cut])
    green = _working(np.asarray(cv2.extractChannel(rgb[box.y0 : box.y1, box.x0 : box.x1], 1), np.uint8))
    fine = _blur(green.astype(np.float32), 1.0) - _blur(green.astype(np.float32), 2.0)
    sharp = cv2.resize(inner, green.shape[::-1], interpolation=cv2.INTER_NEAREST)
    warmth = cv2.subtract(small[:, :, 0], small[:, :, 2], dtype=cv2.CV_16S)
    return {
        "side": float(min(rgb.shape[:2])),
        **_light_measures(small, inner),
        "white_share": _share(levels(dimmest(small), inner), WHITE_PIXEL + 1),
        "detail": float(fine[sharp > 0].std()),
        "warmth": float(np.median(warmth[inner > 0])),
        **_disc_measures(field),
    }


def _film_measures(rgb: Pixels) -> dict[str, float]:
    small = _working(_one_plane_if_alike(rgb))
    height, width = small.shape[:2]
    # Markers, names and the edge of the light-box lie along the border.
    small = np.ascontiguousarray(small[height // 12 : height - height // 12, width // 12 : width - width // 12])
    gray = _gray(small)
    plane = gray.astype(np.float32)
    blurred = _blur(plane, 2.0)
    fine, coarse = float((_blur(plane, 1.0) - blurred).std()), float((blurred - _blur(plane, 6.0)).std())
    return {
        "side": float(min(rgb.shape[:2])),
        **_light_measures(small, None),
        "detail": fine,
        "sharpness": fine / max(coarse, 1e-6),
        "contrast": float(plane.std()),
        "colour": 0.0 if small.ndim == 2 else float((brightest(small) - dimmest(small)).mean()),
        "flat_share": float(levels(gray).max() / gray.size),
    }


def _one_plane_if_alike(rgb: Pixels) -> Pixels:
    """One plane [height, width] of a picture without any colour, as nearly every film is; else the picture."""
    red, green, blue = cv2.split(rgb)
    return (
        rgb if cv2.norm(red, green, cv2.NORM_INF) or cv2.norm(green, blue, cv2.NORM_INF) else np.asarray(red, np.uint8)
    )


def _gray(picture: Pixels) -> Pixels:
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _light_measures(small: Pixels, inner: Pixels | None) -> dict[str, float]:
    gray = levels(_gray(small), inner)
    return {
        "light": percentile(gray, 50),
        "dark_share": _share(levels(brightest(small), inner), 0, DARK_PIXEL),
        "burnt_share": _share(gray, BURNT_PIXEL + 1),
    }


def _share(counts: npt.NDArray[np.float64], first: int, beyond: int = 256) -> float:
    """The share of pixels from the level `first` on, and below `beyond`."""
    return float(counts[first:beyond].sum() / counts.sum())


def _working(picture: Pixels) -> Pixels:
    scale = WORKING_SIDE / max(picture.shape[:2])
    size = (max(24, round(picture.shape[1] * scale)), max(24, round(picture.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def _box_in(field: FieldOfView, photo: tuple[int, ...]) -> tuple[slice, slice]:
    """Where the field's box lies in its mask: rows and columns."""
    down, across = field.mask.shape[0] / photo[0], field.mask.shape[1] / photo[1]
    box = field.box
    rows = slice(int(box.y0 * down), max(int(box.y0 * down) + 1, round(box.y1 * down)))
    return rows, slice(int(box.x0 * across), max(int(box.x0 * across) + 1, round(box.x1 * across)))


def _inside(mask: Mask) -> Pixels:
    """1 within the field but its rim, which is sharp in every photo and would hide blur; uint8 [h, w]."""
    ringed = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    rim = RIM * max(mask.shape)
    # The distance to the dark says the same as eroding by a disc, at a tenth of the cost.
    inner = (cv2.distanceTransform(ringed, cv2.DIST_L2, 5) > rim)[1:-1, 1:-1]
    return np.ascontiguousarray(inner if inner.any() else np.ones(mask.shape), np.uint8)


def _blur(plane: npt.NDArray[np.float32], sigma: float) -> npt.NDArray[np.float32]:
    """Structures larger than `sigma` working pixels; what lies between two of these is a band of sizes."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)


def _disc_measures(field: FieldOfView) -> dict[str, float]:
    """`disc_seen`: the field's share of the smallest circle around it; `disc_lit`: of that circle within the picture.

    1 for a whole disc. A camera that trims its picture lowers only the first (0.61 for a full 4:3 frame); a lid, a
    shadow or a badly placed pupil lowers both.
    """
    if not field.found:
        return {"disc_seen": 1.0, "disc_lit": 1.0}
    outlines, _ = cv2.findContours(field.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    (x, y), radius = cv2.minEnclosingCircle(cv2.convexHull(np.concatenate(outlines)).astype(np.float32))
    down, across = np.ogrid[: field.mask.shape[0], : field.mask.shape[1]]
    circle = (across - x) ** 2 + (down - y) ** 2 <= radius**2
    area = float(field.mask.sum())
    return {"disc_seen": min(1.0, area / (np.pi * radius**2)), "disc_lit": min(1.0, area / float(circle.sum()))}


class Reason(Protocol):
    """Why the photo these measures are of cannot be graded; `gated`: a model judges it too."""

    def __call__(self, measures: Mapping[str, float], *, gated: bool) -> str | None: ...


@dataclass(frozen=True)
class Checks:
    """What is measured of one kind of picture without a model, and what the measures forbid."""

    measure: Callable[[Pixels], dict[str, float]]
    reason: Reason


# What can be checked of any picture; then the kinds of which more was measured, by the modality in the pack's manifest.
LIGHT = Checks(_film_measures, _light_reason)
CHECKS: Mapping[str, Checks] = {
    "fundus": Checks(_fundus_measures, _fundus_reason),
    "chest": Checks(_film_measures, _film_reason),
}
