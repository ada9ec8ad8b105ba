"""Pictures with one known answer each, as a network sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Labelled:
    """pictures uint8 [N, S, S, C]; truth bool [N]; split "train" or "val" and group (one person), str [N]."""

    pictures: NDArray[np.uint8]
    truth: NDArray[np.bool_]
    split: NDArray[np.str_]
    group: NDArray[np.str_]
