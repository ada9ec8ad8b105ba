"""What is plotted on the manager's page. Each chart carries the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from screening.figures.intervals import Rate, to_answer, to_decision
from screening.figures.report import Report, grouped

# Partition of all visits for the weekly chart, with the tone of each.
WEEKLY = (("all_clear", "clear"), ("asked", "human"), ("retake_wanted", "again"), ("photo_missing", "refer"),
          ("undecided", "open"),
          ("not_screened", "quiet"))  # fmt: skip
MINUTE, HOUR, DAY = 60, 3600, 86400
STEPS_DECISION = (10, 30, MINUTE, 5 * MINUTE, HOUR, DAY)
STEPS_ANSWER = (HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY)


@dataclass(frozen=True)
class Chart:
    """`series`: name, tone, values for the plot. `head` and `rows`: the same for reading."""

    id: str
    title: str
    kind: str
    labels: list[str]
    series: list[dict[str, Any]]
    head: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def plotted(self) -> dict[str, Any]:
        return {"id": self.id, "kind": self.kind, "labels": self.labels, "series": self.series, "title": self.title}


def charts(report: Report) -> list[Chart]:
    """The charts that have anything to show."""
    drawn = [
        weekly(report),
        histogram("to-decision", _("From photo to decision"), to_decision(report.visits), STEPS_DECISION),
        histogram("to-answer", _("From consult to the specialist's answer"), to_answer(report.visits), STEPS_ANSWER),
        ungradable_by_site(report),
    ]
    return [chart for chart in drawn if any(any(v is not None and v != 0 for v in s["values"]) for s in chart.series)]


def weekly(report: Report) -> Chart:
    """Visits per week, stacked by what was decided; a week without visits is shown as such."""
    by_week = {group.key: report.within(group) for group in grouped(report.visits, "week")}
    mondays = _mondays(sorted(by_week))
    counts = {code: [by_week[m].number(code) if m in by_week else 0 for m in mondays] for code, _tone in WEEKLY}
    titles = {code: str(report.figures[code].title) for code, _tone in WEEKLY}
    labels = [date_format(date.fromisoformat(monday), "j M") for monday in mondays]
    series = [{"name": titles[code], "tone": tone, "values": counts[code]} for code, tone in WEEKLY]
    rows = [[label, *(str(counts[code][i]) for code, _tone in WEEKLY)] for i, label in enumerate(labels)]
    return Chart("weekly", _("Visits per week, by what was decided"), "stack", labels, series,
                 [_("Week from"), *titles.values()], rows)  # fmt: skip


def _mondays(keys: Sequence[str]) -> list[str]:
    if not keys:
        return []
    first, last = date.fromisoformat(keys[0]), date.fromisoformat(keys[-1])
    return [(first + timedelta(weeks=n)).isoformat() for n in range((last - first).days // 7 + 1)]


def histogram(id: str, title: str, took: Sequence[timedelta], steps: Sequence[int]) -> Chart:
    """How many took how long, in steps of at most so many seconds, and one for more."""
    counts = [0] * (len(steps) + 1)
    for t in took:
        counts[next((i for i, step in enumerate(steps) if t.total_seconds() <= step), len(steps))] += 1
    labels = [f"≤ {duration(timedelta(seconds=step))}" for step in steps]
    labels.append(f"> {duration(timedelta(seconds=steps[-1]))}")
    rows = [[label, str(count)] for label, count in zip(labels, counts, strict=True)]
    series = [{"name": title, "tone": "human", "values": counts}]
    return Chart(id, title, "bars", labels, series, [_("Time"), _("How many")], rows)


def ungradable_by_site(report: Report) -> Chart:
    groups = grouped(report.visits, "site")
    rates = [report.within(group).rate("ungradable") for group in groups]
    labels = [str(group.label) for group in groups]
    percent = [[None if x is None else round(100 * x, 1) for x in (r.share, r.low, r.high)] for r in rates]
    series: list[dict[str, Any]] = [
        {"name": _("Ungradable, %"), "tone": "again", "values": [p[0] for p in percent]},
        {"name": _("95 % interval"), "tone": "again", "values": [None if p[1] is None else p[1:] for p in percent]},
    ]
    rows = [[label, f"{r.part} / {r.whole}", said(r)] for label, r in zip(labels, rates, strict=True)]
    return Chart("ungradable", _("Ungradable, by site"), "interval", labels, series,
                 [_("Site"), _("Ungradable of screened"), _("Share (95 % interval)")], rows)  # fmt: skip


def said(rate: Rate) -> str:
    """A rate in words: "12 % (7–20 %)", or "cannot tell" where too few were counted."""
    if rate.share is None or rate.low is None or rate.high is None:
        return _("cannot tell: fewer than 10")
    return f"{100 * rate.share:.0f} % ({100 * rate.low:.0f}–{100 * rate.high:.0f} %)"


def duration(took: timedelta) -> str:
    """A time as people say it, in its two largest units at most."""
    seconds = round(took.total_seconds())
    if seconds < MINUTE:
        return _("%(n)d s") % {"n": seconds}
    if seconds < HOUR:
        return _("%(n)d min") % {"n": round(seconds / MINUTE)}
    if seconds < 2 * DAY:
        hours, minutes = divmod(round(seconds / MINUTE), 60)
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes} if minutes else _("%(n)d h") % {"n": hours}
    return _("%(n).0f days") % {"n": seconds / DAY}
