"""Why a file was not taken, in words that say what to do next."""

from __future__ import annotations

from enum import StrEnum

from screening.refusal import Refused


class Refusal(StrEnum):
    """One code per thing the sender can do about it."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    HEIC = "heic"
    WEBP = "webp"
    TIFF = "tiff"
    PDF = "pdf"
    SVG = "svg"
    OTHER_PICTURE = "other_picture"
    VIDEO = "video"
    ARCHIVE = "archive"
    WEB_PAGE = "web_page"
    UNKNOWN_TYPE = "unknown_type"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    UNUSUAL = "unusual"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    ANIMATED = "animated"
    HIDDEN_CONTENT = "hidden_content"
    DICOM_KIND = "dicom_kind"
    DICOM_FRAMES = "dicom_frames"
    DICOM_ENCODING = "dicom_encoding"
    DICOM_HEADER = "dicom_header"
    DICOM_NO_PICTURE = "dicom_no_picture"
    DECODER_FAILED = "decoder_failed"
    DECODER_TIMEOUT = "decoder_timeout"
    DECODER_MEMORY = "decoder_memory"
    DECODER_UNAVAILABLE = "decoder_unavailable"


SENTENCES: dict[Refusal, str] = {
    Refusal.EMPTY: "The file is empty. Take the photo again, or choose the file again.",
    Refusal.TOO_LARGE: "The file is too large. Send a JPEG or PNG of up to 25 MB, or a DICOM of up to 64 MB.",
    Refusal.HEIC: "This is an iPhone HEIC photo. In Settings, Camera, Formats choose “Most Compatible”, "
    "or take the photo inside the app.",
    Refusal.WEBP: "This is a WebP or AVIF picture. Save it as JPEG, or take the photo inside the app.",
    Refusal.TIFF: "This is a TIFF or a camera raw file. Export it as JPEG or PNG at full size.",
    Refusal.PDF: "This is a PDF. Send the picture itself as JPEG, PNG or DICOM.",
    Refusal.SVG: "This is a drawing (SVG), not a photo. Send a JPEG, PNG or DICOM.",
    Refusal.OTHER_PICTURE: "This kind of picture file is not taken. Save it as JPEG or PNG at full size.",
    Refusal.VIDEO: "This is a video. Take a still photo instead.",
    Refusal.ARCHIVE: "This is a ZIP or another archive. Unpack it and send the pictures one by one.",
    Refusal.WEB_PAGE: "This is a web page, not a photo. Open the picture, save it as JPEG, and send that file.",
    Refusal.UNKNOWN_TYPE: "This is not a JPEG, PNG or DICOM file. Check that you chose the right file.",
    Refusal.TRUNCATED: "The file is cut off: its end is missing. Copy or send it again from the camera or the archive.",
    Refusal.DAMAGED: "The file is damaged and part of the picture cannot be trusted. "
    "Take the photo again, or copy the file again.",
    Refusal.UNUSUAL: "This picture is stored in an unusual way. Save it again as an ordinary JPEG or PNG.",
    Refusal.TOO_MANY_PIXELS: "The picture has too many pixels. Send one of at most 64 megapixels.",
    Refusal.TOO_SMALL: "The picture is too small to see anything in it. Send the full-size original, "
    "not a preview or an icon.",
    Refusal.ANIMATED: "The file holds more than one picture. Send a single still picture.",
    Refusal.HIDDEN_CONTENT: "Something else is hidden behind the picture (an archive or a web page). "
    "Take the photo again with the camera, or save it again as JPEG.",
    Refusal.DICOM_KIND: "This DICOM file is not a single film or photo. Choose the right film or photo.",
    Refusal.DICOM_FRAMES: "This DICOM holds several frames. Export the one frame to be read.",
    Refusal.DICOM_ENCODING: "This DICOM is compressed in a way that is not taken. Export it uncompressed, "
    "as JPEG, JPEG-LS, JPEG 2000 or RLE.",
    Refusal.DICOM_HEADER: "The header of this DICOM contradicts itself. Export it again from the archive.",
    Refusal.DICOM_NO_PICTURE: "This DICOM holds no picture (a report, or a list of files). Choose the picture itself.",
    Refusal.DECODER_FAILED: "The picture could not be opened. Take the photo again, or save it again as JPEG.",
    Refusal.DECODER_TIMEOUT: "The picture took too long to open. Save it again as JPEG, or send a smaller one.",
    Refusal.DECODER_MEMORY: "The picture needs too much memory to open. Send a smaller one.",
    Refusal.DECODER_UNAVAILABLE: "Photos cannot be opened at the moment. Keep the photo and send it again in a minute.",
}


class PhotoRefused(Refused):
    """A file that is not taken. Its sentence is English: who tells it translates it."""

    code: Refusal

    def __init__(self, code: Refusal) -> None:
        super().__init__(code, SENTENCES[code])
