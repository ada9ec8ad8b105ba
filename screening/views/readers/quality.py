"""The quality of reading: my own page, exams and studies to take, and what the lead of a programme's quality sees."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allow
from accounts.audit import record
from accounts.models import User
from inference.statistics.shares import share
from screening.models import Certificate, GivenCase, Programme, Sitting, Study, TestSet
from screening.readers import exams, hidden_consults, reader_quality, studies
from screening.reading.desk import claim
from screening.rules.accuracy import SENT_ON
from screening.rules.grades import Finding
from screening.views.figures.charts import Chart
from screening.views.readers import quality_charts
from screening.views.reading.grading import BADGES
from screening.words import sentences
from screening.words.sentences import Badge


@dataclass(frozen=True)
class Part:
    """One programme of one reader."""

    programme: Programme
    certificate: Certificate | None
    quality: reader_quality.Quality
    charts: list[Chart]


def _parts(reader: Any, programmes: Any) -> list[Part]:
    held = {c.programme_id: c for c in Certificate.objects.filter(reader=reader)}
    found = [(p, reader_quality.of(reader, p)) for p in programmes]
    return [Part(p, held.get(p.pk), q, quality_charts.of_reader(q, p.code)) for p, q in found]


def _plots(charts: Iterable[Chart]) -> list[dict[str, Any]]:
    return [chart.plotted() for chart in charts]


@allow("quality.view")
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My own reading, the exams on offer and the studies I take part in. Nobody else sees this but the lead."""
    user: Any = request.user
    programmes = Programme.objects.filter(certificates__reader=user).order_by("name")
    led = Programme.objects.filter(pk__in=Certificate.objects.led_by(user).values("programme_id"))
    parts = _parts(user, programmes)
    begun = user.sittings.filter(test_set=OuterRef("pk"), finished_at=None)
    sets = TestSet.objects.open_to(user).select_related("programme").annotate(begun=Exists(begun)).with_size()
    context = {
        "parts": parts, "plots": _plots(chain.from_iterable(part.charts for part in parts)), "sets": sets,
        "sittings": user.sittings.exclude(finished_at=None, test_set__in=sets.values("pk")).select_related("test_set"),
        "studies": [(study, *_round(user, study)) for study in user.studies.all()], "led": led,
    }  # fmt: skip
    return render(request, "screening/readers/quality.html", context)


def _round(user: Any, study: Study) -> tuple[int, int, Any]:
    """Cases read and to read in the round at hand, and when the next opens. Opens nothing."""
    period = study.periods.filter(reader=user).order_by("-number").first()
    if period is None:
        return 0, study.test_set.cases.filter(retired_at=None).count(), None
    left = exams.unread(period.given_cases).count()
    total = period.given_cases.count()
    return total - left, total, period


@allow("quality.view")
@require_POST
def start_exam(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Begin (or go on with) an exam, once the AI has looked at its pictures."""
    test_set = get_object_or_404(TestSet.objects.open_to(request.user), pk=pk)
    going_on = test_set.sittings.filter(reader=request.user.pk, finished_at=None).exists()
    if not going_on and _not_ready(request, test_set):
        return redirect("quality")
    return redirect("sitting", pk=exams.start(request.user, test_set).pk)


def _not_ready(request: HttpRequest, test_set: TestSet) -> bool:
    """Says so where the cases cannot be read yet."""
    cases = test_set.cases.filter(retired_at=None)
    if not cases:
        messages.info(request, _("There are no cases in it yet."))
    elif not hidden_consults.ready(cases, test_set.programme):
        messages.info(request, _("The AI is still looking at its pictures. Try again in a minute."))
    else:
        return False
    return True


@allow("quality.view")
@require_GET
def sitting(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the exam is, and once it is over how every case was read and what it was."""
    one = get_object_or_404(Sitting.objects.select_related("test_set__programme"), pk=pk, reader=request.user.pk)
    given = one.given_cases.select_related("case", "consult").prefetch_related("consult__reads")
    left = exams.unread(one.given_cases).count()
    rows = _reviewed(one, given)
    charts = [_judged(one)] if one.finished_at else []
    context = {"sitting": one, "total": given.count(), "left": left, "rows": rows, "charts": charts,
               "plots": _plots(charts)}  # fmt: skip
    return render(request, "screening/readers/sitting.html", context)


@dataclass(frozen=True)
class Reviewed:
    """One case of a finished exam. `verdict`: right, missed (let go though ill), alarm (sent on though well)."""

    given: GivenCase
    said: Badge
    truth: Badge
    verdict: str


def _reviewed(one: Sitting, given: Any) -> list[Reviewed]:
    if one.finished_at is None:
        return []
    finals = [(row, next(r for r in row.consult.reads.all() if r.stage == "final")) for row in given]
    return [
        Reviewed(row, BADGES[Finding(read.finding)], BADGES[Finding(row.case.finding)],
                 _verdict(Finding(row.case.finding), Finding(read.finding)))
        for row, read in finals
    ]  # fmt: skip


def _verdict(truth: Finding, said: Finding) -> str:
    if truth in SENT_ON and said not in SENT_ON:
        return "missed"
    return "alarm" if said in SENT_ON and truth not in SENT_ON else "right"


def _judged(one: Sitting) -> Chart:
    """As it was judged: the shares with their intervals."""
    found = [share(*one.result[name]) for name in ("sensitivity", "specificity")]
    names = [_("Diseased, sent on (sensitivity)"), _("Healthy, let go (specificity)")]
    return quality_charts.shares("judged", _("Right on test cases"), list(zip(names, found, strict=True)), tone="clear")


@allow("quality.view")
@require_POST
def next_in_exam(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the next case of the exam."""
    one = get_object_or_404(Sitting, pk=pk, reader=request.user.pk)
    following = exams.unread(one.given_cases).first()
    if following is None:
        return redirect("sitting", pk=pk)
    return redirect("read", pk=claim(request.user, following.consult_id).pk)


@allow("quality.view")
@require_POST
def next_in_study(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the next case of the study's round, or say when the next round opens."""
    study = get_object_or_404(Study, pk=pk, readers=request.user.pk)
    going_on = study.periods.filter(reader=request.user.pk, finished_at=None).exists()
    if not going_on and _not_ready(request, study.test_set):
        return redirect("quality")
    period, when = studies.round_of(request.user, study)
    following = studies.next_case(period) if period else None
    if following is None:
        done = _("You have read every case. Thank you.")
        messages.info(request, _("The second round opens on %(day)s.") % {"day": sentences.day(when)} if when else done)
        return redirect("quality")
    return redirect("read", pk=claim(request.user, following.pk).pk)


def led_programme(request: HttpRequest, code: str) -> Programme:
    """A programme whose quality the user leads; anything else is not there."""
    led = Certificate.objects.led_by(request.user).values("programme_id")
    return get_object_or_404(Programme.objects.filter(pk__in=led), code=code)


@allow("quality.view")
@require_GET
def readers(request: HttpRequest, programme: str) -> HttpResponse:
    """All readers of a programme side by side, its test sets and its studies: for the lead alone."""
    led = led_programme(request, programme)
    certified = User.objects.filter(certificates__programme=led).order_by("name")
    record(request.user, "quality.look", led)
    rows = [(reader, reader_quality.of(reader, led)) for reader in certified]
    charts = quality_charts.of_readers([(str(reader), one) for reader, one in rows])
    context = {
        "programme": led, "rows": rows, "charts": charts, "plots": _plots(charts),
        "sets": TestSet.objects.filter(programme=led).with_size(),
        "sittings": Sitting.objects.filter(test_set__programme=led).select_related("reader", "test_set"),
    }  # fmt: skip
    return render(request, "screening/readers/quality_readers.html", context)


@allow("quality.view")
@require_GET
def one_reader(request: HttpRequest, programme: str, pk: uuid.UUID) -> HttpResponse:
    """One reader of a programme, as they see themselves: for the lead alone."""
    led = led_programme(request, programme)
    reader = get_object_or_404(User, pk=pk, certificates__programme=led)
    record(request.user, "quality.look", led, reader=str(reader.pk))
    parts = _parts(reader, [led])
    context = {"parts": parts, "plots": _plots(parts[0].charts), "reader": reader, "programme": led}
    return render(request, "screening/readers/quality_reader.html", context)


@allow("quality.view")
@require_GET
def study_table(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The fully crossed table of a study as CSV: reader x case x arm."""
    study = Study.objects.filter(test_set__in=TestSet.objects.led_by(request.user), pk=pk).first()
    if study is None:
        raise Http404
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(studies.HEADER)
    writer.writerows(studies.table(study))
    record(request.user, "study.export", study)
    headers = {"Content-Disposition": 'attachment; filename="study.csv"', "Cache-Control": "no-store, private"}
    return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


urls: list[URLPattern] = [
    path("quality/", mine, name="quality"),
    path("quality/exams/<uuid:pk>/start/", start_exam, name="start_exam"),
    path("quality/sittings/<uuid:pk>/", sitting, name="sitting"),
    path("quality/sittings/<uuid:pk>/next/", next_in_exam, name="next_in_exam"),
    path("quality/studies/<uuid:pk>/next/", next_in_study, name="next_in_study"),
    path("quality/studies/<uuid:pk>/table.csv", study_table, name="study_table"),
    path("quality/<slug:programme>/", readers, name="quality_readers"),
    path("quality/<slug:programme>/readers/<uuid:pk>/", one_reader, name="quality_reader"),
]
