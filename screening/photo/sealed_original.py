"""Originals are kept as handed in, but sealed: AES-256-GCM under the installation's key. Pure."""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"FL1"


class SealBroken(Exception):
    """The sealed bytes were altered, or were sealed under another key."""


def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(key.encode()).digest())


def seal(data: bytes, key: str) -> bytes:
    """MAGIC + 12-byte nonce + ciphertext with its 16-byte tag."""
    nonce = os.urandom(12)
    return MAGIC + nonce + _cipher(key).encrypt(nonce, data, MAGIC)


def unseal(sealed: bytes, key: str) -> bytes:
    """The bytes as handed in. Raises SealBroken."""
    if not sealed.startswith(MAGIC):
        raise SealBroken("not a sealed original")
    try:
        return _cipher(key).decrypt(sealed[3:15], sealed[15:], MAGIC)
    except InvalidTag:
        raise SealBroken("the seal does not open: wrong key, or altered bytes") from None
