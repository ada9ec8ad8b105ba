"""Which all-clears readers look at. Pure."""

from __future__ import annotations

import hmac
from hashlib import sha256


def drawn(salt: str, encounter: str, rate: float) -> bool:
    """Whether an all-clear belongs to the quality sample: the same for the same visit, whoever asks, however often.

    A keyed hash of the visit's number, spread evenly over [0, 1), falls below `rate`; a number made on a phone
    cannot be chosen so as to fall in or out, since the salt stays on the server.
    """
    digest = hmac.new(salt.encode(), encounter.encode(), sha256).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < rate
