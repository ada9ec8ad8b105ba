"""What readers send over the API, and what they are sent."""

from __future__ import annotations

from typing import Any

from tests import factories

MODERATE: dict[str, Any] = {"grades": factories.both_eyes(factories.MODERATE_EYE), "advice": "To the clinic"}
NORMAL: dict[str, Any] = {"grades": factories.both_eyes(factories.NORMAL_EYE), "advice": ""}
LINE = {
    "id", "programme", "modality", "person", "priority", "due_at", "overdue", "state", "created_at", "mine",
    "claim_until",
}  # fmt: skip
# Long enough that no time of day or identifier in an answer can happen to contain it.
SCORE = 0.8134567
