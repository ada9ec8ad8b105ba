"""Write something that was measured into a pack. The manifest changes, so the pack has a new hash and no thresholds."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inference.pack import MANIFEST, Pack, load


def reseal(pack: Pack, changes: Mapping[str, Any], folder: Path, *, card: str | None = None) -> Pack:
    """The pack with some entries of its manifest replaced, written to `folder` (its own, or another). Raises PackError.

    Model and golden cases stay byte for byte, and the card unless a new one is given.
    """
    if folder.resolve() != pack.path.resolve():
        for pinned in pack.manifest.pinned:
            target = folder / pinned.file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pack.path / pinned.file, target)
    if card is not None:
        pin = {"file": pack.manifest.card.file, "sha256": hashlib.sha256(card.encode()).hexdigest()}
        changes = {**changes, "card": pin}
        _replace(folder / pin["file"], card)
    _replace(folder / MANIFEST, json.dumps({**pack.manifest.raw, **changes}, indent=1, ensure_ascii=False) + "\n")
    return load(folder)


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
