"""A third organ, declared in the tests alone: the ear drum, seen through an otoscope. No source file knows of it.

Its packs judge by the light of the picture, so that a test can say what they will find: see `photo`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from inference.pack import Pack
from screening.rules.declaration import CaptureClass, Dicom, Look, Modality, Question, Sentences, Side, View
from tests.inference import packs
from tests.pathway.slow_packs import GATE

EAR = Modality(
    code="otoscopy",
    name="Ear drum",
    views=(View("AD", "right ear (AD)", "Right", Side.RIGHT), View("AS", "left ear (AS)", "Left", Side.LEFT)),
    capture_classes=(CaptureClass("otoscope_phone", "phone otoscope"), CaptureClass("otoscope_desk", "desk otoscope")),
    dicom=Dicom(frozenset({"ES"}), "otoscope_desk"),
    questions=(
        Question("ear_pain", "Pain in the ear?", symptom=True, told="pain in the ear"),
        Question("ear_swollen", "Swelling behind the ear?", danger=True, told="swelling behind the ear"),
    ),
    unobtainable={"wax": "Wax fills the ear"},
    ungradable={"not_drum": "no ear drum can be seen"},
    retake={"not_drum": "Pull the ear back and up, and look in again."},
    advice={"dry": "Keep the ear dry until it is healed."},
    organ="ear drum",
    says=Sentences(twin="This is the photo of the other ear."),
    look=Look(icon="stethoscope", frame="round", aim="Pull the ear back, and fill the ring."),
)
# Mean brightness of a drawn picture, 0..255, and what comes of it.
CLEAR, ILL, NO_DRUM, DARK = 60, 112, 180, 12
# Between the scores of the first two: sigmoid(16 x (brightness - 0.5)) is 0.014 and 0.28.
THRESHOLD = 0.1
POINT = {
    "label": "referable_dr", "capture_class": "otoscope_phone", "threshold": THRESHOLD, "target_sensitivity": 0.9,
    "sensitivity": 0.93, "sensitivity_lower": 0.9, "confidence": 0.95, "specificity": 0.8, "positives": 170,
    "negatives": 620, "data": "drawn for tests", "measured_on": "2026-11-01",
}  # fmt: skip


def photo(brightness: int, seed: int = 0, side: int = 480) -> bytes:
    """A JPEG of soft reddish clouds of this mean brightness."""
    noise = np.random.default_rng(seed).normal(0, 1, (12, 12)).astype(np.float32)
    clouds = cv2.resize(noise - noise.mean(), (side, side), interpolation=cv2.INTER_CUBIC)
    plane = np.clip(brightness + 0.1 * brightness * clouds, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", cv2.merge([plane, plane, plane]), [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def gate(folder: Path) -> Pack:
    """Anything brighter than half is no ear drum."""
    output = {**GATE["output"], "labels": ["gradable", "not_drum"]}
    said = {**GATE, "name": "ear-gate", "output": output, "latency_budget_ms": 60000}
    return packs.make(folder, packs.brightness_model(weight=-80.0, cam=False), **_of_ears(said))


def finding(folder: Path) -> Pack:
    """The brighter, the worse; with one operating point, for phones."""
    said = {"name": "ear-finding", "operating_points": [POINT], "latency_budget_ms": 60000}
    return packs.make(folder, packs.brightness_model(), **_of_ears(said))


def _of_ears(said: dict[str, object]) -> dict[str, object]:
    return {**said, "modality": EAR.code, "capture_classes": list(EAR.class_codes)}
