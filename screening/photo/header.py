"""The DICOM header: which images are taken, and the few words of it that leave the sealed original."""

import re
from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from screening.photo.levels import Levels, numbers
from screening.photo.refusal import PhotoRefused, Refusal
from screening.photo.result import DicomFacts

_FILM = frozenset(("CR", "DX", "RG"))
# Storage classes of PS3.4 B.5 that hold one still picture, with what PS3.3 lets their Modality be: films (CR, DX),
# ophthalmic photographs (OP), and photographs through an endoscope (ES), of the body (XC), of the skin (DMS). Which of
# them a programme takes is declared with what it screens (`screening.rules.declaration.Dicom`).
STILLS = {
    "1.2.840.10008.5.1.4.1.1.1": _FILM,
    "1.2.840.10008.5.1.4.1.1.1.1": _FILM,
    "1.2.840.10008.5.1.4.1.1.1.1.1": _FILM,
    "1.2.840.10008.5.1.4.1.1.77.1.5.1": frozenset(("OP",)),
    "1.2.840.10008.5.1.4.1.1.77.1.5.2": frozenset(("OP",)),
    "1.2.840.10008.5.1.4.1.1.77.1.1": frozenset(("ES",)),
    "1.2.840.10008.5.1.4.1.1.77.1.4": frozenset(("XC",)),
    "1.2.840.10008.5.1.4.1.1.77.1.7": frozenset(("DMS",)),
}
# A secondary capture says nothing by its class, so its modality must; "OT" (other) is a scanned film's.
STILLS["1.2.840.10008.5.1.4.1.1.7"] = frozenset({"OT"}.union(*STILLS.values()))
SYNTAXES = frozenset(
    (
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.2",
        "1.2.840.10008.1.2.4.50",
        "1.2.840.10008.1.2.4.51",
        "1.2.840.10008.1.2.4.57",
        "1.2.840.10008.1.2.4.70",
        "1.2.840.10008.1.2.4.80",
        "1.2.840.10008.1.2.4.81",
        "1.2.840.10008.1.2.4.90",
        "1.2.840.10008.1.2.4.91",
        "1.2.840.10008.1.2.5",
    )
)
TAGS = (
    "SOPClassUID", "Modality", "ViewPosition", "ImageLaterality", "Laterality", "BodyPartExamined",
    "BurnedInAnnotation", "PhotometricInterpretation", "Rows", "Columns", "SamplesPerPixel", "PlanarConfiguration",
    "NumberOfFrames", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelSpacing",
    "ImagerPixelSpacing", "WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence", "RescaleSlope",
    "RescaleIntercept", "ModalityLUTSequence", "PixelPaddingValue", "PixelPaddingRangeLimit",
    "AcquisitionDateTime", "AcquisitionDate", "AcquisitionTime", "ContentDate", "ContentTime", "PixelData",
)  # fmt: skip
_VIEWS = frozenset(("PA", "AP", "LL", "RL", "LLD", "RLD", "LLO", "RLO"))
_PARTS = frozenset(
    ("CHEST", "THORAX", "LUNG", "RIB", "RIBCAGE", "RIBS", "CLAVICLE", "SHOULDER", "TSPINE", "SPINE", "ABDOMEN",
     "CHESTABDOMEN", "NECK", "HEAD", "SKULL", "PELVIS", "HAND", "FOOT", "KNEE", "EYE", "RETINA", "OPTIC DISC")
)  # fmt: skip
_MAX_WINDOWS = 8


def whole(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    """A whole number >= 1 from the header; PhotoRefused when it is missing or not stored as one."""
    if keyword not in dataset or dataset[keyword].value in (None, ""):
        if default is None:
            raise PhotoRefused(Refusal.DICOM_HEADER)
        return default
    element = dataset[keyword]
    # A size stored as anything but US or IS is how other readers were made to overrun their buffers.
    if element.VR not in ("US", "IS") or isinstance(element.value, MultiValue):
        raise PhotoRefused(Refusal.DICOM_HEADER)
    number = int(element.value)
    if number < 1:
        raise PhotoRefused(Refusal.DICOM_HEADER)
    return number


def facts_of(dataset: Dataset, syntax: str, levels: Levels) -> DicomFacts:
    spacing, spacing_from = _spacing(dataset)
    return DicomFacts(
        modality=str(dataset.Modality).strip().upper(),
        view_position=_word(dataset, "ViewPosition", _VIEWS),
        laterality=_word(dataset, "ImageLaterality", frozenset("RLB")) or _word(dataset, "Laterality", frozenset("RL")),
        body_part=_word(dataset, "BodyPartExamined", _PARTS),
        photometric=str(dataset.PhotometricInterpretation),
        windows=levels.windows[:_MAX_WINDOWS],
        pixel_spacing=spacing,
        spacing_from=spacing_from,
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        bits_stored=int(dataset.get("BitsStored", 0) or dataset.BitsAllocated),
        transfer_syntax=syntax,
        burned_in={"YES": True, "NO": False}.get(str(dataset.get("BurnedInAnnotation", "")).strip().upper()),
        deep_scale=levels.scale,
        deep_offset=levels.offset,
    )


def _word(dataset: Dataset, keyword: str, known: frozenset[str]) -> str | None:
    word = str(dataset.get(keyword, "") or "").strip().upper()
    return word if word in known else None


def _spacing(dataset: Dataset) -> tuple[tuple[float, float] | None, str | None]:
    """Millimetres per row and column, and which of the two headers they come from.

    PS3.3 10.7.1.3: a Pixel Spacing equal to the Imager Pixel Spacing is not calibrated, but that of the detector.
    """
    found = {}
    for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
        values = numbers(dataset.get(keyword))
        if len(values) == 2 and all(0 < value < 100 for value in values):
            found[keyword] = values[0], values[1]
    pixel, imager = found.get("PixelSpacing"), found.get("ImagerPixelSpacing")
    if pixel and pixel != imager:
        return pixel, "PixelSpacing"
    return imager, "ImagerPixelSpacing" if imager else None


def claimed_time(dataset: Dataset) -> datetime | None:
    """When the image says it was taken, to the second, in the modality's own clock."""
    stamps = [str(dataset.get("AcquisitionDateTime", "") or "")]
    for kind in ("Acquisition", "Content"):
        stamps.append(f"{dataset.get(kind + 'Date', '') or ''}{dataset.get(kind + 'Time', '') or ''}")
    for stamp in stamps:
        found = re.match(r"\d{14}", stamp)
        if found:
            try:
                return datetime.strptime(found.group(), "%Y%m%d%H%M%S")
            except ValueError:
                continue
    return None
