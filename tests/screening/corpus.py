"""Files nobody should have to send us: wrong, cut, hostile, odd. All drawn or built here, none real."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin
from pydicom.dataset import Dataset

from inference.drawing import draw_chest, draw_fundus
from inference.drawing.dicom import synthetic_dicom
from screening.photo import Refusal
from tests.screening import dicoms

CANARY = "CANARY-7f3a"
SIDE = 240


@cache
def drawing(side: int = SIDE) -> np.ndarray:
    """An eye with a coloured patch in each corner, so that every turn and flip shows; wider than high."""
    picture = draw_fundus(11, lesions=2, size=side)[side // 8 : -side // 8].copy()
    corner = side // 8
    picture[:corner, :corner] = (220, 40, 40)
    picture[:corner, -corner:] = (40, 200, 40)
    picture[-corner:, :corner] = (40, 40, 220)
    picture[-corner:, -corner:] = (230, 230, 230)
    return picture


def jpeg(picture: np.ndarray | None = None, **options: object) -> bytes:
    return saved(Image.fromarray(drawing() if picture is None else picture), "JPEG", **{"quality": 92, **options})


def png(picture: np.ndarray | None = None, **options: object) -> bytes:
    return saved(Image.fromarray(drawing() if picture is None else picture), "PNG", **options)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


# ---- metadata


_UPRIGHT_TO_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def chatty_exif(orientation: int) -> bytes:
    """EXIF with a place, names, and a thumbnail that shows something else than the picture."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110] = "samsung", f"SM-{CANARY}"
    exif[0x013B], exif[0x8298], exif[0x010E] = CANARY, CANARY, CANARY
    exif.get_ifd(0x8769)[0x9003] = "2026:03:04 05:06:07"
    exif.get_ifd(0x8769)[0x927C] = CANARY.encode()
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "S", (1.0, 17.0, 30.0)
    thumbnail = jpeg(np.full((64, 64, 3), 128, np.uint8), comment=CANARY)
    return exif.tobytes() + thumbnail


def stored_turned(orientation: int) -> Image.Image:
    image, turn = Image.fromarray(drawing()), _UPRIGHT_TO_STORED[orientation]
    return image if turn is None else image.transpose(turn)


def turned_jpeg(orientation: int) -> bytes:
    return saved(
        stored_turned(orientation), "JPEG", quality=95, subsampling=0, exif=chatty_exif(orientation),
        comment=CANARY, icc_profile=CANARY.encode() * 40, xmp=f"<x>{CANARY}</x>".encode(),
    )  # fmt: skip


def turned_png(orientation: int) -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", CANARY)
    text.add_text("Long", CANARY * 99, zip=True)
    text.add_itxt("XML:com.adobe.xmp", CANARY)
    return saved(stored_turned(orientation), "PNG", exif=chatty_exif(orientation), pnginfo=text)


def oracle(data: bytes) -> np.ndarray:
    """What an independent reader makes of it: upright RGB."""
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")).astype(int)


# ---- what must be refused


def wrong_types() -> Iterator[tuple[str, bytes, Refusal]]:
    image = Image.fromarray(drawing())
    box = b"\0\0\0\x18ftyp"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as folder:
        folder.writestr("eye.jpg", jpeg())
    yield "empty", b"", Refusal.EMPTY
    yield "iphone heic", box + b"heic" + bytes(200), Refusal.HEIC
    yield "heic by its other brand", box + b"mif1" + bytes(200), Refusal.HEIC
    yield "avif", box + b"avif" + bytes(200), Refusal.WEBP
    yield "webp", saved(image, "WEBP"), Refusal.WEBP
    yield "tiff", saved(image, "TIFF"), Refusal.TIFF
    yield "pdf", saved(image, "PDF"), Refusal.PDF
    yield "svg", b'<?xml version="1.0"?><svg onload="alert(1)" xmlns="x"></svg>', Refusal.SVG
    yield "zip", archive.getvalue(), Refusal.ARCHIVE
    yield "gzip", gzip.compress(jpeg()), Refusal.ARCHIVE
    yield "web page", b"\n <!DOCTYPE html><html><script>alert(1)</script>", Refusal.WEB_PAGE
    yield "phone video", box + b"mp42" + bytes(200), Refusal.VIDEO
    yield "avi", b"RIFF\0\0\0\0AVI LIST" + bytes(200), Refusal.VIDEO
    yield "matroska", b"\x1aE\xdf\xa3" + bytes(200), Refusal.VIDEO
    yield "gif", saved(image, "GIF"), Refusal.OTHER_PICTURE
    yield "bmp", saved(image, "BMP"), Refusal.OTHER_PICTURE
    yield "icon", saved(image.resize((64, 64)), "ICO"), Refusal.OTHER_PICTURE
    yield "jpeg 2000", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(200), Refusal.OTHER_PICTURE
    yield "text", b"version https://git-lfs.github.com/spec/v1\n", Refusal.UNKNOWN_TYPE
    yield "noise", np.random.default_rng(1).bytes(5000), Refusal.UNKNOWN_TYPE
    yield "one byte", b"\xff", Refusal.UNKNOWN_TYPE


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def flat_png(width: int, height: int, colour: int = 2) -> bytes:
    """A PNG of zeros, a thousandth of its size once packed."""
    line = 1 + width * {0: 1, 2: 3, 6: 4}[colour]
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(line)) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def resized_jpeg(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    data = bytearray(jpeg())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def bombs() -> Iterator[tuple[str, bytes, Refusal]]:
    huge = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    image = png()
    header_end = 8 + 25
    yield "png that claims 3.6 gigapixels", image[:8] + chunk(b"IHDR", huge) + image[33:], Refusal.TOO_MANY_PIXELS
    yield "jpeg that claims 4 gigapixels", resized_jpeg(65_535, 65_535), Refusal.TOO_MANY_PIXELS
    yield "jpeg that claims 49 megapixels", resized_jpeg(7000, 7000), Refusal.DAMAGED
    yield "png one pixel high", flat_png(60_000, 1), Refusal.TOO_SMALL
    yield "icon-sized jpeg", jpeg(drawing()[:32, :32]), Refusal.TOO_SMALL
    yield "oversized", jpeg() + bytes(26 * 1024 * 1024), Refusal.TOO_LARGE
    yield "png with a chunk of 2 GB", image[:header_end] + b"\x7f\xff\xff\xffIDAT", Refusal.TRUNCATED


def polyglots() -> Iterator[tuple[str, bytes, Refusal]]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as folder:
        folder.writestr("run.js", "alert(1)")
    for name, make in (("jpeg", jpeg), ("png", png)):
        yield f"{name} with a zip behind", make() + archive.getvalue(), Refusal.HIDDEN_CONTENT
        yield f"{name} with a page behind", make() + b"<Script>alert(1)</script>", Refusal.HIDDEN_CONTENT
        yield f"{name} with a pdf behind", make() + b"%PDF-1.7\n", Refusal.HIDDEN_CONTENT
    comment = b"x" * 90
    disguised = bytearray(jpeg(comment=comment + b"x" * 60))
    disguised[128:132] = b"DICM"
    yield "jpeg that says DICM", bytes(disguised), Refusal.DICOM_ENCODING


def broken_pictures() -> Iterator[tuple[str, bytes, Refusal]]:
    image, picture = Image.fromarray(drawing()), png()
    animation = saved(image, "PNG", save_all=True, append_images=[image.transpose(Image.Transpose.ROTATE_180)])
    yield "animated png", animation, Refusal.ANIMATED
    middle = len(picture) // 2
    yield (
        "png with one byte flipped",
        picture[:middle] + bytes([picture[middle] ^ 1]) + picture[middle + 1 :],
        Refusal.DAMAGED,
    )
    half = flat_png(200, 200).replace(b"IDAT", b"IDAT", 1)
    body = zlib.compress(bytes(601 * 50))
    short = half[:33] + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    yield "png with a quarter of its rows", short, Refusal.DAMAGED
    plain = jpeg()
    start = plain.index(b"\xff\xda") + 400
    yield "jpeg with a hole", plain[:start] + bytes(3000) + plain[start + 3000 :], Refusal.DAMAGED
    yield "jpeg cut and closed again", plain[: len(plain) // 2] + b"\xff\xd9", Refusal.DAMAGED
    yield "jpeg without a frame", b"\xff\xd8\xff\xfe\0\4ab\xff\xd9", Refusal.DAMAGED
    yield "jpeg of an unusual kind", plain.replace(b"\xff\xc0", b"\xff\xc3", 1), Refusal.UNUSUAL


def broken_films() -> Iterator[tuple[str, bytes, Refusal]]:
    """DICOM files to refuse; each is one change to a good one."""
    for kind, refusal in (("CT", Refusal.DICOM_KIND), ("MR", Refusal.DICOM_KIND), ("US", Refusal.DICOM_KIND)):
        yield f"a film that says {kind}", dicoms.changed(Modality=kind), refusal
    yield "a CT slice", synthetic_dicom(draw_chest(1, size=128), modality="CT"), Refusal.DICOM_KIND
    yield (
        "a report",
        dicoms.without("PixelData", "Rows", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11"),
        Refusal.DICOM_NO_PICTURE,
    )
    yield "a list of files", dicoms.directory("../../etc/passwd"), Refusal.DICOM_NO_PICTURE
    yield "three frames", dicoms.changed(NumberOfFrames=3), Refusal.DICOM_FRAMES
    yield "a deflated bomb", dicoms.deflated(bytes(80_000_000)), Refusal.DICOM_ENCODING
    yield "a video syntax", dicoms.with_syntax("1.2.840.10008.1.2.4.102"), Refusal.DICOM_ENCODING
    yield "an unknown syntax", dicoms.with_syntax("1.2.3"), Refusal.DICOM_ENCODING
    yield "rows as UL", dicoms.rows_as_ul(), Refusal.DICOM_HEADER
    yield (
        "a view of no known type",
        dicoms.film().replace(b"\x18\0\x01\x51CS", b"\x18\0\x01\x51VS"),
        Refusal.DICOM_HEADER,
    )
    yield "no rows", dicoms.changed(Rows=0), Refusal.DICOM_HEADER
    yield "32 bits", dicoms.changed(BitsAllocated=32, BitsStored=32), Refusal.DICOM_HEADER
    yield "more bits stored than allocated", dicoms.changed(BitsStored=17), Refusal.DICOM_HEADER
    yield "a palette", dicoms.changed(PhotometricInterpretation="PALETTE COLOR"), Refusal.DICOM_ENCODING
    yield "JPEG extended of 12 bits", dicoms.with_syntax("1.2.840.10008.1.2.4.51"), Refusal.DICOM_ENCODING
    yield "four gigapixels", dicoms.changed(Rows=65_535, Columns=65_535), Refusal.TOO_MANY_PIXELS
    yield "a postage stamp", dicoms.changed(Rows=10, Columns=10), Refusal.TOO_SMALL
    yield "more rows than pixels", dicoms.changed(Rows=4000, Columns=4000), Refusal.TRUNCATED
    film = dicoms.film()
    for name, end in (("preamble", 140), ("file header", 200), ("header", 420), ("pixels", len(film) - 500)):
        yield f"cut in its {name}", film[:end], Refusal.TRUNCATED
    yield "an RLE bomb", dicoms.run_length(8000, 7900, b"\x81\x00" * 50), Refusal.DAMAGED
    yield "nested 3000 deep", dicoms.nested(3000), Refusal.DICOM_HEADER


def refused() -> Iterator[tuple[str, bytes, Refusal]]:
    for group in (wrong_types, bombs, polyglots, broken_pictures, broken_films):
        yield from group()


# ---- what must be accepted


def odd_but_fine() -> Iterator[tuple[str, bytes]]:
    """Unusual files that a camera, a scanner or a person may well send."""
    image = Image.fromarray(drawing())
    deep = (np.asarray(image.convert("L")).astype(np.uint16) * 16).astype(np.uint16)
    yield "progressive jpeg", jpeg(progressive=True)
    yield "gray jpeg", saved(image.convert("L"), "JPEG")
    yield "cmyk jpeg", saved(image.convert("CMYK"), "JPEG", quality=95)
    yield "jpeg with restart marks", jpeg(restart_marker_blocks=4)
    yield "jpeg with a motion photo behind", jpeg() + b"\0\0\0\x18ftypmp42" + bytes(9000)
    yield "jpeg with another jpeg behind", jpeg() + jpeg()
    yield "jpeg with stray bytes", jpeg().replace(b"\xff\xdb", b"\0\0\xff\xff\xff\xdb", 1)
    yield "12 bits in a 16-bit png", saved(Image.fromarray(deep), "PNG")
    yield "palette png", saved(image.quantize(64), "PNG")
    yield "one-bit png", saved(image.convert("1"), "PNG")
    yield "interlaced-looking gray png", saved(image.convert("L"), "PNG")
    yield "opaque rgba png", saved(image.convert("RGBA"), "PNG")
    yield "gray and alpha png", saved(image.convert("LA"), "PNG")
    yield "png with a text bomb", _with_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(20_000_000)))
    yield "png with a profile bomb", _with_chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(20_000_000)))
    yield "png with spare packed data", _with_spare_data()


def _with_chunk(kind: bytes, body: bytes) -> bytes:
    image = png()
    return image[:33] + chunk(kind, body) + image[33:]


def _with_spare_data() -> bytes:
    header = struct.pack(">IIBBBBB", 200, 200, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(201 * 200 + 30_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def named(dataset: Dataset) -> Dataset:
    """Write the canary into every kind of place a name has been found in."""
    return dicoms.name_everywhere(dataset, CANARY)
