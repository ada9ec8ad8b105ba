"""The same photo in two splits under two names would flatter every figure: found by a perceptual hash, and left out.

Retinas are all bright discs, and films all chests: hashes of signs call different eyes alike. Here a picture's print is
its local contrast on 32 x 32 cells, and two prints are compared by correlation, mirrored too. Another size, compression
and brightness leave 0.99 and more; different eyes reach 0.97 at most (docs/models.md).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.training.shelf import Picture, Shelf

CELLS = 32
SAME = 0.98
# Drawn or spoilt by us, always with the split of the picture they come from; blurred ones would all look alike.
MADE = ("drawn", "invented", "spoilt")


@dataclass(frozen=True, slots=True)
class Twins:
    """Two rows of a shelf that show the same picture; `alike` is the correlation of their prints (-1..1)."""

    learnt: int
    held: int
    alike: float


def fingerprint(picture: Picture) -> NDArray[np.float32]:
    """Local contrast of 1,024 cells, mean 0 and length 1, of uint8 [h, w, 1 or 3]; green speaks for colour."""
    plane = picture if picture.ndim == 2 else picture[:, :, picture.shape[2] // 2]
    cells = cv2.resize(np.ascontiguousarray(plane), (CELLS, CELLS), interpolation=cv2.INTER_AREA).astype(np.float32)
    local = cells - cv2.GaussianBlur(cells, (0, 0), 2)
    local -= local.mean()
    return np.asarray(local / max(1e-3, float(np.linalg.norm(local))), np.float32).ravel()


def twins(shelf: Shelf, same: float = SAME) -> list[Twins]:
    """Pairs of a training picture and a held-out one that are the same picture, upright or mirrored."""
    taken = ~np.isin(shelf.source, MADE)
    learnt, held = np.flatnonzero(taken & (shelf.split == "train")), np.flatnonzero(taken & (shelf.split != "train"))
    if not len(learnt) or not len(held):
        return []
    known = np.stack([fingerprint(shelf.pictures[row]) for row in learnt])
    best: dict[tuple[int, int], float] = {}
    for turn in (1, -1):
        alike = known @ np.stack([fingerprint(shelf.pictures[row][:, ::turn]) for row in held]).T
        for one, other in np.argwhere(alike >= same):
            pair = int(learnt[one]), int(held[other])
            best[pair] = max(best.get(pair, -1.0), float(alike[one, other]))
    return [Twins(*pair, alike) for pair, alike in sorted(best.items())]


def without_twins(shelf: Shelf, same: float = SAME) -> tuple[Shelf, list[Twins]]:
    """The shelf with every training picture that also sits in another split moved to split "twin", and the pairs."""
    pairs = twins(shelf, same)
    split = shelf.split.astype(object)
    split[[pair.learnt for pair in pairs]] = "twin"
    return replace(shelf, split=split.astype(str)), pairs
