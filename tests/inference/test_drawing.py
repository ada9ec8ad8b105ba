"""Drawn pictures are deterministic, look like what they claim, and never pass for a patient's."""

from io import BytesIO

import numpy as np
import pydicom
import pytest

from inference.drawing import QUALITIES, draw_chest, draw_fundus, draw_not_medical, mark_synthetic
from inference.drawing.dicom import synthetic_dicom

SIZE = 320


def brightest_column(picture: np.ndarray) -> float:
    """Centre of the brightest spots (the optic disc), as a share of the width."""
    green = picture[..., 1].astype(float)
    return float(np.argwhere(green > np.percentile(green, 99))[:, 1].mean() / picture.shape[1])


@pytest.mark.parametrize("draw", [draw_fundus, draw_chest, draw_not_medical])
def test_the_same_seed_draws_the_same_picture(draw):
    assert np.array_equal(draw(3, size=SIZE), draw(3, size=SIZE))
    assert not np.array_equal(draw(3, size=SIZE), draw(4, size=SIZE))


@pytest.mark.parametrize("seed", range(4))
def test_the_optic_disc_lies_on_the_nasal_side(seed):
    assert brightest_column(draw_fundus(seed, laterality="R", size=SIZE)) > 0.6
    assert brightest_column(draw_fundus(seed, laterality="L", size=SIZE)) < 0.4


def test_a_fundus_is_a_red_disc_on_black():
    picture = draw_fundus(1, size=SIZE).astype(int)
    assert picture[4, 4].max() < 8
    middle = picture[SIZE // 4 : -SIZE // 4, SIZE // 4 : -SIZE // 4].mean((0, 1))
    assert middle[0] > middle[1] > middle[2]


def test_every_grade_changes_the_same_eye():
    eyes = [draw_fundus(5, lesions=grade, size=SIZE).astype(int) for grade in range(5)]
    changed = [float((np.abs(eye - eyes[0]).max(-1) > 25).mean()) for eye in eyes]
    assert changed[0] == 0 < changed[1] < changed[2] < changed[3]
    assert changed[4] > changed[2]
    assert all(share < 0.2 for share in changed)


def test_bad_photos_are_bad_in_their_own_way():
    photos = {quality: draw_fundus(6, quality=quality, size=SIZE).astype(int) for quality in QUALITIES}
    light = {quality: photo.mean() for quality, photo in photos.items()}
    assert light["dark"] < 0.35 * light["good"]
    assert light["bright"] > 1.5 * light["good"]
    assert light["cut_off"] < 0.7 * light["good"]
    assert (photos["glare"].min(-1) > 190).mean() > 0.05
    edges = {quality: np.abs(np.diff(photo[SIZE // 3 : -SIZE // 3, :, 1])).mean() for quality, photo in photos.items()}
    assert edges["blurred"] < 0.8 * edges["good"]


def test_a_chest_film_has_dark_lungs_and_the_heart_on_the_left():
    film = draw_chest(1, size=SIZE).astype(float)
    lungs, middle = film[110:200, 60:110].mean(), film[110:200, 150:170].mean()
    assert lungs + 80 < middle
    low = film[int(0.62 * SIZE)]
    assert low[int(0.60 * SIZE)] > low[int(0.35 * SIZE)] + 20


@pytest.mark.parametrize("opacity", ["cavity", "infiltrate", "nodule"])
def test_an_opacity_whitens_a_small_part_of_one_lung(opacity):
    for seed in range(3):
        change = draw_chest(seed, opacity=opacity, size=SIZE).astype(int) - draw_chest(seed, size=SIZE).astype(int)
        assert 0.0008 < (change > 15).mean() < 0.15


def test_words_that_mean_nothing_are_refused():
    with pytest.raises(ValueError):
        draw_fundus(1, laterality="left")
    with pytest.raises(ValueError):
        draw_fundus(1, lesions=5)
    with pytest.raises(ValueError):
        draw_chest(1, opacity="mass")
    with pytest.raises(ValueError):
        synthetic_dicom(draw_chest(1, size=64), photometric="RGB")


@pytest.mark.parametrize("picture", [draw_chest(2, size=SIZE), draw_fundus(2, size=SIZE)])
def test_the_mark_is_burnt_into_a_copy(picture):
    before = picture.copy()
    marked = mark_synthetic(picture)
    assert np.array_equal(picture, before)
    corner = (slice(SIZE - 40, SIZE), slice(0, 120))
    assert not np.array_equal(marked[corner], before[corner])
    assert np.array_equal(marked[: SIZE - 40], before[: SIZE - 40])


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_a_film_can_be_wrapped_as_dicom(bits):
    film = draw_chest(2, size=64)
    two, one = (
        pydicom.dcmread(BytesIO(synthetic_dicom(film, bits=bits, photometric=word, implicit=word[-1] == "1")))
        for word in ("MONOCHROME2", "MONOCHROME1")
    )
    top = (1 << bits) - 1
    assert np.allclose(two.pixel_array / top, film / 255, atol=0.01)
    assert np.array_equal(one.pixel_array.astype(int), top - two.pixel_array.astype(int))
    assert "PatientName" not in two


def test_a_made_up_patient_is_plainly_made_up():
    dataset = pydicom.dcmread(BytesIO(synthetic_dicom(draw_chest(2, size=64), identifiers=True)))
    assert str(dataset.PatientName).startswith("SYNTHETIC")
