"""Pixels to tensor, by the fixed vocabulary of a pack's manifest. Training and assessment both use this module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inference.declared import PackError
from inference.pack import steps as kinds
from inference.pack.manifest import InputSpec, Manifest, Step
from inference.picture.field import Box, field_of_view
from inference.picture.field_light import equalise_field
from inference.picture.planes import Picture, Pixels, blank_around, evenly, stretch, viewable, window

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
# OpenCV names half-size decoding for gray and BGR only; the two flags together decode to RGB, and spare a copy.
_HALF_RGB = cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB


def working_copy(data: bytes) -> npt.NDArray[np.uint8]:
    """A cleaned photo (JPEG bytes) as RGB uint8 [height, width, 3], at half size if an edge exceeds WORKING_EDGE.

    All models and the quality check work on this copy, so a photo gives the same numbers wherever it is assessed.
    Raises ValueError when the bytes do not decode.
    """
    coded = np.frombuffer(data, np.uint8)
    rgb = cv2.imdecode(coded, _HALF_RGB) if coded.size else None
    if rgb is not None and 2 * max(rgb.shape[:2]) <= WORKING_EDGE:
        rgb = cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB)
    if rgb is None:
        raise ValueError("does not decode")
    return np.asarray(rgb, np.uint8)


def prepare(rgb: Picture, manifest: Manifest) -> Prepared:
    """Turn an RGB photo [height, width, 3], gray [height, width] or planes [height, width, n] into the model's input.

    Levels are uint8, uint16 or float32. Raises PackError: wrong_picture.
    """
    if manifest.input.colour != "PLANES" and rgb.ndim == 3 and rgb.shape[2] != 3:
        raise PackError("wrong_picture", f"The model takes one picture; this one has {rgb.shape[2]} planes.")
    pixels = _channels(rgb, manifest.input.colour if manifest.input.colour == "PLANES" else "RGB")
    picture, frame = shape_pixels(pixels, manifest.preprocessing)
    tensor = to_tensor(picture, manifest.input, manifest.preprocessing)
    return Prepared(tensor, frame)


def shape_pixels(rgb: Picture, steps: tuple[Step, ...]) -> tuple[Picture, Frame]:
    """Run the steps that work on pixels (not scale, normalise, standardise). Returns the picture and its frame.

    Raises PackError: wrong_picture.
    """
    picture, frame = rgb, Frame(0.0, 0.0, float(rgb.shape[1]), float(rgb.shape[0]))
    for step in steps:
        if isinstance(step, kinds.EIGHT_BIT) and picture.dtype != np.uint8:
            raise PackError("wrong_picture", f"{step.name} needs 8-bit levels: put window or stretch before it.")
        picture, frame = _frame_step(picture, frame, step)
        picture = _level_step(picture, step)
    return picture, frame


def to_tensor(picture: Picture, spec: InputSpec, steps: tuple[Step, ...]) -> Tensor:
    """Order the channels, then scale, normalise and standardise. `picture` is already of the input's size.

    Raises PackError: wrong_picture.
    """
    values = _channels(picture, spec.colour).astype(np.float32)
    if spec.colour == "PLANES" and values.shape[2] != spec.planes:
        raise PackError("wrong_picture", f"The model takes {spec.planes} planes; the picture has {values.shape[2]}.")
    if spec.volume:  # channels last for the numbers below, as for every other picture
        values = values.transpose(2, 0, 1)[..., None]
    for step in steps:
        if isinstance(step, kinds.Scale):
            values /= np.float32(step.divide)
        elif isinstance(step, kinds.Normalise):
            values -= np.array(step.mean, np.float32)
            values /= np.array(step.std, np.float32)
        elif isinstance(step, kinds.Standardise):
            values = (values - values.mean()) / np.float32(max(float(values.std()), 1e-6))
    if spec.layout in ("NCHW", "NCDHW"):
        values = np.moveaxis(values, -1, 0)
    return np.ascontiguousarray(values[None], dtype=np.float32)


def crop(picture: Picture, frame: Frame, box: Box) -> tuple[Picture, Frame]:
    """Cut a box (pixels of `picture`) out; the frame shrinks with it."""
    height, width = picture.shape[:2]
    x0, y0 = frame.to_photo(box.x0 / width, box.y0 / height)
    x1, y1 = frame.to_photo(box.x1 / width, box.y1 / height)
    return picture[box.y0 : box.y1, box.x0 : box.x1], Frame(x0, y0, x1, y1)


def pad_square(picture: Picture, frame: Frame) -> tuple[Picture, Frame]:
    """Centre the picture in a black square."""
    height, width = picture.shape[:2]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    across, down = (frame.x1 - frame.x0) / width, (frame.y1 - frame.y0) / height
    padded = blank_around(picture, top, side - height - top, left, side - width - left)
    x0, y0 = frame.x0 - left * across, frame.y0 - top * down
    return padded, Frame(x0, y0, x0 + side * across, y0 + side * down)


def centre_crop(picture: Picture, frame: Frame, width: int, height: int) -> tuple[Picture, Frame]:
    """The middle, exactly width x height pixels. Raises PackError where the picture is smaller."""
    rows, columns = picture.shape[:2]
    if rows < height or columns < width:
        raise PackError("wrong_picture", f"centre_crop wants {width} x {height} pixels of {columns} x {rows}.")
    x, y = (columns - width) // 2, (rows - height) // 2
    return crop(picture, frame, Box(x, y, x + width, y + height))


def border_crop(picture: Picture, frame: Frame, fraction: float) -> tuple[Picture, Frame]:
    """Cut `fraction` of each side off (0.08: the middle 84 % stays): markers, collimator edges, hospital names."""
    height, width = picture.shape[:2]
    x, y = round(width * fraction), round(height * fraction)
    return crop(picture, frame, Box(x, y, width - x, height - y))


def resize(picture: Picture, width: int, height: int) -> Picture:
    """Resize to exactly width x height, averaging areas when shrinking so that nothing is skipped."""
    shrinks = picture.shape[0] >= height and picture.shape[1] >= width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    if picture.ndim == 2 or picture.shape[2] == 3:
        return np.asarray(cv2.resize(picture, (width, height), interpolation=how), picture.dtype)
    # OpenCV takes four planes at most.
    planes = [np.ascontiguousarray(picture[:, :, at]) for at in range(picture.shape[2])]
    return np.dstack([cv2.resize(plane, (width, height), interpolation=how) for plane in planes])


def resize_short(picture: Picture, side: int) -> Picture:
    """Resize so that the shorter edge is `side` pixels, keeping the shape."""
    height, width = picture.shape[:2]
    grow = side / min(height, width)
    return resize(picture, max(side, round(width * grow)), max(side, round(height * grow)))


def equalise(picture: Pixels) -> Pixels:
    """Equalise each channel's histogram over the whole picture, exactly as PIL.ImageOps.equalize does."""
    return _by_plane(picture, lambda plane: cv2.LUT(plane, _equal(plane)))


def _by_plane(picture: Pixels, work: Callable[[Pixels], Any]) -> Pixels:
    if picture.ndim == 2:
        return np.asarray(work(picture), np.uint8)
    planes = [np.ascontiguousarray(picture[:, :, at]) for at in range(picture.shape[2])]
    return np.ascontiguousarray(np.dstack([work(plane) for plane in planes]), dtype=np.uint8)


def clahe(picture: Pixels, clip: float, grid: int) -> Pixels:
    """Contrast-limited adaptive equalisation of the lightness, on a grid x grid raster."""
    engine = cv2.createCLAHE(clipLimit=clip, tileGridSize=(grid, grid))
    if picture.ndim == 2 or picture.shape[2] != 3:
        return _by_plane(picture, engine.apply)
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


def _frame_step(picture: Picture, frame: Frame, step: Step) -> tuple[Picture, Frame]:
    match step:
        case kinds.CropField():
            return crop(picture, frame, field_of_view(viewable(picture)).box)
        case kinds.PadSquare():
            return pad_square(picture, frame)
        case kinds.BorderCrop():
            return border_crop(picture, frame, step.fraction)
        case kinds.CentreCrop():
            return centre_crop(picture, frame, int(step.width), int(step.height))
        case kinds.Resize():
            return resize(picture, int(step.width), int(step.height)), frame
        case kinds.ResizeShort():
            return resize_short(picture, int(step.side)), frame
    return picture, frame


def _level_step(picture: Picture, step: Step) -> Picture:
    match step:
        case kinds.Grayscale():
            return _gray(picture)
        case kinds.Channel():
            return _one_channel(picture, int(step.index))
        case kinds.Slices():
            return evenly(picture, int(step.count))
        case kinds.Window():
            return window(picture, step.centre, step.width)
        case kinds.Stretch():
            return stretch(picture, step.low, step.high)
        case kinds.Invert():
            return _inverted(picture)
    return _equalised(picture, step)


def _equalised(picture: Picture, step: Step) -> Picture:
    match step:
        case kinds.Equalise():
            return equalise(picture)
        case kinds.EqualiseField():
            return equalise_field(picture)
        case kinds.Clahe():
            return clahe(picture, step.clip, int(step.grid))
    return picture


def _inverted(picture: Picture) -> Picture:
    whole = np.issubdtype(picture.dtype, np.integer)
    return np.asarray((np.iinfo(picture.dtype).max if whole else picture.max()) - picture, picture.dtype)


def _one_channel(picture: Picture, index: int) -> Picture:
    if picture.ndim == 2 or index >= picture.shape[2]:
        raise PackError("wrong_picture", f"The picture has no channel {index}.")
    return np.ascontiguousarray(picture[:, :, index])


def _gray(picture: Picture) -> Picture:
    if picture.ndim == 2:
        return picture
    if picture.shape[2] != 3:
        raise PackError("wrong_picture", f"A picture of {picture.shape[2]} planes has no gray version.")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), picture.dtype)


def _channels(picture: Picture, colour: str) -> Picture:
    if colour == "PLANES":
        return picture if picture.ndim == 3 else picture[:, :, None]
    if colour == "GRAY":
        return _gray(picture)[:, :, None]
    if picture.ndim == 2:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), picture.dtype)
    return picture if colour == "RGB" else picture[:, :, ::-1]
