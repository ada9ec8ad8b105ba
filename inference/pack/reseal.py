"""Write something that was measured into a pack. The manifest changes, so the pack has a new hash and no thresholds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inference.pack import MANIFEST, Pack, load


def reseal(pack: Pack, changes: Mapping[str, Any], folder: Path) -> Pack:
    """The pack with some entries of its manifest replaced, written to `folder` (its own, or another). Raises PackError.

    Model, card and golden cases stay byte for byte.
    """
    if folder.resolve() != pack.path.resolve():
        for pinned in pack.manifest.pinned:
            target = folder / pinned.file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pack.path / pinned.file, target)
    text = json.dumps({**pack.manifest.raw, **changes}, indent=1, ensure_ascii=False) + "\n"
    beside = folder / f"{MANIFEST}.part"
    beside.write_text(text, encoding="utf-8")
    beside.replace(folder / MANIFEST)
    return load(folder)
