"""Is a film judged alike as a picture file and as a DICOM file? `python -m tests.bench.films PACK FOLDER [THRESHOLD]`

Films of FOLDER's labels.csv (test and validation splits, 150 at most) go through the cleaning of the product: as the
file they are, and wrapped as 12-bit DICOM, both ways round, with the window that shows them as they were and with
windows a technician might have chosen. Printed: how far scores move, how the area under the ROC curve moves, and how
many decisions flip.
"""

from __future__ import annotations

import csv
import json
import sys
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from pydicom import dcmread

from inference import pack
from inference.assess.one_picture import assess
from inference.assess.preprocess import working_copy
from inference.drawing.dicom import synthetic_dicom
from inference.statistics.areas import auc
from screening import photo

FULL, MOST = 4095, 150
# Centre and width of the window, as shares of the film's own range; None: the file names none, the product chooses.
WINDOWS: dict[str, tuple[float, float] | None] = {
    "as it was": (0.5, 1.0), "no window": None, "wider": (0.5, 1.25), "narrower": (0.5, 0.8),
    "darker": (0.56, 1.0), "brighter": (0.44, 1.0),
}  # fmt: skip


def wrapped(gray: np.ndarray, window: tuple[float, float] | None, photometric: str = "MONOCHROME2") -> bytes:
    dataset = dcmread(BytesIO(synthetic_dicom(gray, bits=12, photometric=photometric)))
    if window:
        dataset.WindowCenter, dataset.WindowWidth = window[0] * FULL, window[1] * FULL
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def score(found: pack.Pack, data: bytes) -> float:
    said = assess(working_copy(photo.clean(data).display), found).score
    assert said is not None
    return said


def measure(name: str, folder: Path, threshold: float) -> dict[str, object]:
    found = pack.load(Path(__file__).resolve().parents[2] / "packs" / name)
    with (folder / "labels.csv").open() as table:
        rows = [row for row in csv.DictReader(table) if row["split"] in ("val", "test")]
    rows = [rows[n] for n in np.unique(np.linspace(0, len(rows) - 1, min(MOST, len(rows))).round().astype(int))]
    ill = np.array([row["label"] not in ("normal", "0") for row in rows])
    files = [(folder / row["image"]).read_bytes() for row in rows]
    grays = [cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) for data in files]
    plain = np.array([score(found, data) for data in files])
    ways = {way: [wrapped(gray, window) for gray in grays] for way, window in WINDOWS.items()}
    ways["as it was, MONOCHROME1"] = [wrapped(gray, WINDOWS["as it was"], "MONOCHROME1") for gray in grays]
    report: dict[str, object] = {"films": len(rows), "area_as_file": round(auc(plain, ill), 4)}
    for way, wraps in ways.items():
        said = np.array([score(found, data) for data in wraps])
        gap = np.abs(said - plain)
        report[way] = {
            "largest_change": round(float(gap.max()), 4), "mean_change": round(float(gap.mean()), 4),
            "area_change": round(auc(said, ill) - auc(plain, ill), 4),
            "flipped": int(((said >= threshold) != (plain >= threshold)).sum()),
            "found_then_missed": int(((said < threshold) & (plain >= threshold) & ill).sum()),
        }  # fmt: skip
    return report


if __name__ == "__main__":
    folder, cut = Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else None
    at = (
        cut
        if cut is not None
        else pack.load(Path(__file__).resolve().parents[2] / "packs" / sys.argv[1]).manifest.raw["operating_points"][0][
            "threshold"
        ]
    )
    print(json.dumps(measure(sys.argv[1], folder, at), indent=1))
