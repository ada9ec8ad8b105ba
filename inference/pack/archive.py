"""A pack as one file: a zip archive, unpacked into a folder that is gone afterwards, or written from one."""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from inference.declared import PackError
from inference.pack import LARGEST_MODEL, MANIFEST, Pack

MOST_FILES = 5000
LARGEST_WHOLE = 2 * LARGEST_MODEL
CHUNK = 1 << 20
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
AGAIN = "copy or download it again."
# Zip cannot say "no date"; its first one keeps the same pack the same file.
NO_DATE = (1980, 1, 1, 0, 0, 0)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """The folder of a pack that is a folder, or the unpacked folder of one that is a zip file.

    Raises PackError: missing_file, not_a_pack, path_escape, too_big.
    """
    if path.is_dir():
        yield path
        return
    if not path.is_file():
        raise PackError("missing_file", f"{path} is neither a folder nor a file.")
    if not zipfile.is_zipfile(path):
        # A zip file's table of contents is its end: one that was cut off has only its beginning.
        if _begins(path) in ZIP_STARTS:
            raise PackError("not_a_pack", f"{path.name} is a zip file that is damaged or cut off: {AGAIN}")
        raise PackError("not_a_pack", f"{path.name} is neither a folder nor a zip file. Make a pack with: pack build.")
    with tempfile.TemporaryDirectory(prefix="pack-") as scratch:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, Path(scratch))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise PackError("not_a_pack", f"{path.name} is damaged or cut off ({error}): {AGAIN}") from error
        except (NotImplementedError, RuntimeError) as error:
            raise PackError("not_a_pack", f"{path.name} cannot be unpacked: {error}.") from error
        yield _root(Path(scratch))


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise PackError("missing_file", f"{path} cannot be read: {error.strerror}.") from error


def zip_into(pack: Pack, target: Path) -> None:
    """Write a pack as one zip file: the manifest and every file it pins, nothing else."""
    names = sorted({MANIFEST, *(pinned.file for pinned in pack.manifest.pinned)})
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (pack.path / name).read_bytes())


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise PackError("too_big", f"The archive has {len(entries)} files; {MOST_FILES} are allowed.")
    left = LARGEST_WHOLE
    for entry in entries:
        target = folder / _inside(entry)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as packed, target.open("wb") as plain:
            # What an entry says of its size is not believed: a bomb says little.
            while piece := packed.read(CHUNK):
                left -= len(piece)
                if left < 0:
                    raise PackError("too_big", f"Unpacked, the archive has over {LARGEST_WHOLE} bytes.")
                plain.write(piece)


def _inside(entry: zipfile.ZipInfo) -> PurePosixPath:
    path = PurePosixPath(entry.filename)
    linked = stat.S_ISLNK(entry.external_attr >> 16)
    if linked or path.is_absolute() or "\\" in entry.filename or ":" in entry.filename or ".." in path.parts:
        raise PackError("path_escape", f"{entry.filename!r} leads out of the pack.")
    return path


def _root(folder: Path) -> Path:
    """People zip the folder or what is in it: both are the pack."""
    inside = [entry for entry in folder.iterdir() if entry.name != "__MACOSX"]
    if not (folder / MANIFEST).exists() and len(inside) == 1 and inside[0].is_dir():
        return inside[0]
    return folder
