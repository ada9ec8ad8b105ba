"""The keys phones seal for: a folder of RSA keys beside the other secrets. The newest is the current one.

Old keys stay, so that what was sealed for them weeks ago on a dark phone still opens.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from screening.offline.envelope import key_id

BITS = 3072


@dataclass(frozen=True)
class PhoneKey:
    """One key pair; `number` is the name of its file and orders them."""

    id: str
    number: str
    private: RSAPrivateKey


def folder() -> Path:
    return Path(settings.FIELDLIGHT_PHONE_KEYS)


def keys() -> list[PhoneKey]:
    """Every key of the installation, oldest first; makes the first one. The last is the current one."""
    if not list(folder().glob("*.pem")):
        make("0000")
    return _read(tuple(sorted(str(path) for path in folder().glob("*.pem"))))


@lru_cache(maxsize=4)
def _read(paths: tuple[str, ...]) -> list[PhoneKey]:
    return [_load(Path(path)) for path in paths]


def _load(path: Path) -> PhoneKey:
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} can be read by others. Run: chmod 600 {path}")
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, RSAPrivateKey):
        raise ImproperlyConfigured(f"{path} is not an RSA key.")
    return PhoneKey(key_id(private.public_key()), path.stem, private)


def current() -> PhoneKey:
    return keys()[-1]


def ring() -> dict[str, RSAPrivateKey]:
    """Every private key by its id."""
    return {key.id: key.private for key in keys()}


def make(number: str = "") -> None:
    """Add a key, which becomes the current one. Two starters at once make one first key."""
    number = number or f"{len(keys()):04d}"
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / f"{number}.pem"
    data = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(path, data)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and never over a key that is there: somebody may have sealed for it already."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        return
    finally:
        beside.unlink()
