"""Plots as inline SVG: no script, no outside request; for print, screen readers and both themes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 360, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 20, 12, 46
Point = tuple[float, float]


@dataclass(frozen=True)
class Axis:
    """One axis: what it shows, its ends, and where its ticks are. `percent` writes 0.25 as 25 %."""

    name: str
    low: float = 0.0
    high: float = 1.0
    ticks: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    percent: bool = False

    def text(self, value: float) -> str:
        return f"{100 * value:.0f} %" if self.percent else f"{value:g}"


@dataclass(frozen=True)
class Plot:
    """A frame with two axes; its methods give the SVG of what is drawn into it."""

    x: Axis
    y: Axis

    def at(self, point: Point) -> Point:
        """A point of the data in SVG units, held inside the frame."""
        across = (point[0] - self.x.low) / (self.x.high - self.x.low)
        up = (point[1] - self.y.low) / (self.y.high - self.y.low)
        across, up = min(max(across, 0.0), 1.0), min(max(up, 0.0), 1.0)
        return (
            round(LEFT + across * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1),
        )

    def line(self, points: Sequence[Point], kind: str) -> str:
        """`kind` is the CSS class: model, other, even."""
        joined = " ".join(f"{x},{y}" for x, y in map(self.at, points))
        return f'<polyline class="{kind}" points="{joined}"/>'

    def dot(self, point: Point, kind: str = "dot") -> str:
        x, y = self.at(point)
        return f'<circle class="{kind}" cx="{x}" cy="{y}" r="4"/>'

    def whisker(self, across: float, low: float, high: float) -> str:
        (x, bottom), (_, top) = self.at((across, low)), self.at((across, high))
        return f'<line class="whisker" x1="{x}" y1="{bottom}" x2="{x}" y2="{top}"/>'

    def mark(self, across: float) -> str:
        """An upright dashed line, for a threshold."""
        x, _ = self.at((across, self.y.low))
        return f'<line class="mark" x1="{x}" y1="{TOP}" x2="{x}" y2="{HEIGHT - BOTTOM}"/>'

    def whole(self, title: str, drawn: Sequence[str]) -> str:
        """The finished picture; `title` is what a screen reader says."""
        return (
            f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
            f"{self._frame()}{''.join(drawn)}</svg>"
        )

    def _frame(self) -> str:
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        parts = [f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{right - LEFT}" height="{bottom - TOP}"/>']
        for tick in self.x.ticks:
            x, _ = self.at((tick, self.y.low))
            parts.append(f'<line class="grid" x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}"/>')
            parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{self.x.text(tick)}</text>')
        for tick in self.y.ticks:
            _, y = self.at((self.x.low, tick))
            parts.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{self.y.text(tick)}</text>')
        middle = (LEFT + right) / 2
        parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(self.x.name)}</text>')
        parts.append(
            f'<text x="14" y="{(TOP + bottom) / 2}" text-anchor="middle" '
            f'transform="rotate(-90 14 {(TOP + bottom) / 2})">{escape(self.y.name)}</text>'
        )
        return "".join(parts)


@dataclass(frozen=True)
class Bar:
    """One row of a forest plot; `low` and `high` are None where it cannot be told."""

    value: float | None
    low: float = 0.0
    high: float = 1.0


def forest(bar: Bar, floor: float, title: str) -> str:
    """One estimate with its interval on a line from `floor` to 1, for a table row."""

    def place(value: float) -> float:
        return round(100 * min(max((value - floor) / (1 - floor), 0.0), 1.0), 1)

    inner = ""
    if bar.value is not None:
        inner = (
            f'<line class="whisker" x1="{place(bar.low)}" y1="8" x2="{place(bar.high)}" y2="8"/>'
            f'<circle class="dot" cx="{place(bar.value)}" cy="8" r="3"/>'
        )
    return (
        f'<svg class="forest" viewBox="-4 0 108 16" role="img" aria-label="{escape(title)}">'
        f'<line class="grid" x1="0" y1="8" x2="100" y2="8"/>{inner}</svg>'
    )
