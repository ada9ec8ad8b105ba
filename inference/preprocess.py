"""Pixels to tensor, by the fixed vocabulary of a pack's manifest. Training and assessment both use this module."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.field import Box, field_of_view
from inference.manifest import InputSpec, Manifest, Step

Pixels = npt.NDArray[np.uint8]
Tensor = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """What the model saw: a rectangle in photo pixels. It may reach beyond the photo where padding was added."""

    x0: float
    y0: float
    x1: float
    y1: float

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        """A point of the model's input, each coordinate from 0 to 1, in photo pixels."""
        return self.x0 + x * (self.x1 - self.x0), self.y0 + y * (self.y1 - self.y0)


@dataclass(frozen=True)
class Prepared:
    """`tensor` float32 [1,C,H,W] or [1,H,W,C] as the pack's layout says; `frame` where it lies in the photo."""

    tensor: Tensor
    frame: Frame


# Twice the input of any model here: a larger picture is halved while it is decoded, at a third of the cost.
WORKING_EDGE = 1600


def working_copy(data: bytes) -> npt.NDArray[np.uint8]:
    """A cleaned photo (JPEG bytes) as RGB uint8 [height, width, 3], at half size if an edge exceeds WORKING_EDGE.

    All models and the quality check work on this copy, so a photo gives the same numbers wherever it is assessed.
    Raises ValueError when the bytes do not decode.
    """
    coded = np.frombuffer(data, np.uint8)
    bgr = cv2.imdecode(coded, cv2.IMREAD_REDUCED_COLOR_2) if coded.size else None
    if bgr is not None and 2 * max(bgr.shape[:2]) <= WORKING_EDGE:
        bgr = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("does not decode")
    return np.ascontiguousarray(bgr[:, :, ::-1], dtype=np.uint8)


def prepare(rgb: Pixels, manifest: Manifest) -> Prepared:
    """Turn an RGB photo, uint8 [height, width, 3] or gray [height, width], into the model's input."""
    pixels = _channels(rgb, "RGB")
    picture, frame = shape_pixels(pixels, manifest.preprocessing)
    tensor = to_tensor(picture, manifest.input, manifest.preprocessing)
    return Prepared(tensor, frame)


def shape_pixels(rgb: Pixels, steps: tuple[Step, ...]) -> tuple[Pixels, Frame]:
    """Run the steps that work on pixels (all but scale and normalise). Returns uint8 RGB or gray, and its frame."""
    picture, frame = rgb, Frame(0.0, 0.0, float(rgb.shape[1]), float(rgb.shape[0]))
    for step in steps:
        picture, frame = _pixel_step(picture, frame, step)
    return picture, frame


def to_tensor(picture: Pixels, spec: InputSpec, steps: tuple[Step, ...]) -> Tensor:
    """Order the channels, then scale and normalise. `picture` is uint8 RGB or gray, already of the input's size."""
    values = _channels(picture, spec.colour).astype(np.float32)
    for step in steps:
        if step.name == "scale":
            values /= np.float32(step.number("divide"))
        elif step.name == "normalise":
            values -= np.array(step.numbers["mean"], np.float32)
            values /= np.array(step.numbers["std"], np.float32)
    if spec.layout == "NCHW":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[None])


def crop(picture: Pixels, frame: Frame, box: Box) -> tuple[Pixels, Frame]:
    """Cut a box (pixels of `picture`) out; the frame shrinks with it."""
    height, width = picture.shape[:2]
    x0, y0 = frame.to_photo(box.x0 / width, box.y0 / height)
    x1, y1 = frame.to_photo(box.x1 / width, box.y1 / height)
    return picture[box.y0 : box.y1, box.x0 : box.x1], Frame(x0, y0, x1, y1)


def pad_square(picture: Pixels, frame: Frame) -> tuple[Pixels, Frame]:
    """Centre the picture in a black square."""
    height, width = picture.shape[:2]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    across, down = (frame.x1 - frame.x0) / width, (frame.y1 - frame.y0) / height
    padded = cv2.copyMakeBorder(
        picture, top, side - height - top, left, side - width - left, cv2.BORDER_CONSTANT, value=(0, 0, 0)
    )
    x0, y0 = frame.x0 - left * across, frame.y0 - top * down
    return np.asarray(padded, np.uint8), Frame(x0, y0, x0 + side * across, y0 + side * down)


def border_crop(picture: Pixels, frame: Frame, fraction: float) -> tuple[Pixels, Frame]:
    """Cut `fraction` of each side off (0.08: the middle 84 % stays): markers, collimator edges, hospital names."""
    height, width = picture.shape[:2]
    x, y = round(width * fraction), round(height * fraction)
    return crop(picture, frame, Box(x, y, width - x, height - y))


def resize(picture: Pixels, width: int, height: int) -> Pixels:
    """Resize to exactly width x height, averaging areas when shrinking so that nothing is skipped."""
    shrinks = picture.shape[0] >= height and picture.shape[1] >= width
    scaled = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(scaled, np.uint8)


def equalise(picture: Pixels) -> Pixels:
    """Equalise each channel's histogram over the whole picture, exactly as PIL.ImageOps.equalize does."""
    if picture.ndim == 2:
        return np.asarray(cv2.LUT(picture, _equal(picture)), np.uint8)
    channels = [np.asarray(one, np.uint8) for one in cv2.split(picture)]
    return np.asarray(cv2.merge([cv2.LUT(one, _equal(one)) for one in channels]), np.uint8)


def clahe(picture: Pixels, clip: float, grid: int) -> Pixels:
    """Contrast-limited adaptive equalisation of the lightness, on a grid x grid raster."""
    engine = cv2.createCLAHE(clipLimit=clip, tileGridSize=(grid, grid))
    if picture.ndim == 2:
        return np.asarray(engine.apply(picture), np.uint8)
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    lab[:, :, 0] = engine.apply(np.ascontiguousarray(lab[:, :, 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


def _equal(channel: Pixels) -> Pixels:
    counts = np.bincount(channel.ravel(), minlength=256)
    present = counts[counts > 0]
    step = int(present.sum() - present[-1]) // 255
    if len(present) <= 1 or step == 0:
        return np.asarray(np.arange(256), np.uint8)
    before = np.concatenate(([0], np.cumsum(counts)[:-1]))
    return np.asarray(np.minimum((step // 2 + before) // step, 255), np.uint8)


def _pixel_step(picture: Pixels, frame: Frame, step: Step) -> tuple[Pixels, Frame]:
    match step.name:
        case "crop_field":
            return crop(picture, frame, field_of_view(picture).box)
        case "pad_square":
            return pad_square(picture, frame)
        case "border_crop":
            return border_crop(picture, frame, step.number("fraction"))
        case "resize":
            return resize(picture, int(step.number("width")), int(step.number("height"))), frame
        case "equalise":
            return equalise(picture), frame
        case "clahe":
            return clahe(picture, step.number("clip"), int(step.number("grid"))), frame
        case "grayscale":
            return _gray(picture), frame
        case _:
            return picture, frame


def _gray(picture: Pixels) -> Pixels:
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _channels(picture: Pixels, colour: str) -> Pixels:
    if colour == "GRAY":
        return _gray(picture)[:, :, None]
    if picture.ndim == 2:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)
    return picture if colour == "RGB" else picture[:, :, ::-1]
