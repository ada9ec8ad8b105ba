"""Pictures in tiles: which ways of looking there are, rendered the first time somebody asks, kept by hash."""

from __future__ import annotations

import logging
import re
from typing import Any

from django.core.files.storage import default_storage

from inference import blobs
from screening import photo
from screening.models import Image
from screening.photo import pyramid
from screening.photo.sealed_original import SealBroken
from screening.visit.pictures import original_bytes

logger = logging.getLogger(__name__)
WINDOW = re.compile(r"w(-?\d{1,6})_(\d{1,6})")
FILM = re.compile(r"film([0-7])")
PRESETS = ("lung", "soft", "bone")
SMALL_COPY = photo.Limits.display_edge  # pixels: longer pictures are looked at in tiles
STEPS = 64  # windows are rendered and kept; between the steps the browser's own contrast does the rest


class NoSuchWay(Exception):
    """This picture cannot be shown that way."""


def is_deep(image: Image) -> bool:
    """Whether the film's 16 bits were kept, so that windows can be rendered from them."""
    return bool(image.dicom and image.dicom["bits_stored"] > 8)


def is_large(image: Image) -> bool:
    """Whether the small copy that is on the screen first has fewer pixels than the picture itself."""
    return max(image.width, image.height) > SMALL_COPY


def film_facts(image: Image) -> dict[str, str]:
    """What the viewer needs of a film's header: "deep" (lowest and highest value, centre, width), "spacing" in mm
    per row and column and "spacing_from", "position" (AP or PA). Empty where the file says nothing."""
    facts = image.dicom or {}
    said = {"position": facts.get("view_position") or "", "deep": "", "spacing": "", "spacing_from": ""}
    if spacing := facts.get("pixel_spacing"):
        said |= {"spacing": f"{spacing[0]},{spacing[1]}", "spacing_from": facts.get("spacing_from") or ""}
    if is_deep(image):
        ends = (facts["deep_offset"], facts["deep_offset"] + facts["deep_scale"] * ((1 << facts["bits_stored"]) - 1))
        low, high = min(ends), max(ends)
        centre, width = (facts["windows"] or [((low + high) / 2, high - low)])[0]
        said["deep"] = ",".join(str(round(number)) for number in (low, high, centre, width))
    return said


def stepped(image: Image, centre: float, width: float) -> str:
    """The way nearest to a window, on a grid of 64 steps of the film's own range. Raises NoSuchWay."""
    if not is_deep(image):
        raise NoSuchWay
    facts = image.dicom or {}
    step = max(1, round(abs(facts["deep_scale"]) * (1 << facts["bits_stored"]) / STEPS))
    return f"w{round(centre / step) * step}_{max(step, round(width / step) * step)}"


def ensure(image: Image, way: str) -> dict[str, Any]:
    """Render the tiles unless they are there; what their file says of itself.

    Raises NoSuchWay, and FileNotFoundError where the picture's own file cannot be opened.
    """
    how = _how(image, way)
    name = blobs.tiles(image.display_sha256, way)
    if not blobs.exists(name):
        blobs.put(name, _render(image, how))
    with default_storage.open(name) as file:
        return pyramid.header(file)


def tile(image: Image, way: str, level: int, x: int, y: int) -> bytes:
    """One tile that was rendered before. Raises FileNotFoundError."""
    try:
        with default_storage.open(blobs.tiles(image.display_sha256, way)) as file:
            return pyramid.tile(file, level, x, y)
    except pyramid.NotTiles:
        raise FileNotFoundError from None


def _render(image: Image, how: dict[str, Any]) -> bytes:
    try:
        data = blobs.get(blobs.deep(image.display_sha256)) if how["way"] == "window" else original_bytes(image)
        return photo.tiles(data, how)
    except (SealBroken, photo.PhotoRefused):
        logger.exception("image %s cannot be cut into tiles", image.pk)
        raise FileNotFoundError from None


def _how(image: Image, way: str) -> dict[str, Any]:
    """What the decoder is asked for. Raises NoSuchWay."""
    if way in ("original", "clahe"):
        return {"way": way}
    if not is_deep(image):
        raise NoSuchWay
    facts = image.dicom or {}
    base = {"way": "window", "scale": facts["deep_scale"], "offset": facts["deep_offset"],
            "inverted": facts["photometric"] == "MONOCHROME1"}  # fmt: skip
    if way in PRESETS:
        return {**base, "preset": way}
    if (film := FILM.fullmatch(way)) and int(film[1]) < len(facts["windows"]):
        centre, width = facts["windows"][int(film[1])]
        return {**base, "centre": centre, "width": width}
    if (window := WINDOW.fullmatch(way)) and way == stepped(image, float(window[1]), float(window[2])):
        return {**base, "centre": float(window[1]), "width": float(window[2])}
    raise NoSuchWay
