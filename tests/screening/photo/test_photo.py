"""Photos in: what is fine is taken upright and bare; what is not is refused with the right reason."""

import io
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file

from inference.drawing import draw_chest
from screening import photo
from screening.photo import DEFAULT, SENTENCES, CleanPhoto, Limits, PhotoRefused, Refusal
from tests.screening import corpus, dicoms

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
REFUSED = list(corpus.refused())
FINE = list(corpus.odd_but_fine())


def shown(taken: CleanPhoto) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(taken.display)).convert("RGB")).astype(int)


def blurred(pixels: np.ndarray) -> np.ndarray:
    """Means of 4 x 4 pixels: what is left once JPEG has had its way with the noise."""
    return cv2.blur(pixels.astype(np.float32), (4, 4))


def outputs(taken: CleanPhoto, data: bytes) -> bytes:
    parts = [taken.display, taken.thumbnail, taken.deep or b"", photo.full(data), repr(taken.dicom).encode()]
    return b"".join(parts) + repr((taken.device, taken.taken_at)).encode()


def segments(data: bytes) -> set[int]:
    """The markers of a JPEG up to its scan."""
    found, position = set(), 2
    while data[position + 1] != 0xDA:
        found.add(data[position + 1])
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return found


def outcome(data: bytes, limits: Limits = DEFAULT) -> CleanPhoto | Refusal:
    """Anything but a clean photo or a refusal fails the test that asks."""
    try:
        return photo.clean(data, limits=limits)
    except PhotoRefused as refused:
        return refused.code


# ---- refusals


@pytest.mark.parametrize(("data", "code"), [(d, c) for _, d, c in REFUSED], ids=[name for name, _, _ in REFUSED])
def test_it_is_refused_for_the_right_reason(data, code):
    assert outcome(data) is code


def test_every_refusal_says_what_to_do():
    assert set(SENTENCES) == set(Refusal)
    assert all(len(sentence) > 30 and sentence.endswith(".") for sentence in SENTENCES.values())
    assert PhotoRefused(Refusal.HEIC).sentence == SENTENCES[Refusal.HEIC]


@pytest.mark.parametrize("edge", [2048, 300, 150, 75], ids=lambda edge: f"edge {edge}")
@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
def test_a_cut_jpeg_is_caught_at_every_decoding_scale(edge, progressive):
    whole = corpus.jpeg(corpus.drawing(640), progressive=progressive)
    limits = replace(DEFAULT, display_edge=edge)
    assert isinstance(outcome(whole, limits), CleanPhoto)
    start = whole.index(b"\xff\xda") + 30
    for share in (0.0, 0.2, 0.6, 0.95, 0.999):
        end = start + int((len(whole) - 2 - start) * share)
        assert outcome(whole[:end], limits) is Refusal.TRUNCATED, share
        assert outcome(whole[:end] + b"\xff\xd9", limits) in (Refusal.DAMAGED, Refusal.TRUNCATED), share
    assert outcome(whole[:-1], limits) is Refusal.TRUNCATED


def test_a_cut_png_or_film_is_caught_wherever_it_is_cut():
    for whole in (corpus.png(), dicoms.film(), dicoms.film(implicit=True)):
        for share in np.linspace(0.01, 0.999, 9):
            code = outcome(whole[: int(len(whole) * share)])
            assert code in (Refusal.TRUNCATED, Refusal.UNKNOWN_TYPE, Refusal.DICOM_HEADER), share


# ---- acceptance


@pytest.mark.parametrize("data", [d for _, d in FINE], ids=[name for name, _ in FINE])
def test_odd_but_fine_is_taken(data):
    taken = photo.clean(data)
    assert taken.original_sha256 == sha256(data).hexdigest()
    assert taken.display_sha256 == sha256(taken.display).hexdigest()
    assert segments(taken.display) <= {0xE0, 0xDB, 0xC0, 0xC4}


@pytest.mark.parametrize("name", ["progressive jpeg", "gray jpeg", "cmyk jpeg", "jpeg with restart marks",
                                  "palette png", "one-bit png", "opaque rgba png", "gray and alpha png"])  # fmt: skip
def test_its_pixels_agree_with_another_reader(name):
    data = dict(FINE)[name]
    assert np.abs(shown(photo.clean(data)) - corpus.oracle(data)).mean() < 2.5


def test_twelve_bits_in_sixteen_come_out_as_they_look():
    taken = photo.clean(dict(FINE)["12 bits in a 16-bit png"])
    gray = np.asarray(Image.fromarray(corpus.drawing()).convert("L")).astype(int)
    assert np.abs(shown(taken)[..., 0] - gray).mean() < 2.5


def test_transparent_is_black():
    picture = np.dstack([corpus.drawing(), np.zeros(corpus.drawing().shape[:2], np.uint8)])
    assert shown(photo.clean(corpus.png(picture))).max() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("make", [corpus.turned_jpeg, corpus.turned_png], ids=["jpeg", "png"])
def test_it_comes_out_upright_and_bare(make, orientation):
    data = make(orientation)
    taken, upright = photo.clean(data), corpus.drawing().astype(int)
    assert (taken.width, taken.height) == (upright.shape[1], upright.shape[0])
    assert np.abs(blurred(shown(taken)) - blurred(corpus.oracle(data))).mean() < 1.0
    assert np.abs(blurred(shown(taken)) - blurred(upright)).mean() < 1.5
    full = np.asarray(Image.open(io.BytesIO(photo.full(data))).convert("RGB")).astype(int)
    assert np.abs(blurred(full) - blurred(upright)).mean() < 1.5
    everything = outputs(taken, data)
    assert corpus.CANARY.encode() in data and corpus.CANARY.encode() not in everything
    assert b"Exif" not in everything and b"http" not in everything and b"ICC" not in everything
    assert segments(taken.display) | segments(taken.thumbnail) <= {0xE0, 0xDB, 0xC0, 0xC4}
    assert taken.device == "phone" and taken.taken_at.isoformat() == "2026-03-04T05:06:07"


def test_a_large_photo_is_shown_smaller_and_kept_whole():
    data = corpus.jpeg(np.asarray(Image.fromarray(corpus.drawing()).resize((3000, 2000))))
    taken = photo.clean(data)
    assert (taken.width, taken.height) == (3000, 2000)
    assert max(taken.display_width, taken.display_height) <= DEFAULT.display_edge
    assert Image.open(io.BytesIO(taken.thumbnail)).size == (320, 213)
    assert Image.open(io.BytesIO(photo.full(data))).size == (3000, 2000)


def test_near_copies_have_near_fingerprints():
    one, copy, other = (
        int(photo.clean(data).pixel_fingerprint, 16)
        for data in (corpus.jpeg(), corpus.jpeg(quality=40), corpus.png(np.dstack([draw_chest(1, size=240)] * 3)))
    )
    assert (one ^ copy).bit_count() <= 4 < 12 <= (one ^ other).bit_count()


# ---- films


@pytest.mark.parametrize("modality", ["CR", "DX", "SC"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_air_is_dark_however_it_was_stored(modality, photometric, bits):
    data = dicoms.film(modality=modality, photometric=photometric, bits=bits)
    if modality == "SC":
        assert outcome(data) is Refusal.DICOM_KIND
        data = dicoms.changed(Modality="OT", SOPClassUID="1.2.840.10008.5.1.4.1.1.7")
    film = shown(photo.clean(data))[..., 0]
    assert np.corrcoef(film.ravel(), dicoms.GRAY.ravel())[0, 1] > 0.98
    assert np.abs(film - dicoms.GRAY).mean() < 25


def test_an_eye_photo_may_come_as_dicom():
    data = dicoms.film(modality="OP", bits=8)
    facts = photo.clean(data).dicom
    assert facts and facts.modality == "OP" and facts.laterality == "R"


def test_a_film_keeps_its_sixteen_bits_for_the_viewer():
    data = dicoms.film()
    taken, stored = photo.clean(data), dicoms.opened().pixel_array.astype(float)
    deep = cv2.imdecode(np.frombuffer(taken.deep, np.uint8), cv2.IMREAD_UNCHANGED)
    assert deep.dtype == np.uint16
    assert np.array_equal(deep * taken.dicom.deep_scale + taken.dicom.deep_offset, stored)
    assert (taken.dicom.view_position, taken.dicom.body_part, taken.dicom.pixel_spacing) == ("PA", "CHEST", (0.2, 0.2))


def test_signed_and_rescaled_values_survive():
    stored = (dicoms.GRAY.astype(np.int16) - 100) * 8
    data = dicoms.wide(stored, RescaleSlope="0.5", RescaleIntercept="-3", WindowCenter="100", WindowWidth="900")
    taken = photo.clean(data)
    deep = cv2.imdecode(np.frombuffer(taken.deep, np.uint8), cv2.IMREAD_UNCHANGED)
    values = stored * 0.5 - 3
    assert np.allclose(deep * taken.dicom.deep_scale + taken.dicom.deep_offset, values)
    expected = np.clip((values - 99.5) / 899 + 0.5, 0, 1) * 255
    assert np.abs(shown(taken)[..., 0] - expected).mean() < 2.0
    assert taken.dicom.windows == ((100.0, 900.0),)


def test_a_window_that_shows_nothing_is_not_believed():
    taken = photo.clean(dicoms.changed(WindowCenter="90000", WindowWidth="2"))
    assert shown(taken).std() > 40


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_air_and_does_not_wash_out_the_picture(photometric):
    stored = dicoms.opened(photometric=photometric).pixel_array.astype(np.uint16)
    stored[:, :20] = 60_000
    data = dicoms.wide(stored, PixelPaddingValue=60_000, PhotometricInterpretation=photometric, BitsStored=16)
    film = shown(photo.clean(data))[..., 0]
    assert film[:, 4:16].max() < 12
    assert np.corrcoef(film[:, 20:].ravel(), dicoms.GRAY[:, 20:].ravel())[0, 1] > 0.98


def test_lookup_tables_are_applied():
    table = pydicom.Dataset()
    table.add_new(0x00283002, "US", [4096, 0, 16])
    table.add_new(0x00283006, "US", [int(65_535 * (value / 4095) ** 0.5) for value in range(4096)])
    taken = photo.clean(dicoms.changed(VOILUTSequence=[table]))
    expected = np.sqrt(dicoms.opened().pixel_array / 4095) * 255
    assert np.abs(shown(taken)[..., 0] - expected).mean() < 2
    modality = photo.clean(dicoms.changed(ModalityLUTSequence=[table]))
    deep = cv2.imdecode(np.frombuffer(modality.deep, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.abs(deep / 65_535 * 255 - expected).max() < 1


def test_text_hidden_in_unused_bits_does_not_show():
    stored = dicoms.opened().pixel_array.astype(np.uint16)
    clean = photo.clean(dicoms.film())
    stored[40:60, 40:120] |= 0x8000
    marked = photo.clean(dicoms.wide(stored, BitsStored=12, HighBit=11))
    assert marked.display == clean.display and marked.deep == clean.deep


def test_a_name_in_a_film_goes_nowhere():
    for data in (dicoms.written(corpus.named(dicoms.opened())), dicoms.film(identifiers=True)):
        everything = outputs(photo.clean(data), data)
        assert corpus.CANARY.encode() not in everything and b"SYN" not in everything
    assert dicoms.written(corpus.named(dicoms.opened())).count(corpus.CANARY.encode()) >= 9


@pytest.mark.parametrize("preamble", [b"MZ\x90\0", b"II*\0", b"\xff\xd8\xff\xe0", b"<html>"])
def test_a_preamble_may_say_anything(preamble):
    film = dicoms.film()
    assert isinstance(outcome(preamble + film[len(preamble) :]), CleanPhoto)


SYNTAXES = ["RLELossless", "JPEGLosslessProcess14", "JPEGLosslessProcess14_1", "JPEGLSLossless", "JPEG2000Lossless"]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_compressed_films_come_out_exact_or_not_at_all(syntax, tmp_path):
    packed = dicoms.compressed(syntax, tmp_path)
    assert photo.clean(packed).deep == photo.clean(dicoms.film()).deep
    for end in (-1000, -100, -9):
        assert isinstance(outcome(packed[:end]), Refusal)


SAMPLES = {
    "JPEG baseline": "SC_rgb_jpeg_dcmtk.dcm",
    "JPEG lossless": "SC_rgb_jpeg_gdcm.dcm",
    "JPEG-LS": "MR_small_jpeg_ls_lossless.dcm",
    "JPEG 2000": "JPEG2000.dcm",
    "big endian": "MR_small_bigendian.dcm",
    "RLE": "MR_small_RLE.dcm",
}


@pytest.mark.parametrize("name", SAMPLES.values(), ids=SAMPLES.keys())
def test_every_listed_syntax_is_decoded(name):
    path = get_testdata_file(name, download=False)
    if path is None:
        pytest.skip(f"pydicom does not ship {name}")
    limits = replace(DEFAULT, shortest_side=32)
    taken = photo.clean(dicoms.as_film(path), limits=limits)
    stored = pydicom.dcmread(path).pixel_array
    assert (taken.height, taken.width) == stored.shape[:2]
    if taken.deep and taken.dicom.deep_scale == 1:
        deep = cv2.imdecode(np.frombuffer(taken.deep, np.uint8), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(deep.astype(int) - int(deep.min()), stored.astype(int) - int(stored.min()))


# ---- whole folders and chance


def folder_outcomes(paths: list[Path]) -> dict[str, CleanPhoto | Refusal]:
    return {path.name: outcome(path.read_bytes()) for path in sorted(paths)}


def test_the_samples_pydicom_ships_are_taken_or_refused():
    import pydicom.data as samples

    paths = [path for path in (Path(samples.__file__).parent / "test_files").rglob("*") if path.is_file()]
    results = folder_outcomes([path for path in paths if path.stat().st_size < 3_000_000])
    assert len(results) > 100
    crashed = {name for name, result in results.items() if result is Refusal.DECODER_FAILED}
    assert not crashed


@pytest.mark.parametrize(
    ("folder", "pattern"), [("dicom", "*.dcm"), ("not_medical", "*"), ("fundus/smartphone_frames/images", "*")]
)
def test_real_files_are_taken_or_refused(folder, pattern):
    if not (DATA / folder).is_dir():
        pytest.skip(f"real images are not on this machine ({folder})")
    results = folder_outcomes(list((DATA / folder).glob(pattern)))
    refused = {name: result for name, result in results.items() if isinstance(result, Refusal)}
    expected = {
        "dicom": {"test5.dcm": Refusal.DICOM_KIND},
        "not_medical": {"im1.png": Refusal.EMPTY, "favicon.png": Refusal.TOO_SMALL},
    }
    assert refused == expected.get(folder, {})


BASES = [corpus.turned_jpeg(6), corpus.turned_png(6), dicoms.film(), corpus.jpeg(progressive=True)]


@settings(max_examples=int(os.environ.get("PHOTO_FUZZ", "60")), deadline=None, derandomize=True,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(
    base=st.sampled_from(BASES),
    flips=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(1, 255)), min_size=1, max_size=8),
    near_start=st.booleans(),
)
def test_flipped_bytes_never_get_past_the_two_answers(base, flips, near_start):
    data = bytearray(base)
    reach = min(len(data), 1500) if near_start else len(data)
    for place, change in flips:
        data[int(place * reach)] ^= change
    result = outcome(bytes(data))
    if isinstance(result, CleanPhoto):
        assert corpus.CANARY.encode() not in result.display + result.thumbnail + (result.deep or b"")
