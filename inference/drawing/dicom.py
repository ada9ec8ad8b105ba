"""A drawn film wrapped as a DICOM file, with or without a made-up patient in its header."""

from datetime import datetime
from hashlib import sha256
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

Gray = NDArray[np.uint8] | NDArray[np.uint16]

_CLASSES = {
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
    "SC": "1.2.840.10008.5.1.4.1.1.7",
    "OP": "1.2.840.10008.5.1.4.1.1.77.1.5.1",
    "CT": "1.2.840.10008.5.1.4.1.1.2",
}
_IDENTIFIERS = {
    "PatientName": "SYNTHETIC^PERSON",
    "PatientID": "SYN-0001",
    "PatientBirthDate": "19700101",
    "InstitutionName": "Synthetic Clinic",
    "ReferringPhysicianName": "SYNTHETIC^DOCTOR",
    "AccessionNumber": "SYN-A-0001",
}


def synthetic_dicom(
    pixels: Gray,
    *,
    photometric: str = "MONOCHROME2",
    modality: str = "DX",
    bits: int = 12,
    identifiers: bool = False,
    implicit: bool = False,
) -> bytes:
    """Wrap gray pixels (rows x columns, bone white) as an uncompressed single-frame DICOM file.

    8-bit pixels are spread over `bits` (8-16); MONOCHROME1 stores them inverted, as the standard asks.
    Raises ValueError for another photometric word, KeyError for a modality outside CR, DX, SC, OP, CT.
    """
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise ValueError(f"cannot write photometric={photometric!r}")
    stored = _spread(pixels, bits)
    if photometric == "MONOCHROME1":
        stored = _inverted(stored, bits)
    dataset = _header(modality, photometric, identifiers, sha256(stored.tobytes()).hexdigest())
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated = stored.dtype.itemsize * 8
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = bits, bits - 1, 0
    # An odd number of bytes is padded: every DICOM value has an even length.
    dataset.PixelData = stored.tobytes() + b"\0" * (stored.nbytes % 2)
    dataset["PixelData"].VR = "OW" if dataset.BitsAllocated > 8 else "OB"
    return _written(dataset, implicit)


def _spread(pixels: Gray, bits: int) -> Gray:
    if pixels.dtype == np.uint16:
        return pixels
    if bits == 8:
        return np.asarray(pixels, np.uint8)
    return np.asarray(pixels.astype(np.uint32) * ((1 << bits) - 1) // 255, np.uint16)


def _inverted(pixels: Gray, bits: int) -> Gray:
    flipped = (1 << bits) - 1 - pixels.astype(np.int64)
    return flipped.astype(np.uint8) if pixels.dtype == np.uint8 else flipped.astype(np.uint16)


def _header(modality: str, photometric: str, identifiers: bool, fingerprint: str) -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = _CLASSES[modality]
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        setattr(dataset, keyword, generate_uid(entropy_srcs=[keyword, fingerprint]))
    dataset.Modality, dataset.PhotometricInterpretation, dataset.SamplesPerPixel = modality, photometric, 1
    if modality == "OP":
        dataset.ImageLaterality = "R"
    else:
        dataset.BodyPartExamined, dataset.ViewPosition = "CHEST", "PA"
        dataset.PixelSpacing = [0.2, 0.2]
    for keyword, value in (_IDENTIFIERS if identifiers else {}).items():
        setattr(dataset, keyword, value)
    if identifiers:
        dataset.AcquisitionDateTime = datetime(2026, 1, 2, 3, 4, 5).strftime("%Y%m%d%H%M%S")
    return dataset


def _written(dataset: Dataset, implicit: bool) -> bytes:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
