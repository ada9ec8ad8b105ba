"""The quality of reading: my own page, exams and studies to take, and what the lead of a programme's quality sees."""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allow
from accounts.audit import record
from accounts.models import User
from screening import examining, quality, studying, wording
from screening.models import Certificate, Programme, Sitting, Study, TestSet
from screening.reading import claim


@dataclass(frozen=True)
class Part:
    """One programme of one reader."""

    programme: Programme
    certificate: Certificate | None
    quality: quality.Quality


def _parts(reader: Any, programmes: Any) -> list[Part]:
    held = {c.programme_id: c for c in Certificate.objects.filter(reader=reader)}
    return [Part(p, held.get(p.pk), quality.of(reader, p)) for p in programmes]


@allow("quality.view")
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My own reading, the exams on offer and the studies I take part in. Nobody else sees this but the lead."""
    user: Any = request.user
    programmes = Programme.objects.filter(certificates__reader=user).order_by("name")
    led = Programme.objects.filter(pk__in=Certificate.objects.led_by(user).values("programme_id"))
    context = {
        "parts": _parts(user, programmes), "sets": TestSet.objects.open_to(user).select_related("programme"),
        "sittings": user.sittings.select_related("test_set__programme"),
        "studies": [(study, *_round(user, study)) for study in user.studies.all()], "led": led,
    }  # fmt: skip
    return render(request, "screening/quality.html", context)


def _round(user: Any, study: Study) -> tuple[int, int, Any]:
    """Cases read and to read in the round at hand, and when the next opens. Opens nothing."""
    period = study.periods.filter(reader=user).order_by("-number").first()
    if period is None:
        return 0, study.test_set.cases.filter(retired_at=None).count(), None
    left = examining.unread(period.planted).count()
    total = period.planted.count()
    return total - left, total, period


@allow("quality.view")
@require_POST
def start_exam(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Begin (or go on with) an exam."""
    sitting = examining.start(request.user, get_object_or_404(TestSet.objects.open_to(request.user), pk=pk))
    return redirect("sitting", pk=sitting.pk)


@allow("quality.view")
@require_GET
def sitting(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the exam is, and once it is over how every case was read and what it was."""
    one = get_object_or_404(Sitting.objects.select_related("test_set__programme"), pk=pk, reader=request.user.pk)
    planted = one.planted.select_related("case", "referral").prefetch_related("referral__reads")
    left = examining.unread(one.planted).count()
    context = {"sitting": one, "total": planted.count(), "left": left, "rows": _reviewed(one, planted)}
    return render(request, "screening/sitting.html", context)


def _reviewed(one: Sitting, planted: Any) -> list[tuple[Any, Any]]:
    if one.finished_at is None:
        return []
    return [(row, next((r for r in row.referral.reads.all() if r.stage == "final"), None)) for row in planted]


@allow("quality.view")
@require_POST
def next_in_exam(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the next case of the exam."""
    one = get_object_or_404(Sitting, pk=pk, reader=request.user.pk)
    following = examining.unread(one.planted).first()
    if following is None:
        return redirect("sitting", pk=pk)
    return redirect("read", pk=claim(request.user, following.referral_id).pk)


@allow("quality.view")
@require_POST
def next_in_study(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the next case of the study's round, or say when the next round opens."""
    study = get_object_or_404(Study, pk=pk, readers=request.user.pk)
    period, when = studying.round_of(request.user, study)
    following = studying.next_case(period) if period else None
    if following is None:
        done = _("You have read every case. Thank you.")
        messages.info(request, _("The second round opens on %(day)s.") % {"day": wording.day(when)} if when else done)
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
    context = {
        "programme": led, "rows": [(reader, quality.of(reader, led)) for reader in certified],
        "sets": led.test_sets.prefetch_related("cases", "studies"),
    }  # fmt: skip
    return render(request, "screening/quality_readers.html", context)


@allow("quality.view")
@require_GET
def one_reader(request: HttpRequest, programme: str, pk: uuid.UUID) -> HttpResponse:
    """One reader of a programme, as they see themselves: for the lead alone."""
    led = led_programme(request, programme)
    reader = get_object_or_404(User, pk=pk, certificates__programme=led)
    record(request.user, "quality.look", led, reader=str(reader.pk))
    context = {"parts": _parts(reader, [led]), "reader": reader, "programme": led}
    return render(request, "screening/quality_reader.html", context)


@allow("quality.view")
@require_GET
def study_table(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The fully crossed table of a study as CSV: reader x case x arm."""
    study = Study.objects.filter(test_set__in=TestSet.objects.led_by(request.user), pk=pk).first()
    if study is None:
        raise Http404
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(studying.HEADER)
    writer.writerows(studying.table(study))
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
