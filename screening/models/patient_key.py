"""What patients are found by: keyed hashes, so that nothing readable lies beside names that may be encrypted."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.db import models

PURPOSE = b"fieldlight: what patients are found by"


class PatientKey(models.Model):
    """One thing a patient is found by (`rules/search_keys`): eight bytes of its HMAC-SHA-256, and nothing else."""

    pk = models.CompositePrimaryKey("value", "patient_id")
    value = models.BigIntegerField()
    patient = models.ForeignKey("screening.Patient", on_delete=models.CASCADE, related_name="keys")

    def __str__(self) -> str:
        return f"{self.value:x}"


@cache
def _key(sealing: str) -> bytes:
    """A key of its own under the installation's sealing key, which nobody may lose anyway: originals need it."""
    return hmac.digest(sealing.encode(), PURPOSE, "sha256")


def hashed(labels: Iterable[str]) -> list[int]:
    """The labels as they are kept: signed numbers of 64 bits."""
    key = _key(settings.FIELDLIGHT_SEALING_KEY)
    return [
        int.from_bytes(hmac.digest(key, label.encode(errors="surrogatepass"), "sha256")[:8], signed=True)
        for label in labels
    ]
