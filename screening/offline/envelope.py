"""What a phone seals for this server, and how it is opened. Pure; the layout is docs/offline.md.

Each envelope has an AES-256-GCM key of its own, wrapped with RSA-OAEP for a public key of the installation: the
phone can make one offline and signed out, and nobody but the server can read it back.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from screening.refusal import Refused

MAGIC = b"FLE1"
KEY_ID, NONCE, TAG = 8, 12, 16  # bytes
HEADER_LIMIT = 16_384  # bytes of the header inside
LENGTH = struct.Struct(">H")
HEADER_LENGTH = struct.Struct(">I")


class NotAnEnvelope(Refused):
    """The bytes are cut off, or never were an envelope."""

    def __init__(self) -> None:
        super().__init__("not_an_envelope", "It arrived incomplete. Send it again.")


class UnknownKey(Exception):
    """Sealed for a key that is not in the ring: it opens once the key is back."""


class Broken(Exception):
    """Sealed for us, but altered since, or made wrongly."""


@dataclass(frozen=True)
class Opened:
    """A header (what and whose it is) and the body it speaks of. The body's hash is checked."""

    header: dict[str, Any]
    body: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def spki(key: RSAPublicKey) -> bytes:
    """The public key as DER SubjectPublicKeyInfo, as WebCrypto imports it."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key: RSAPublicKey) -> str:
    """The first 16 hex digits of the SHA-256 of the key's DER."""
    return hashlib.sha256(spki(key)).hexdigest()[: 2 * KEY_ID]


def _oaep() -> OAEP:
    return OAEP(mgf=MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def seal(header: Mapping[str, Any], body: bytes, key: RSAPublicKey) -> bytes:
    """An envelope as a phone makes it."""
    said = json.dumps(header, separators=(",", ":")).encode()
    secret, nonce = AESGCM.generate_key(256), os.urandom(NONCE)
    wrapped = key.encrypt(secret, _oaep())
    front = MAGIC + bytes.fromhex(key_id(key)) + LENGTH.pack(len(wrapped)) + wrapped
    return front + nonce + AESGCM(secret).encrypt(nonce, HEADER_LENGTH.pack(len(said)) + said + body, front)


def sealed_for(envelope: bytes) -> str:
    """The id of the key it was sealed for. Raises NotAnEnvelope."""
    front = len(MAGIC) + KEY_ID + LENGTH.size
    if not envelope.startswith(MAGIC) or len(envelope) < front:
        raise NotAnEnvelope
    (wrapped,) = LENGTH.unpack_from(envelope, len(MAGIC) + KEY_ID)
    if len(envelope) < front + wrapped + NONCE + HEADER_LENGTH.size + TAG:
        raise NotAnEnvelope
    return envelope[len(MAGIC) : len(MAGIC) + KEY_ID].hex()


def open_up(envelope: bytes, ring: Mapping[str, RSAPrivateKey]) -> Opened:
    """What is inside. Raises NotAnEnvelope, UnknownKey, Broken."""
    name = sealed_for(envelope)
    if name not in ring:
        raise UnknownKey(f"sealed for key {name}, which is not here")
    start = len(MAGIC) + KEY_ID + LENGTH.size
    (length,) = LENGTH.unpack_from(envelope, start - LENGTH.size)
    end = start + length
    try:
        secret = ring[name].decrypt(envelope[start:end], _oaep())
        inside = AESGCM(secret).decrypt(envelope[end : end + NONCE], envelope[end + NONCE :], envelope[:end])
    except (InvalidTag, ValueError):
        raise Broken("altered, or sealed wrongly") from None
    return _read(inside)


def _read(inside: bytes) -> Opened:
    (length,) = HEADER_LENGTH.unpack_from(inside.ljust(HEADER_LENGTH.size, b"\0"))
    end = HEADER_LENGTH.size + length
    if length > HEADER_LIMIT or end > len(inside):
        raise Broken("its header is longer than itself")
    try:
        header = json.loads(inside[HEADER_LENGTH.size : end])
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise Broken("its header cannot be read")
    opened = Opened(header, inside[end:])
    if header.get("sha256") != opened.sha256:
        raise Broken("its contents are not those it was sealed with")
    return opened
