"""Where each kind of file lies in the storage. Names are hashes or ids: never a patient's."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage


class StorageFull(Exception):
    """Less than the reserve is left on the disk: refuse before anything is half-written."""


def display(photo: str) -> str:
    return f"photos/{photo[:2]}/{photo}.jpg"


def thumbnail(photo: str) -> str:
    return f"thumbs/{photo[:2]}/{photo}.jpg"


def deep(photo: str) -> str:
    return f"deep/{photo[:2]}/{photo}.png"


def tiles(photo: str, way: str) -> str:
    """A picture cut into tiles, as shown one way ("original", "clahe", a window)."""
    return f"tiles/{photo[:2]}/{photo}-{way}"


def heat(run: object) -> str:
    return f"heat/{str(run)[:2]}/{run}.png"


def original(sha256: str) -> str:
    return f"originals/{sha256[:2]}/{sha256}"


def upload_part(upload: object, offset: int, writer: str) -> str:
    return f"uploads/{upload}/{offset:012d}-{writer}"


def envelope(sha256: str) -> str:
    return f"sealed/{sha256[:2]}/{sha256}"


def preview(image: object) -> str:
    return f"previews/{str(image)[:2]}/{image}.jpg"


def mark(consent: object) -> str:
    return f"marks/{str(consent)[:2]}/{consent}"


def put(name: str, data: bytes) -> None:
    """Store whole or not at all; a name already there holds the same bytes."""
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(data))


def exists(name: str) -> bool:
    return bool(default_storage.exists(name))


def drop(name: str) -> None:
    """Remove it; what is not there is removed already."""
    default_storage.delete(name)


def get(name: str) -> bytes:
    """The bytes. Raises FileNotFoundError."""
    with default_storage.open(name) as file:
        return bytes(file.read())


def check_reserve(more: int = 0) -> None:
    """Raises StorageFull when the disk under an embedded storage is nearly full, or would be with `more` bytes."""
    if isinstance(default_storage, FileSystemStorage):
        free = shutil.disk_usage(settings.FIELDLIGHT_PACKS.parent).free
        if free < settings.FIELDLIGHT_RESERVE_MB * 1_000_000 + more:
            raise StorageFull
