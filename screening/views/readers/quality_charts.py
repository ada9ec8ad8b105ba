"""What is plotted of readers: shares and agreement, each a point on its 95 % interval. The same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from inference.statistics.shares import Share
from screening.readers.reader_quality import Agreement, Quality
from screening.views.figures.charts import Chart

Line = tuple[str, Share]
Kappa = tuple[str, Agreement]


def of_reader(quality: Quality, key: str) -> list[Chart]:
    """One reader in one programme: how often right, what a wrong AI did, agreement. `key` tells parts apart."""
    right = [
        (_("Diseased, sent on (sensitivity)"), quality.accuracy.sensitivity),
        (_("Healthy, let go (specificity)"), quality.accuracy.specificity),
    ]
    told = [
        (_("Changed after seeing the AI"), quality.changed_after_ai),
        (_("Said the same as a wrong AI"), quality.shown_wrong),
        (_("Went over from right to the wrong AI"), quality.misled),
    ]
    agreed = [
        (_("With the truth"), quality.with_truth), (_("With other readers"), quality.with_others),
        (_("With the adjudicator"), quality.with_adjudicator),
    ]  # fmt: skip
    return _drawn(
        shares(f"right-{key}", _("Right on test cases"), right, tone="clear"),
        kappas(f"kappa-{key}", _("Agreement (κ)"), agreed),
        shares(f"ai-{key}", _("What the AI changed"), told, tone="open"),
    )


def of_readers(rows: Sequence[tuple[str, Quality]]) -> list[Chart]:
    """All readers of a programme side by side."""
    return _drawn(
        shares("sensitivity", _("Diseased, sent on (sensitivity)"),
               [(name, q.accuracy.sensitivity) for name, q in rows], tone="clear"),
        shares("specificity", _("Healthy, let go (specificity)"),
               [(name, q.accuracy.specificity) for name, q in rows], tone="clear"),
        kappas("others", _("Agreement with other readers (κ)"), [(name, q.with_others) for name, q in rows]),
        shares("misled", _("Went over from right to the wrong AI"),
               [(name, q.misled) for name, q in rows], tone="open"),
    )  # fmt: skip


def _drawn(*charts: Chart) -> list[Chart]:
    """Those with anything to show."""
    return [chart for chart in charts if chart.rows]


def shares(id: str, title: str, lines: Sequence[Line], *, tone: str) -> Chart:
    """Shares in percent. A line of which nothing has been counted is left out."""
    known = [(name, one) for name, one in lines if one.value is not None]
    values = [[100 * (x or 0) for x in (one.value, one.low, one.high)] for _name, one in known]
    rows = [
        [name, f"{value:.0f} %", f"{low:.0f}–{high:.0f} %", f"{one.hits} / {one.of}"]
        for (name, one), (value, low, high) in zip(known, values, strict=True)
    ]
    head = ["", _("Share"), _("95 % interval"), _("Cases")]
    return _chart(id, title, known, values, tone, head, rows, span=(0, 100), unit="%")


def kappas(id: str, title: str, lines: Sequence[Kappa]) -> Chart:
    """Cohen's kappa: 1 is always the same, 0 no better than chance. One that is not defined is left out."""
    known = [(name, one) for name, one in lines if one.kappa is not None]
    values = [[x or 0.0 for x in (one.kappa, one.low, one.high)] for _name, one in known]
    rows = [
        [name, f"{value:.2f}", f"{low:.2f}–{high:.2f}", f"{one.weighted or 0:.2f}", str(one.cases)]
        for (name, one), (value, low, high) in zip(known, values, strict=True)
    ]
    floor = -1 if any(low < 0 for _value, low, _high in values) else 0
    head = ["", "κ", _("95 % interval"), _("Weighted κ"), _("Cases")]
    return _chart(id, title, known, values, "human", head, rows, span=(floor, 1), unit="")


def _chart(
    id: str, title: str, known: Sequence[tuple[str, Any]], values: list[list[float]], tone: str, head: list[str],
    rows: list[list[str]], *, span: tuple[float, float], unit: str,
) -> Chart:  # fmt: skip
    series: list[dict[str, Any]] = [
        {"name": title, "tone": tone, "values": [round(v[0], 3) for v in values], "span": span, "unit": unit},
        {"name": _("95 % interval"), "tone": tone, "values": [[round(x, 3) for x in v[1:]] for v in values]},
    ]
    return Chart(id, title, "forest", [name for name, _one in known], series, head, rows)
