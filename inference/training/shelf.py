"""The pictures that one run learns from or is measured on, side by side with what is known of them. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Shelf:
    """Everything one run learns from or is measured on, in memory.

    pictures uint8 [N, S, S, C]; targets float32 [N, K] in 0..1, nan where unknown; weight float64 [N], how often a
    picture is drawn; normal bool [N], where lesions may be drawn onto; split and group str [N].
    """

    pictures: NDArray[np.uint8]
    targets: NDArray[np.float32]
    weight: NDArray[np.float64]
    normal: NDArray[np.bool_]
    split: NDArray[np.str_]
    group: NDArray[np.str_]
    source: NDArray[np.str_]
    notes: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)
