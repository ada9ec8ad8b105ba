"""Near copies are found, and other eyes are not."""

from __future__ import annotations

import cv2
import numpy as np

from inference.drawing import draw_fundus
from inference.evaluation.duplicates import twins
from inference.evaluation.looks import Look, fingerprint


def looked(picture: np.ndarray) -> Look:
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return Look(0.5, cv2.resize(gray, (32, 32), interpolation=cv2.INTER_AREA), fingerprint(gray), "")


def test_a_near_copy_is_found_and_other_eyes_are_not() -> None:
    eyes = [draw_fundus(seed, laterality="R", lesions=0, size=400) for seed in range(6)]
    _, code = cv2.imencode(".jpg", cv2.resize(eyes[2], (300, 300)), [cv2.IMWRITE_JPEG_QUALITY, 40])
    copy = cv2.imdecode(code, cv2.IMREAD_COLOR)
    found = twins([looked(eye) for eye in [*eyes, copy]])
    assert [(one.first, one.second) for one in found] == [(2, 6)]
