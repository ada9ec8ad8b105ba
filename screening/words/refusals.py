"""How a refusal is told: each code has one HTTP status and one sentence, on a page, in the API and on a phone."""

from __future__ import annotations

from typing import TypeGuard

from django.utils.translation import gettext as _

from inference.blobs import StorageFull
from screening.refusal import Incorrect, Refused

OTHERWISE = 422  # understood and refused
STATUS = {
    # The act itself was in order, but somebody (or another phone) was there before, or it is too early.
    "asked_already": 409, "changed": 409, "decided": 409, "id_taken": 409, "local_id_taken": 409, "lost": 409,
    "offset": 409, "out_of_order": 409, "received": 409,
    "expired": 410,
    "too_large": 413,
    "quota": 429,
    "checksum": 460,  # tus 1.0
    "busy": 503, "decoder_unavailable": 503,
    "storage_full": 507,
}  # fmt: skip
SOON, LATER = 5, 60  # seconds until it is worth sending again
RETRY_AFTER = {"busy": SOON, "decoder_unavailable": SOON, "quota": LATER, "storage_full": LATER}


def is_refusal(error: Exception) -> TypeGuard[Refused | StorageFull]:
    """Whether it is told as a refusal. A full disk is none of the tree: what stores files knows nothing of us."""
    return isinstance(error, Refused | StorageFull)


def code(error: Refused | StorageFull) -> str:
    return "storage_full" if isinstance(error, StorageFull) else str(error.code)


def status(error: Refused | StorageFull) -> int:
    """The HTTP status it is told with."""
    return STATUS.get(code(error), OTHERWISE)


def sentence(error: Exception) -> str:
    """Why a file or an act was not taken, and what to do next, in the reader's language."""
    if isinstance(error, StorageFull):
        return _("The server's disk is full. Keep the photo and tell the person who looks after Fieldlight.")
    said = error.sentence if isinstance(error, Refused) else ""
    return (_(said) if said else "") or _("This could not be done. Try again.")


def problems(error: Exception) -> dict[str, list[str]]:
    """What to do about each field, in the reader's language; none where nothing is wrong with a field."""
    found = error.problems if isinstance(error, Incorrect) else {}
    return {field: [_(said)] for field, said in found.items()}
