"""Every step does what its name says, and the frame always knows where the pixels came from."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from inference.assess import preprocess
from inference.assess.preprocess import Frame, prepare
from inference.drawing import draw_chest, draw_fundus
from inference.pack.manifest import parse
from inference.pack.steps import BorderCrop, CropField, Equalise, PadSquare, Resize
from inference.picture import field
from inference.picture.field import field_of_view
from tests.inference import packs


def parsed(steps: list[dict[str, Any]], **input_spec: Any) -> Any:
    import json

    data = packs.manifest(preprocessing=steps)
    data["input"] |= input_spec
    pin = {"file": "x", "sha256": "0" * 64}
    scores = dict.fromkeys(packs.LABELS, 0.5)
    data |= {"model": pin, "card": pin, "exam": {"tolerance": 0.1, "cases": [{**pin, "expect": scores}] * 2}}
    return parse(json.dumps(data).encode())


SQUARE = [{"step": "pad_square"}, {"step": "resize", "height": 32, "width": 32}]
SCALED = [*SQUARE, {"step": "scale", "divide": 255.0}]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 60), st.integers(1, 256))
def test_equalise_is_pillows(seed: int, height: int, width: int, levels: int) -> None:
    picture = np.random.default_rng(seed).integers(0, levels, (height, width, 3), np.uint8)
    assert np.array_equal(preprocess.equalise(picture), np.array(ImageOps.equalize(Image.fromarray(picture))))
    gray = np.ascontiguousarray(picture[:, :, 0])
    assert np.array_equal(preprocess.equalise(gray), np.array(ImageOps.equalize(Image.fromarray(gray))))


def test_equalise_keeps_black_padding_black() -> None:
    padded, _ = preprocess.pad_square(draw_fundus(1, size=256)[60:200], Frame(0, 0, 256, 140))
    assert preprocess.equalise(padded)[0].max() == 0


def test_layout_colour_and_numbers() -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[:] = (255, 51, 0)
    rgb = prepare(picture, parsed(SCALED)).tensor
    assert rgb.shape == (1, 3, 32, 32) and rgb.dtype == np.float32 and rgb.flags.c_contiguous
    assert rgb[0, :, 5, 5].tolist() == pytest.approx([1.0, 0.2, 0.0])
    bgr = prepare(picture, parsed(SCALED, colour="BGR", layout="NHWC")).tensor
    assert bgr.shape == (1, 32, 32, 3)
    assert bgr[0, 5, 5].tolist() == pytest.approx([0.0, 0.2, 1.0])
    normal = [*SCALED, {"step": "normalise", "mean": [0.5, 0.2, 0.0], "std": [0.5, 1.0, 2.0]}]
    assert prepare(picture, parsed(normal)).tensor[0, :, 0, 0].tolist() == pytest.approx([1.0, 0.0, 0.0])


def test_gray_in_and_gray_out() -> None:
    film = draw_chest(2, size=128)
    gray = prepare(film, parsed(SCALED, colour="GRAY")).tensor
    assert gray.shape == (1, 1, 32, 32)
    stretched = [{"step": "grayscale"}, {"step": "clahe", "clip": 2.0, "grid": 8}, *SCALED]
    three = prepare(film, parsed(stretched)).tensor
    assert np.array_equal(three[0, 0], three[0, 2])


def test_clahe_on_colour_keeps_the_hue() -> None:
    picture = draw_fundus(4, size=200)
    stretched = preprocess.clahe(picture, 2.0, 8)
    inside = field_of_view(picture).mask
    assert stretched.shape == picture.shape
    assert (np.median(stretched[..., 0]) > np.median(stretched[..., 2])) and inside.any()


def test_border_crop_takes_the_same_share_of_each_side() -> None:
    picture = np.arange(100 * 200, dtype=np.int64).reshape(100, 200).astype(np.uint8)
    inner, frame = preprocess.border_crop(picture, Frame(0, 0, 200, 100), 0.08)
    assert frame == Frame(16, 8, 184, 92)
    assert np.array_equal(inner, picture[8:92, 16:184])


@settings(deadline=None, max_examples=60)
@given(
    st.integers(40, 300), st.integers(40, 300), st.floats(0.25, 0.75), st.floats(0.25, 0.75), st.permutations(range(3))
)
def test_the_frame_leads_back_to_the_photo(
    height: int, width: int, across: float, down: float, order: list[int]
) -> None:
    photo = np.zeros((height, width, 3), np.uint8)
    x, y = int(width * across), int(height * down)
    cv2.circle(photo, (x, y), 3, (255, 255, 255), -1)
    moves = [PadSquare(), BorderCrop(0.08), PadSquare()]
    steps = (*(moves[at] for at in order), Resize(128, 128))
    seen, frame = preprocess.shape_pixels(photo, steps)
    weights = seen[..., 0].astype(float)
    rows, columns = np.mgrid[0:128, 0:128] + 0.5
    found = frame.to_photo(
        (columns * weights).sum() / weights.sum() / 128, (rows * weights).sum() / weights.sum() / 128
    )
    assert found == pytest.approx((x + 0.5, y + 0.5), abs=max(1.0, 0.01 * max(height, width)))


def test_the_field_of_a_photo_is_found_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a model equalises over is a picture of its own; looking for the field there must not forget the photo's."""
    steps = [{"step": "crop_field"}, *SQUARE, {"step": "equalise_field"}, {"step": "scale", "divide": 255.0}]
    photo, seen = draw_fundus(4, laterality="L", lesions=1, size=600), []
    look = field._look
    monkeypatch.setattr(field, "_look", lambda rgb: seen.append(rgb.shape) or look(rgb))
    for _ in range(3):
        prepare(photo, parsed(steps))
    assert seen.count(photo.shape) == 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 900, 3), (3, 2, 3), (50, 50, 3)])
@pytest.mark.parametrize("value", [0, 255])
def test_no_picture_is_too_odd(shape: tuple[int, int, int], value: int) -> None:
    steps = [{"step": "crop_field"}, *SQUARE, {"step": "equalise"}, {"step": "scale", "divide": 255.0}]
    tensor = prepare(np.full(shape, value, np.uint8), parsed(steps)).tensor
    assert tensor.shape == (1, 3, 32, 32) and np.isfinite(tensor).all()


def test_equalised_raw_photos_look_like_the_training_photos(real: Callable[..., list[np.ndarray]]) -> None:
    """Within the field, each channel has the same mean and spread: a new photo is no stranger to the model."""
    steps = (CropField(), PadSquare(), Resize(128, 128), Equalise())

    def look(folder: str, every: int) -> np.ndarray:
        photos = [preprocess.shape_pixels(photo, steps)[0] for photo in real(folder, every=every)]
        lit = [photo[photo.max(axis=2) > 60].astype(float) for photo in photos]
        return np.mean([[*pixels.mean(axis=0), *pixels.std(axis=0)] for pixels in lit], axis=0)

    assert look("fundus/eyepacs_raw400", 30) == pytest.approx(look("fundus/eyepacs_eq256", 150), rel=0.08)


def test_a_large_photo_is_prepared_in_a_blink() -> None:
    photo = draw_fundus(1, size=2048)
    steps = [{"step": "crop_field"}, *SQUARE, {"step": "equalise"}, {"step": "scale", "divide": 255.0}]
    manifest = parsed(steps)
    passes = []
    for _ in range(5):
        started = time.perf_counter()
        prepare(photo, manifest)
        passes.append(time.perf_counter() - started)
    assert min(passes) < 0.25
