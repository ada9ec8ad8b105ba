"""Typed reading of a JSON object somebody else wrote: the right type and range, or a PackError naming the field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.declared import PackError


@dataclass(frozen=True)
class Table:
    """A JSON object and where it stands. Every reader raises PackError("bad_manifest", ...) unless told otherwise."""

    data: Mapping[str, Any]
    where: str

    @classmethod
    def of(cls, value: object, where: str) -> Table:
        if not isinstance(value, dict):
            raise PackError("bad_manifest", f"{where} must be an object.")
        return cls(value, where)

    def text(self, key: str, *, code: str = "bad_manifest", empty: bool = False) -> str:
        value = self.data.get(key, "" if empty else None)
        if not isinstance(value, str) or not (empty or value.strip()):
            raise PackError(code, f"{self.where}.{key} must be a text and not empty.")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise PackError("bad_manifest", f"{self.where}.{key} is {value!r}, not one of {list(allowed)}.")
        return value

    def number(self, key: str, *, above: float = -math.inf) -> float:
        return _number(self.data.get(key), f"{self.where}.{key}", above)

    def whole(self, key: str, low: int, high: int) -> int:
        value = self.data.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise PackError("bad_manifest", f"{self.where}.{key} must be a whole number from {low} to {high}.")
        return value

    def table(self, key: str) -> Table:
        return Table.of(self.data.get(key), f"{self.where}.{key}")

    def tables(self, key: str) -> list[Table]:
        return [Table.of(value, f"{self.where}.{key}[{at}]") for at, value in enumerate(self._list(key))]

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._list(key)
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            raise PackError("bad_manifest", f"{self.where}.{key} must be a list of texts and not empty.")
        return tuple(values)

    def numbers(self, key: str) -> tuple[float, ...]:
        return tuple(_number(value, f"{self.where}.{key}[{at}]", -math.inf) for at, value in enumerate(self._list(key)))

    def span(self, key: str) -> tuple[float, float] | None:
        """[low, high] with low < high; None where the field is missing or null."""
        if self.data.get(key) is None:
            return None
        return _span(self.data[key], f"{self.where}.{key}")

    def spans(self, key: str) -> tuple[tuple[float, float], ...]:
        return tuple(_span(value, f"{self.where}.{key}[{at}]") for at, value in enumerate(self._list(key)))

    def _list(self, key: str) -> list[Any]:
        value = self.data.get(key)
        if not isinstance(value, list):
            raise PackError("bad_manifest", f"{self.where}.{key} must be a list.")
        return value


def _span(value: object, where: str) -> tuple[float, float]:
    ends = [_number(end, where, -math.inf) for end in value] if isinstance(value, list) else []
    if len(ends) != 2 or not ends[0] < ends[1]:
        raise PackError("bad_manifest", f"{where} must be [low, high] with low below high.")
    return ends[0], ends[1]


def _number(value: object, where: str, above: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not above < value < math.inf:
        raise PackError(
            "bad_manifest", f"{where} must be a number" + (f" above {above}." if above > -math.inf else ".")
        )
    return float(value)
