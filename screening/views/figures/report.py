"""The manager's page: what became of everybody, and the list behind every number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import allow, sites_of
from accounts.audit import record
from accounts.models import Role
from screening.figures.counted_visits import Period, ViewState, Visit, synthetic, visits
from screening.figures.intervals import Spread, to_answer, to_decision
from screening.figures.report import (
    CARE,
    CASCADE,
    DIMENSIONS,
    RATES,
    STANDING,
    STATES,
    WATCH,
    WENT,
    Figure,
    Report,
    grouped,
    report,
)
from screening.models import Encounter, Patient, Programme
from screening.models.choices import view_label
from screening.protocol.in_force import open_alarms
from screening.views.figures.charts import charts, duration, said
from screening.views.figures.sheet import hidden, sheet

PAGE = 50
TONES = {
    "all_clear": "clear", "waiting": "human", "retake_wanted": "again", "photo_missing": "again",
    "outcome_normal": "clear",
    "outcome_ungradable": "again", "outcome_referable": "refer", "outcome_urgent": "urgent",
}  # fmt: skip
COLUMNS = ("started", "screened", "all_clear", "asked", "referred", "ungradable", "retaken", "overdue")


class PeriodForm(forms.Form):
    """From which day to which. Left empty: the last 90 days."""

    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=gettext_lazy("To"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "since" in given and "until" in given and given["since"] > given["until"]:
            raise forms.ValidationError(_("The first day is after the last: swap them."))
        return given


@dataclass(frozen=True)
class Shown:
    """What a request asks to see: one programme, a period, perhaps one group of the visits."""

    programme: Programme
    form: PeriodForm
    period: Period
    report: Report
    group: dict[str, str]
    group_label: str | Promise = ""

    def query(self, **more: str) -> str:
        days = {"since": self.period.first.isoformat(), "until": self.period.last.isoformat()}
        return urlencode({**days, **self.group, **more})

    def address(self, code: str, name: str = "figures_list", **more: str) -> str:
        return f"{reverse(name, args=[self.programme.code, code])}?{self.query(**more)}"


def managed(user: Any) -> QuerySet[Programme]:
    """The programmes at sites the user manages."""
    sites = sites_of(user, Role.PROGRAMME_MANAGER, Role.SITE_MANAGER)
    return Programme.objects.visible_to(user).filter(sites__in=sites).distinct()


def _period(request: HttpRequest) -> tuple[PeriodForm, Period]:
    latest = Period.latest()
    if not (request.GET.get("since") or request.GET.get("until")):
        form = PeriodForm({"since": latest.first.isoformat(), "until": latest.last.isoformat()})
        return form, latest
    form = PeriodForm(request.GET)
    if form.is_valid():
        return form, Period(form.cleaned_data["since"], form.cleaned_data["until"])
    return form, latest


def _shown(request: HttpRequest, code: str) -> Shown:
    """Raises Http404 for a programme the user does not manage, or a group that is not there."""
    programme = managed(request.user).filter(code=code).first()
    if programme is None:
        raise Http404
    form, period = _period(request)
    counted: Sequence[Visit] = visits(request.user, programme, period)
    group, label = {}, ""
    if by := request.GET.get("by", ""):
        if by not in DIMENSIONS:
            raise Http404
        group = {"by": by, "is": request.GET.get("is", "")}
        found = next((g for g in grouped(counted, by) if g.key == group["is"]), None)
        counted, label = (found.visits, str(found.label)) if found else ((), group["is"])
    return Shown(programme, form, period, report(counted, programme.views), group, label)


@allow("figures.view")
def figures(request: HttpRequest) -> HttpResponse:
    """The first programme the user manages; a page that says so where there is none."""
    first = managed(request.user).first()
    if first is None:
        return render(request, "screening/figures/none.html")
    return redirect("figures_programme", first.code)


@allow("figures.view")
def figures_programme(request: HttpRequest, programme: str) -> HttpResponse:
    shown = _shown(request, programme)
    drawn = charts(shown.report)
    return render(
        request,
        "screening/figures/report.html",
        {
            "shown": shown,
            "programmes": managed(request.user),
            "sentences": sentences(shown.report, synthetic(request.user, shown.programme, shown.period)),
            "cascade": _cells(shown, CASCADE),
            "standing": _cells(shown, STANDING),
            "watch": _cells(shown, WATCH),
            "went": _cells(shown, WENT),
            "care": _cells(shown, ("referred", *CARE, "stood_down", "disagreed")),
            "rates": _rates(shown),
            "times": _times(shown.report),
            "coverage": _coverage(shown),
            "states": STATES.values(),
            "alarms": open_alarms(request.user),
            "charts": drawn,
            "plots": [chart.plotted() for chart in drawn],
            "tables": [_table(shown, name) for name in DIMENSIONS],
        },
    )


def sentences(counted: Report, left_out: int) -> list[str]:
    """The page in plain words. Nothing where there is nothing to say."""
    n, asked, open_, late = (counted.number(c) for c in ("screened", "asked", "waiting", "overdue"))
    said = [
        ngettext("%(n)d visit was screened.", "%(n)d visits were screened.", n),
        ngettext("%(asked)d was sent to a specialist.", "%(asked)d were sent to a specialist.", asked),
        ngettext("%(open)d still waits for the answer.", "%(open)d still wait for the answer.", open_),
        ngettext("%(late)d waits longer than promised.", "%(late)d wait longer than promised.", late)
        if late else _("Nobody waits longer than promised."),
    ]  # fmt: skip
    if not counted.visits:
        said = []
    if left_out:
        said.append(ngettext("%(out)d visit of a drawn patient is not counted.",
                             "%(out)d visits of drawn patients are not counted.", left_out))  # fmt: skip
    return [s % {"n": n, "asked": asked, "open": open_, "late": late, "out": left_out} for s in said]


def _cells(shown: Shown, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Numbers for the page: each with its title, its meaning and the address of its list."""
    started = len(shown.report.visits)
    cells = []
    for code in codes:
        figure, number = shown.report.figures[code], shown.report.number(code)
        share = round(100 * number / started, 1) if started else 0
        cells.append({"code": code, "title": figure.title, "means": figure.means, "number": number,
                      "share": share, "address": shown.address(code)})  # fmt: skip
    return cells


def _rates(shown: Shown) -> list[dict[str, Any]]:
    names = shown.report.figures
    return [
        {"title": names[code].title, "of": names[RATES[code]].title, "rate": (rate := shown.report.rate(code)),
         "said": said(rate), "address": shown.address(code)}
        for code in RATES
    ]  # fmt: skip


def _times(counted: Report) -> list[dict[str, Any]]:
    spreads = ((_("From photo to decision"), to_decision), (_("From consult to the specialist's answer"), to_answer))
    return [
        {"title": title, "timed": spread.timed, "median": spread.median and duration(spread.median),
         "p95": spread.p95 and duration(spread.p95)}
        for title, timed in spreads for spread in [Spread.of(timed(counted.visits))]
    ]  # fmt: skip


def _coverage(shown: Shown) -> list[dict[str, Any]]:
    return [
        {"view": view_label(view), "cells": _cells(shown, [f"{view}-{state}" for state in ViewState])}
        for view in shown.programme.views
    ]


def _table(shown: Shown, dimension: str) -> dict[str, Any]:
    rows = []
    for group in grouped(shown.report.visits, dimension):
        inside = shown.report.within(group)
        cells = [(inside.number(c), shown.address(c, by=dimension, **{"is": group.key})) for c in COLUMNS]
        rows.append({"label": group.label, "cells": cells})
    return {
        "title": DIMENSIONS[dimension][0], "head": [shown.report.figures[c].title for c in COLUMNS], "rows": rows,
        "address": shown.address(dimension, "figures_table"),
    }  # fmt: skip


@allow("figures.view")
def figures_table(request: HttpRequest, programme: str, dimension: str) -> HttpResponse:
    """A table by site, week, … as CSV. Counts of 1 to 4 people are not told."""
    shown = _shown(request, programme)
    if dimension not in DIMENSIONS:
        raise Http404
    record(request.user, "figures.table", shown.programme, by=dimension)
    rows = [
        [group.label, *(hidden(shown.report.within(group).number(c)) for c in COLUMNS)]
        for group in grouped(shown.report.visits, dimension)
    ]
    return sheet(f"{programme}-by-{dimension}", [dimension, *COLUMNS], rows)


def _behind(request: HttpRequest, shown: Shown, which: str) -> list[Visit]:
    if which not in shown.report.figures:
        raise Http404
    found = shown.report.behind(which)
    as_file = request.resolver_match is not None and request.resolver_match.url_name == "figures_csv"
    record(request.user, "figures.list", shown.programme, which=which, rows=len(found), file=as_file)
    return found


def stage_of(shown: Shown, visit: Visit) -> Figure:
    """Where a visit stands now: the one figure of STANDING it is in."""
    held = (shown.report.figures[code] for code in STANDING)
    return next(figure for figure in held if figure.holds(visit, shown.report.now))


@allow("figures.view")
def figures_list(request: HttpRequest, programme: str, which: str) -> HttpResponse:
    """The visits behind a number. Names only where the user's duty lets them see the patient."""
    shown = _shown(request, programme)
    page = Paginator(_behind(request, shown, which), PAGE).get_page(request.GET.get("page"))
    lines = _lines(request.user, shown, list(page.object_list))
    figure = shown.report.figures[which]
    context = {"shown": shown, "figure": figure, "page": page, "lines": lines,
               "back": f"{reverse('figures_programme', args=[programme])}?{shown.query()}",
               "file": shown.address(which, "figures_csv")}  # fmt: skip
    return render(request, "screening/figures/list.html", context)


def _lines(user: Any, shown: Shown, found: Sequence[Visit]) -> list[dict[str, Any]]:
    patients = {v.patient for v in found}
    names = dict(Patient.objects.visible_to(user).filter(pk__in=patients).values_list("pk", "name"))
    open_to = set(
        Encounter.objects.visible_to(user).filter(pk__in=[v.pk for v in found]).values_list("pk", flat=True)
    )  # fmt: skip
    return [
        {"visit": v, "name": names.get(v.patient), "pseudonym": pseudonym(v.patient), "opens": v.pk in open_to,
         "standing": (stage := stage_of(shown, v)).title, "tone": TONES.get(stage.code, "quiet"),
         "overdue": shown.report.figures["overdue"].holds(v, shown.report.now)}
        for v in found
    ]  # fmt: skip


def pseudonym(patient: UUID) -> str:
    return Patient(pk=patient).pseudonym


@allow("figures.view")
def figures_csv(request: HttpRequest, programme: str, which: str) -> HttpResponse:
    """The same list as a file: pseudonyms for everybody, since files wander."""
    shown = _shown(request, programme)
    found = _behind(request, shown, which)
    head = ("visit", "patient", "site", "began_on", "stands", "priority", "due_on", "answered_on", "answer")
    rows = [
        (v.pk, pseudonym(v.patient), v.site_name, v.day.isoformat(), stage_of(shown, v).code, v.priority,
         _day(v.due_at), _day(v.answered_at), v.outcome_finding)
        for v in found
    ]  # fmt: skip
    return sheet(f"{programme}-{which}", head, rows)


def _day(moment: Any) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""


urls: list[URLPattern] = [
    path("figures/", figures, name="figures"),
    path("figures/<slug:programme>/", figures_programme, name="figures_programme"),
    path("figures/<slug:programme>/by/<slug:dimension>.csv", figures_table, name="figures_table"),
    path("figures/<slug:programme>/<slug:which>.csv", figures_csv, name="figures_csv"),
    path("figures/<slug:programme>/<slug:which>/", figures_list, name="figures_list"),
]
