"""Every interval, area and kappa, once: shares, areas under the ROC curve, kappa. Pure.

Built on numpy and scipy.special, never on scipy.stats: that costs every process 48 MB and most of a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
Names = npt.NDArray[np.str_]
