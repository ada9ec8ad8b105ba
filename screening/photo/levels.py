"""Gray levels of a DICOM film: stored value -> modality value -> what is shown. Runs in the child only."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from screening.photo.raster import Pixels

# When the header gives no window that shows anything: darkest and brightest half percent are cut.
_TAILS = (0.005, 0.995)
_FLAT = 4.0


@dataclass(frozen=True)
class _Table:
    first: int
    values: NDArray[np.float32]
    top: float

    def look_up(self, numbers: NDArray[Any]) -> NDArray[np.float32]:
        index = np.clip(np.rint(numbers).astype(np.int32) - self.first, 0, len(self.values) - 1)
        return np.asarray(self.values[index], np.float32)


@dataclass(frozen=True)
class Levels:
    """One film's way from stored to shown. `scale` and `offset` belong to its 16-bit picture."""

    slope: float
    intercept: float
    modality: _Table | None
    voi: _Table | None
    windows: tuple[tuple[float, float], ...]
    function: str
    inverted: bool
    padding: tuple[int, int] | None
    low: int
    high: int
    depth: int

    @classmethod
    def plain(cls) -> "Levels":
        """Levels of a colour picture: none."""
        return cls(1.0, 0.0, None, None, (), "LINEAR", False, None, 0, 255, 8)

    @classmethod
    def of(cls, dataset: Dataset, stored: NDArray[Any]) -> "Levels":
        slope = (numbers(dataset.get("RescaleSlope")) or [1.0])[0] or 1.0
        padding = _padding(dataset)
        valid = stored if padding is None else stored[(stored < padding[0]) | (stored > padding[1])]
        valid = stored if valid.size == 0 else valid
        centres, widths = numbers(dataset.get("WindowCenter")), numbers(dataset.get("WindowWidth"))
        return cls(
            slope=slope,
            intercept=(numbers(dataset.get("RescaleIntercept")) or [0.0])[0],
            modality=_table(dataset, "ModalityLUTSequence"),
            voi=_table(dataset, "VOILUTSequence"),
            windows=tuple((c, w) for c, w in zip(centres, widths, strict=False) if w > 0),
            function=str(dataset.get("VOILUTFunction", "") or "LINEAR").strip().upper(),
            inverted=str(dataset.PhotometricInterpretation) == "MONOCHROME1",
            padding=padding,
            low=int(valid.min()),
            high=int(valid.max()),
            depth=int(dataset.get("BitsStored", 0) or dataset.BitsAllocated),
        )

    @property
    def scale(self) -> float:
        return 1.0 if self.modality else self.slope

    @property
    def offset(self) -> float:
        return 0.0 if self.modality else self.low * self.slope + self.intercept

    def deep_png(self, stored: NDArray[Any]) -> bytes:
        """A 16-bit gray PNG p of the film; the modality value is p * scale + offset. Padding becomes air."""
        numbers = _every(stored.dtype)
        if self.modality:
            table = self.modality.look_up(numbers).astype(np.uint16)
        else:
            table = np.clip(numbers - self.low, 0, 65_535).astype(np.uint16)
        air = self.high if self.inverted != (self.slope < 0) else self.low
        table[self._outside(numbers)] = table[air - numbers[0]]
        done, encoded = cv2.imencode(".png", _mapped(table, stored), [cv2.IMWRITE_PNG_COMPRESSION, 1])
        if not done:
            raise RuntimeError("PNG encoder refused the pixels")
        return bytes(encoded.tobytes())

    def shown(self, stored: NDArray[Any]) -> Pixels:
        """8-bit gray, air dark: by the header's table or window, or by the spread of values if that shows nothing.

        At most 65,536 values can occur, so the sums are done once for each of them and not for each pixel.
        """
        numbers = _every(stored.dtype)
        sample = stored[:: max(1, len(stored) // 512), :: max(1, stored.shape[1] // 512)].ravel()
        valid = sample[~self._outside(sample)]
        table = self._brightness(numbers, valid if valid.size else sample)
        if self.inverted:
            table = 1 - table
        table[self._outside(numbers)] = 0
        return np.asarray(_mapped(np.rint(table * 255).astype(np.uint8), stored), np.uint8)

    def _outside(self, numbers: NDArray[Any]) -> NDArray[np.bool_]:
        low, high = self.padding or (1, 0)
        return np.asarray((numbers >= low) & (numbers <= high))

    def _brightness(self, numbers: NDArray[np.int32], sample: NDArray[Any]) -> NDArray[np.float32]:
        """0-1 for each stored number; `sample` says which of them the film really uses."""
        values, used = self._modality(numbers), self._modality(sample)
        table = self._voi(values)
        if table is None or float(table[sample.astype(np.int32) - numbers[0]].std()) * 255 < _FLAT:
            ordered = np.sort(used)
            low, high = (ordered[round(tail * (len(ordered) - 1))] for tail in _TAILS)
            table = np.clip((values - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)
        return table

    def _modality(self, numbers: NDArray[Any]) -> NDArray[np.float32]:
        if self.modality:
            return self.modality.look_up(numbers)
        return np.asarray(numbers.astype(np.float32) * self.slope + self.intercept, np.float32)

    def _voi(self, values: NDArray[np.float32]) -> NDArray[np.float32] | None:
        if self.voi:
            return np.asarray(self.voi.look_up(values) / self.voi.top, np.float32)
        if not self.windows:
            # Eight bits without a window are a picture already, as a secondary capture sends it.
            return np.asarray(values / 255, np.float32) if self.depth == 8 else None
        centre, width = self.windows[0]
        if self.function == "SIGMOID":
            return np.asarray(1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -60, 60))), np.float32)
        if self.function == "LINEAR_EXACT" or width <= 1:
            return np.asarray(np.clip((values - centre) / width + 0.5, 0, 1), np.float32)
        # PS3.3 C.11.2.1.2.1: the plain linear window is half a step off centre and one step narrower.
        return np.asarray(np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1), np.float32)


def _every(kind: np.dtype[Any]) -> NDArray[np.int32]:
    """Every number an 8- or 16-bit pixel can hold, lowest first."""
    bounds = np.iinfo(kind)
    return np.arange(bounds.min, bounds.max + 1, dtype=np.int32)


def _mapped(table: NDArray[Any], stored: NDArray[Any]) -> NDArray[Any]:
    """Replace each pixel by its entry in a table that starts at the lowest number."""
    bounds = np.iinfo(stored.dtype)
    # Read as unsigned, a negative number counts from the top: turn the table instead of the picture.
    turned = np.roll(table, bounds.min)
    return np.asarray(turned[stored.view(f"u{stored.dtype.itemsize}")])


def numbers(value: Any) -> list[float]:
    """A header value as finite numbers; anything else in it is dropped."""
    items = value if isinstance(value, MultiValue | list | tuple) else [value]
    found = []
    for item in items:
        try:
            number = float(item)
        except (TypeError, ValueError):
            continue
        if abs(number) < 1e9:
            found.append(number)
    return found


def _padding(dataset: Dataset) -> tuple[int, int] | None:
    value = dataset.get("PixelPaddingValue")
    if not isinstance(value, int):
        return None
    limit = dataset.get("PixelPaddingRangeLimit")
    limit = limit if isinstance(limit, int) else value
    return min(value, limit), max(value, limit)


def _table(dataset: Dataset, keyword: str) -> _Table | None:
    """A lookup table, or None when the header holds none that makes sense."""
    items = dataset.get(keyword)
    if not items or "LUTDescriptor" not in items[0] or "LUTData" not in items[0]:
        return None
    count, first, bits = (int(number) for number in items[0].LUTDescriptor)
    count = count or 65_536
    if dataset.get("PixelRepresentation") == 1 and first > 32_767:
        first -= 65_536
    data = items[0].LUTData
    if isinstance(data, bytes):
        data = np.frombuffer(data, "<u2" if len(data) >= 2 * count else np.uint8)
    values = np.asarray(data, np.float32)[:count]
    if len(values) < 2 or not 1 <= bits <= 16:
        return None
    return _Table(first, values, max(float((1 << bits) - 1), float(values.max())))
