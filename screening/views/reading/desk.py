"""The reader's desk: reading one referral."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import allow
from screening.messages import talk
from screening.models import Draft, IdentityAlert, Image, Read, Referral, ViewCode
from screening.readers import exams
from screening.reading import desk, marks, what_the_ai_saw, which_pictures
from screening.reading.desk import Lost, OutOfOrder, Standing
from screening.rules.grades import Finding, GradeError
from screening.views.reading.grading import FINDINGS, Sheet, Sheets, in_words
from screening.views.shell import fragment
from screening.words import referral_reasons
from screening.words.sentences import Badge

RELATED = ("encounter__patient", "encounter__programme", "encounter__site", "decision", "claimed_by")


@dataclass(frozen=True)
class Pane:
    """One view on the screen: its pictures (newest last) and the one to open with, those of earlier visits, its
    grading sheet, and the AI where it may be shown."""

    code: str
    label: str
    pictures: list[Image]
    first: Image | None
    earlier: list[Image]
    disputed: bool
    no_photo: str
    sheet: Sheet
    insights: list[what_the_ai_saw.Insight]


@dataclass(frozen=True)
class Stance:
    """A read as it may be shown: what was seen, never by whom."""

    finding: Badge
    lines: list[tuple[str, str]]
    read: Read


def _stance(read: Read) -> Stance:
    return Stance(FINDINGS[Finding(read.finding)], in_words(read.grades), read)


def _title(read: Read) -> str:
    """What a read of one's own is called: its stage, and for a correction its number."""
    return _("Correction %(n)d") % {"n": read.version - 1} if read.amends else str(read.get_stage_display())


def _referral(request: HttpRequest, pk: uuid.UUID) -> Referral:
    referral = Referral.objects.readable_by(request.user).select_related(*RELATED).filter(pk=pk).first()
    if referral is None:
        raise Http404
    return referral


def _panes(user: Any, referral: Referral, sheets: Sheets, *, ai: bool) -> list[Pane]:
    encounter = referral.encounter
    images = list(desk.pictures(referral))
    disputes = IdentityAlert.objects.open().filter(image__encounter=encounter)
    doubtful = set(disputes.values_list("image_id", flat=True))
    found = what_the_ai_saw.of(referral, images) if ai else {}
    first, earlier = which_pictures.first_pictures(referral), which_pictures.earlier(user, referral)
    panes = []
    for view in referral.encounter.programme.views:
        taken = [image for image in images if image.view == view]
        panes.append(
            Pane(
                code=view, label=str(ViewCode(view).label), pictures=taken, sheet=sheets.by_view[view],
                first=first.get(view), earlier=earlier.get(view, []),
                disputed=any(image.pk in doubtful for image in taken),
                no_photo="" if taken else referral_reasons.no_photo(encounter, view),
                insights=[found[str(image.pk)] for image in taken if str(image.pk) in found],
            )
        )  # fmt: skip
    return panes


def _draft(user: Any, referral: Referral) -> dict[str, Any]:
    draft = Draft.objects.filter(referral=referral, reader=user).first()
    first = desk.impression_of(user, referral)
    if draft is None and first:
        return {"grades": first.grades, "advice": first.advice, "advice_codes": first.advice_codes}
    kept = dict(draft.entered) if draft else {}
    if not kept.get("grades"):
        have = set(desk.pictures(referral).values_list("view", flat=True))
        missing = [view for view in referral.encounter.programme.views if view not in have]
        kept["grades"] = {view: {"gradability": "ungradable", "reason": "no_photo"} for view in missing}
    return kept


def _context(request: HttpRequest, referral: Referral, sheets: Sheets | None = None, lost: str = "") -> dict[str, Any]:
    user: Any = request.user
    standing = desk.standing(user, referral)
    ai = desk.ai_shown(user, referral)
    sheets = sheets or Sheets(referral.encounter.programme, draft=_draft(user, referral))
    panes = _panes(user, referral, sheets, ai=ai)
    own = referral.reads.filter(reader=user).order_by("read_at")
    return {
        "referral": referral, "encounter": referral.encounter, "patient": referral.encounter.patient,
        "standing": standing.value, "reads_now": standing in (Standing.IMPRESSION, Standing.FINAL),
        "panes": panes, "has_earlier": any(pane.earlier for pane in panes),
        "marks": marks.drafted(user, referral), "sheets": sheets, "ai": ai, "lost": lost,
        "badge": referral_reasons.badge(referral_reasons.shown(referral.priority, blind=not ai)),
        "reason": referral_reasons.reason(referral, blind=not ai), "told": referral_reasons.told(referral.encounter),
        "answers": referral_reasons.answers(referral.encounter),
        "own": [(_title(read), _stance(read)) for read in own],
        "others": [_stance(read) for read in desk.others_shown(user, referral)],
        "part": fragment(request), "lease_seconds": referral.lease_seconds(user), "why": sheets.reasons(),
        "talk": talk.of_reader(user, referral), "asked": referral.messages.open().exists(),
        "wrong": talk.wrong_with(referral.encounter.programme.modality).items(),
        "phrases": user.phrases.filter(modality=referral.encounter.programme.modality),
        "may_amend": desk.may_amend(user, referral), "aside": exams.aside(referral),
    }  # fmt: skip


@allow("referral.read")
@require_GET
def read(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One referral: the pictures, what was told, and the grading sheet for whoever holds it. Claims nothing."""
    return render(request, "screening/reading/desk.html", _context(request, _referral(request, pk)))


def _panel(request: HttpRequest, referral: Referral, **more: Any) -> HttpResponse:
    """The page, or for htmx its panel alone; 409 when the referral was lost, 422 when a grade is incomplete."""
    status = 409 if more.get("lost") else 422 if more.get("sheets") else 200
    referral = _referral(request, referral.pk)
    context = _context(request, referral, **more)
    template = "screening/reading/panel.html" if fragment(request) else "screening/reading/desk.html"
    return render(request, template, context, status=status)


@allow("referral.claim")
@require_POST
def claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the referral, or renew the claim while working on it (htmx: nothing to show unless it was lost)."""
    referral = _referral(request, pk)
    try:
        desk.claim(request.user, pk)
    except Lost as lost:
        return _panel(request, referral, lost=lost.sentence)
    return HttpResponse(status=204) if fragment(request) else redirect("read", pk=pk)


@allow("referral.claim")
@require_POST
def release(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let another reader take it. What was entered stays as a draft."""
    desk.give_back(request.user, _referral(request, pk))
    messages.info(request, _("Given back. What you entered is kept as a draft."))
    return redirect("worklist")


@allow("referral.read")
@require_POST
def draft(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep what is entered so far, whoever holds the referral, and say what it amounts to."""
    referral = _referral(request, pk)
    sheets = Sheets(referral.encounter.programme, posted=request.POST)
    lost = ""
    if desk.standing(request.user, referral) is not Standing.GIVEN:
        desk.keep_draft(request.user, referral, sheets.entered())
        try:
            desk.claim(request.user, pk)
        except Lost as gone:
            lost = gone.sentence
    context = {"finding": sheets.finding(), "why": sheets.reasons(), "lost": lost, "now": timezone.now()}
    return render(request, "screening/reading/saved.html", context)


def _answer(request: HttpRequest, pk: uuid.UUID, verb: Callable[..., Read]) -> HttpResponse:
    referral = _referral(request, pk)
    sheets = Sheets(referral.encounter.programme, posted=request.POST)
    try:
        verb(request.user, referral, sheets.grades(), sheets.advice(), sheets.advice_codes())
    except GradeError as error:
        sheets.complain(error)
        return _panel(request, referral, sheets=sheets)
    except Lost as lost:
        return _panel(request, referral, lost=lost.sentence)
    except OutOfOrder as order:
        return _panel(request, referral, lost=str(order))
    return _panel(request, referral) if fragment(request) else redirect("read", pk=pk)


@allow("referral.read")
@require_POST
def impression(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The first impression, formed without the AI. Answers with the AI's view of the same pictures."""
    return _answer(request, pk, desk.impression)


@allow("referral.read")
@require_POST
def final_read(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The final read: settles the referral, or passes it on to another reader."""
    return _answer(request, pk, desk.submit)


@allow("referral.read")
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct one's own final read: a new version; a changed answer goes out as a new answer."""
    referral = _referral(request, pk)
    mine = desk.own_final(request.user, referral)
    if mine is None or not desk.may_amend(request.user, referral):
        return _panel(request, referral, lost=_("This read cannot be corrected now."))
    kept = {"grades": mine.grades, "advice": mine.advice, "advice_codes": mine.advice_codes}
    if request.method == "GET":
        sheets = Sheets(referral.encounter.programme, draft=kept)
        return _amending(request, referral, sheets)
    sheets = Sheets(referral.encounter.programme, posted=request.POST)
    why = request.POST.get("why", "")
    try:
        desk.amend(request.user, referral, sheets.grades(), sheets.advice(), sheets.advice_codes(), why=why)
    except GradeError as error:
        if error.field != "why":
            sheets.complain(error)
        return _amending(request, referral, sheets, error=error)
    except Lost as lost:
        return _panel(request, referral, lost=lost.sentence)
    messages.success(request, _("Your correction is kept beside your first read."))
    return redirect("read", pk=pk)


def _amending(
    request: HttpRequest, referral: Referral, sheets: Sheets, *, error: GradeError | None = None
) -> HttpResponse:
    context = _context(request, referral, sheets) | {
        "amending": True, "part": False, "why_typed": request.POST.get("why", ""),
        "problem": _(error.sentence) if error else "", "problem_of": error.field if error else "",
    }  # fmt: skip
    return render(request, "screening/reading/desk.html", context, status=422 if error else 200)


urls: list[URLPattern] = [
    path("referrals/<uuid:pk>/", read, name="read"),
    path("referrals/<uuid:pk>/claim/", claim, name="claim"),
    path("referrals/<uuid:pk>/release/", release, name="release"),
    path("referrals/<uuid:pk>/draft/", draft, name="draft"),
    path("referrals/<uuid:pk>/impression/", impression, name="impression"),
    path("referrals/<uuid:pk>/final/", final_read, name="final_read"),
    path("referrals/<uuid:pk>/amend/", amend, name="amend"),
]
