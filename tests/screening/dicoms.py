"""Good DICOM films, and what can be done to them."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import gdcm
import numpy as np
import pydicom
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from inference.drawing import draw_chest
from inference.drawing.dicom import synthetic_dicom

# These films are wrong on purpose.
config.settings.writing_validation_mode = config.IGNORE

SIDE = 160
GRAY = draw_chest(21, size=SIDE)


def film(**options: Any) -> bytes:
    return synthetic_dicom(GRAY, **options)


def opened(**options: Any) -> Dataset:
    return pydicom.dcmread(io.BytesIO(film(**options)))


def written(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def changed(**values: Any) -> bytes:
    dataset = opened()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return written(dataset)


def without(*keywords: str, **values: Any) -> bytes:
    dataset = opened()
    for keyword in keywords:
        delattr(dataset, keyword)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return written(dataset)


def directory(path: str) -> bytes:
    """A DICOMDIR that points outside its folder."""
    dataset = opened()
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(dataset, keyword)
    record = Dataset()
    record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", path.split("/")
    dataset.DirectoryRecordSequence = Sequence([record])
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    return written(dataset)


def with_syntax(uid: str) -> bytes:
    """A file that claims another transfer syntax."""
    data = film()
    old = ExplicitVRLittleEndian.encode() + b"\0"
    start = data.index(old)
    new = uid.encode() + b"\0" * (len(uid) % 2)
    grown = data[: start - 2] + struct.pack("<H", len(new)) + new + data[start + len(old) :]
    length = struct.unpack_from("<I", grown, 140)[0] + len(new) - len(old)
    return grown[:140] + struct.pack("<I", length) + grown[144:]


def deflated(spare: bytes) -> bytes:
    data = with_syntax("1.2.840.10008.1.2.1.99")
    start = 144 + struct.unpack_from("<I", data, 140)[0]
    packer = zlib.compressobj(9, wbits=-15)
    return data[:start] + packer.compress(data[start:] + spare) + packer.flush()


def rows_as_ul() -> bytes:
    data = film()
    element = struct.pack("<HH2sHH", 0x0028, 0x0010, b"US", 2, SIDE)
    wide = struct.pack("<HH2sHI", 0x0028, 0x0010, b"UL", 4, SIDE)
    assert data.count(element) == 1
    return data.replace(element, wide)


def nested(depth: int) -> bytes:
    """A sequence in a sequence in a sequence..., in a tag the reader wants."""
    data = film()
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    begin = struct.pack("<HH2sHI", 0x0028, 0x3000, b"SQ", 0, 0xFFFFFFFF) + item
    pixels = data.index(struct.pack("<HH", 0x7FE0, 0x0010))
    return data[:pixels] + begin * depth + data[pixels:]


def run_length(rows: int, columns: int, segment: bytes) -> bytes:
    """A run-length film whose few bytes claim many pixels."""
    dataset = opened(bits=8)
    dataset.Rows, dataset.Columns = rows, columns
    header = struct.pack("<16I", 1, 64, *([0] * 14))
    dataset.file_meta.TransferSyntaxUID = RLELossless
    dataset.PixelData = encapsulate([header + segment])
    dataset["PixelData"].is_undefined_length = True
    return written(dataset)


def name_everywhere(dataset: Dataset, name: str) -> Dataset:
    """Nine kinds of places where names have been found in films."""
    dataset.PatientName = f"{name}^A"
    dataset.OtherPatientNames = [f"{name}^B"]
    dataset.PatientComments = dataset.BodyPartExamined = dataset.ViewPosition = name
    dataset.add_new(0x00091001, "LO", name)
    dataset.add_new(0x00090010, "LO", name)
    request = Dataset()
    request.RequestingPhysician = name
    inner = Dataset()
    inner.OriginalAttributesSequence = Sequence([request])
    dataset.RequestAttributesSequence = Sequence([inner])
    dataset.add_new(0x60003000, "OW", name.encode() + b"\0" * (len(name) % 2))
    icon = Dataset()
    icon.Rows = icon.Columns = 1
    icon.PixelData = name.encode() + b"\0" * (len(name) % 2)
    icon["PixelData"].VR = "OB"
    dataset.IconImageSequence = Sequence([icon])
    dataset.add_new(0x50003000, "OW", name.encode() + b"\0" * (len(name) % 2))
    dataset.DataSetTrailingPadding = name.encode() + b"\0" * (len(name) % 2)
    dataset["DataSetTrailingPadding"].VR = "OB"
    dataset.preamble = name.encode().ljust(128, b"\0")
    return dataset


def compressed(syntax: str, folder: Path) -> bytes:
    """The film in a transfer syntax, named as GDCM names it."""
    source, target = str(folder / "plain.dcm"), folder / "packed.dcm"
    Path(source).write_bytes(film())
    reader = gdcm.ImageReader()
    reader.SetFileName(source)
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(target))
    assert writer.Write()
    return target.read_bytes()


def as_film(path: str) -> bytes:
    """Somebody's sample file, told to be a chest film."""
    dataset = pydicom.dcmread(path)
    dataset.Modality, dataset.SOPClassUID = "DX", "1.2.840.10008.5.1.4.1.1.1.1"
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    return written(dataset)


def wide(pixels: np.ndarray, **values: Any) -> bytes:
    """Sixteen stored bits, signed or not, with any header values."""
    signed = pixels.dtype == np.int16
    dataset = opened(bits=16)
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.PixelRepresentation, dataset.PixelData = int(signed), pixels.tobytes()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    if "PixelPaddingValue" in dataset:
        dataset["PixelPaddingValue"].VR = "SS" if signed else "US"
    return written(dataset)
