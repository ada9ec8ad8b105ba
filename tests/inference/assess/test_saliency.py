"""The heat map lies where the model looked."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from inference.assess import saliency
from inference.assess.one_picture import assess
from inference.assess.preprocess import Frame
from inference.drawing import draw_fundus
from inference.pack import Pack
from inference.picture.field import field_of_view
from tests.inference import packs

SIDE = 128


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A model that points at red, behind every step that moves pixels."""
    steps = [
        {"step": "crop_field"}, {"step": "pad_square"}, {"step": "border_crop", "fraction": 0.05},
        {"step": "resize", "height": SIDE, "width": SIDE}, {"step": "scale", "divide": 255.0},
    ]  # fmt: skip
    entry = {"name": "image", "layout": "NCHW", "height": SIDE, "width": SIDE, "colour": "RGB"}
    folder = tmp_path_factory.mktemp("packs") / "red"
    return packs.make(folder, packs.brightness_model(side=SIDE), preprocessing=steps, input=entry)


def blob_on_retina(x: int, y: int) -> np.ndarray:
    """A dim greenish retina off centre in a wide black photo, with one red spot."""
    photo = np.zeros((900, 1400, 3), np.uint8)
    cv2.circle(photo, (800, 430), 390, (30, 90, 60), -1)
    cv2.circle(photo, (x, y), 22, (255, 90, 60), -1)
    return photo


@pytest.mark.parametrize(("x", "y"), [(800, 430), (560, 300), (1040, 520), (760, 720), (900, 130)])
def test_a_bright_spot_comes_back_to_its_place(pack: Pack, x: int, y: int) -> None:
    photo = blob_on_retina(x, y)
    found = assess(photo, pack)
    assert found.heat is not None
    warm = saliency.in_photo(found.heat, found.frame, 1400, 900)
    row, column = np.unravel_index(int(warm.argmax()), warm.shape)
    assert (column, row) == pytest.approx((x, y), abs=0.03 * 1400)
    picture = cv2.imdecode(np.frombuffer(saliency.overlay(found.heat, found.frame, 1400, 900), np.uint8), -1)
    rows, columns = np.nonzero(picture[:, :, 3] == picture[:, :, 3].max())
    scale = 1400 / picture.shape[1]
    assert (columns.mean() * scale, rows.mean() * scale) == pytest.approx((x, y), abs=0.03 * 1400)


def test_the_overlay_has_the_photos_shape_and_is_clear_where_low() -> None:
    heat = np.zeros((7, 7), np.float32)
    heat[3, 3] = 5
    png = saliency.overlay(heat, Frame(0, 0, 2000, 1000), 2000, 1000)
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture.shape == (256, 512, 4)
    assert picture[128, 256, 3] > 150
    assert picture[5, 5, 3] == 0 and (picture[:, :, 3] == 0).mean() > 0.8
    assert len(png) < 60_000


def test_padding_outside_the_photo_is_never_warm() -> None:
    heat = np.ones((4, 4), np.float32)
    warm = saliency.in_photo(heat, Frame(50, -100, 250, 100), 300, 80)
    assert warm.shape == (80, 300)
    assert warm[:, :50].max() == warm[:, 250:].max() == 0
    assert warm[:, 50:250].min() == pytest.approx(1)


def test_other_readers_see_the_same_colours_and_clearness() -> None:
    """The file is put together by hand: two decoders that check every checksum must agree on it."""
    png = saliency.overlay(np.random.default_rng(2).random((9, 13), np.float32), Frame(0, 0, 700, 500), 700, 500)
    ours = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    theirs = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    assert (ours == theirs[:, :, [2, 1, 0, 3]]).all()
    assert len(np.unique(ours[:, :, 3])) > 50


@pytest.mark.parametrize("heat", [np.zeros((5, 5), np.float32), np.full((5, 5), -3, np.float32)])
def test_nothing_found_shows_nothing(heat: np.ndarray) -> None:
    picture = cv2.imdecode(np.frombuffer(saliency.overlay(heat, Frame(0, 0, 90, 90), 90, 90), np.uint8), -1)
    assert picture[:, :, 3].max() == 0


def test_a_frame_wider_than_the_photo_and_a_single_cell_work() -> None:
    assert saliency.in_photo(np.ones((1, 1), np.float32), Frame(-10, -10, 30, 30), 20, 20).min() == pytest.approx(1)


def test_the_map_of_a_drawn_eye_stays_on_the_eye(pack: Pack) -> None:
    photo = draw_fundus(2, size=700)
    found = assess(photo, pack)
    assert found.heat is not None
    warm, box = saliency.in_photo(found.heat, found.frame, 700, 700), field_of_view(photo).box
    assert warm[: max(0, box.y0 - 5)].max(initial=0) == 0 and warm[:, : max(0, box.x0 - 5)].max(initial=0) == 0
