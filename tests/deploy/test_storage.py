"""Files are whole or absent, whatever breaks while they are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from deploy.storage import DurableStorage


class Torn(ContentFile):
    """A file whose second piece cannot be read."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise OSError("gone")


def test_the_same_name_is_replaced_whole(tmp_path: Path) -> None:
    storage = DurableStorage(location=tmp_path)
    for said in (b"the first and longer", b"second"):
        assert storage.save("ab/cd", ContentFile(said)) == "ab/cd"
        assert (tmp_path / "ab" / "cd").read_bytes() == said


def test_what_breaks_while_it_is_written_leaves_what_was_there(tmp_path: Path) -> None:
    storage = DurableStorage(location=tmp_path)
    storage.save("kept", ContentFile(b"whole"))
    with pytest.raises(OSError, match="gone"):
        storage.save("kept", Torn(b""))
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("kept", b"whole")]
