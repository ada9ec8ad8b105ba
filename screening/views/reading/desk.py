"""The reader's desk: reading one consult."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import allow
from screening.messages import talk
from screening.models import Consult, Draft, IdentityAlert, Image, Read
from screening.models.choices import view_label
from screening.readers import exams
from screening.reading import desk, marks, what_the_ai_saw, which_pictures
from screening.reading.desk import Lost, Standing
from screening.refusal import Refused
from screening.rules import Modality
from screening.rules.declaration import ALL_NORMAL, Side
from screening.rules.grades import Finding, GradeError
from screening.views.reading.grading import BADGES, Sheet, Sheets, in_words
from screening.views.shell import fragment
from screening.words import consult_reasons, refusals
from screening.words.sentences import Badge

KEYS = {Side.RIGHT: "d", Side.LEFT: "s"}
RELATED = ("encounter__patient", "encounter__programme", "encounter__site", "decision", "claimed_by")


@dataclass(frozen=True)
class Pane:
    """One view on the screen: its pictures (newest last) and the one to open with, those of earlier visits, its
    grading sheet (`short` stands on its button, `key` shows it alone), and the AI where it may be shown."""

    code: str
    label: str
    short: str
    key: str
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
    return Stance(BADGES[Finding(read.finding)], in_words(read.grades), read)


def _title(read: Read) -> str:
    """What a read of one's own is called: its stage, and for a correction its number."""
    return _("Correction %(n)d") % {"n": read.version - 1} if read.amends else str(read.get_stage_display())


def _consult(request: HttpRequest, pk: uuid.UUID) -> Consult:
    consult = Consult.objects.readable_by(request.user).select_related(*RELATED).filter(pk=pk).first()
    if consult is None:
        raise Http404
    return consult


def _panes(user: Any, consult: Consult, sheets: Sheets, *, ai: bool) -> list[Pane]:
    encounter = consult.encounter
    images = list(desk.pictures(consult))
    disputes = IdentityAlert.objects.open().filter(image__encounter=encounter)
    doubtful = set(disputes.values_list("image_id", flat=True))
    found = what_the_ai_saw.of(consult, images) if ai else {}
    first, earlier = which_pictures.first_pictures(consult), which_pictures.earlier(user, consult)
    kind = encounter.programme.kind
    keys = _keys(kind, encounter.programme.views)
    panes = []
    for view in consult.encounter.programme.views:
        taken = [image for image in images if image.view == view]
        panes.append(
            Pane(
                code=view, label=view_label(view), short=_short(kind, view), key=keys.get(view, ""),
                pictures=taken, sheet=sheets.by_view[view], first=first.get(view), earlier=earlier.get(view, []),
                disputed=any(image.pk in doubtful for image in taken),
                no_photo="" if taken else consult_reasons.no_photo(encounter, view),
                insights=[found[str(image.pk)] for image in taken if str(image.pk) in found],
            )
        )  # fmt: skip
    return panes


def _keys(kind: Modality, views: Sequence[str]) -> dict[str, str]:
    """The key that shows each view alone: "d" (dexter) the right side, "s" (sinister) the left; else in order."""
    sided = [KEYS[side] for view in views if (side := kind.view(view).side)]
    return dict(zip(views, sided if len(sided) == len(views) else KEYS.values(), strict=False))


def _short(kind: Modality, view: str) -> str:
    return _(kind.view(view).short) if kind.view(view).short else capfirst(view_label(view))


def _normal(kind: Modality, views: Sequence[str]) -> str:
    """What the button says that finds every picture normal."""
    return _(kind.says.normal if set(views) == set(kind.view_codes) else ALL_NORMAL)


def _draft(user: Any, consult: Consult) -> dict[str, Any]:
    draft = Draft.objects.filter(consult=consult, reader=user).first()
    first = desk.impression_of(user, consult)
    if draft is None and first:
        return {"grades": first.grades, "advice": first.advice, "advice_codes": first.advice_codes}
    kept = dict(draft.entered) if draft else {}
    if not kept.get("grades"):
        have = set(desk.pictures(consult).values_list("view", flat=True))
        missing = [view for view in consult.encounter.programme.views if view not in have]
        kept["grades"] = {view: {"gradability": "ungradable", "reason": "no_photo"} for view in missing}
    return kept


def _context(request: HttpRequest, consult: Consult, sheets: Sheets | None = None, lost: str = "") -> dict[str, Any]:
    user: Any = request.user
    standing = desk.standing(user, consult)
    ai = desk.ai_shown(user, consult)
    sheets = sheets or Sheets(consult.encounter.programme, draft=_draft(user, consult))
    panes = _panes(user, consult, sheets, ai=ai)
    kind = consult.encounter.programme.kind
    own = consult.reads.filter(reader=user).order_by("read_at")
    return {
        "consult": consult, "encounter": consult.encounter, "patient": consult.encounter.patient,
        "standing": standing.value, "reads_now": standing in (Standing.IMPRESSION, Standing.FINAL),
        "panes": panes, "tools": kind.look.tools, "normal": _normal(kind, [pane.code for pane in panes]),
        "has_earlier": any(pane.earlier for pane in panes),
        "marks": marks.drafted(user, consult), "sheets": sheets, "ai": ai, "lost": lost,
        "badge": consult_reasons.badge(consult_reasons.shown(consult.priority, blind=not ai)),
        "unfinished": consult_reasons.unfinished(consult),
        "reason": consult_reasons.reason(consult, blind=not ai), "told": consult_reasons.told(consult.encounter),
        "answers": consult_reasons.answers(consult.encounter),
        "own": [(_title(read), _stance(read)) for read in own],
        "others": [_stance(read) for read in desk.others_shown(user, consult)],
        "part": fragment(request), "lease_seconds": consult.lease_seconds(user), "why": sheets.reasons(),
        "talk": talk.of_reader(user, consult), "asked": consult.messages.open().exists(),
        "wrong": [(code, _(text)) for code, text in kind.faults.items()],
        "phrases": user.phrases.filter(modality=consult.encounter.programme.modality),
        "may_amend": desk.may_amend(user, consult), "aside": exams.aside(consult),
    }  # fmt: skip


@allow("consult.read")
@require_GET
def read(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One consult: the pictures, what was told, and the grading sheet for whoever holds it. Claims nothing."""
    consult = _consult(request, pk)
    if consult.withdrawn_at is not None:
        messages.info(request, desk.why_not(request.user, consult))
        return redirect("worklist")
    return render(request, "screening/reading/desk.html", _context(request, consult))


def _panel(request: HttpRequest, consult: Consult, **more: Any) -> HttpResponse:
    """The page, or for htmx its panel alone; 409 when the consult was lost, 422 when a grade is incomplete."""
    status = 409 if more.get("lost") else 422 if more.get("sheets") else 200
    consult = _consult(request, consult.pk)
    context = _context(request, consult, **more)
    template = "screening/reading/panel.html" if fragment(request) else "screening/reading/desk.html"
    return render(request, template, context, status=status)


@allow("consult.claim")
@require_POST
def claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the consult, or renew the claim while working on it (htmx: nothing to show unless it was lost)."""
    consult = _consult(request, pk)
    try:
        desk.claim(request.user, pk)
    except Lost as lost:
        return _panel(request, consult, lost=refusals.sentence(lost))
    return HttpResponse(status=204) if fragment(request) else redirect("read", pk=pk)


@allow("consult.claim")
@require_POST
def release(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let another reader take it. What was entered stays as a draft."""
    desk.give_back(request.user, _consult(request, pk))
    messages.info(request, _("Given back. What you entered is kept as a draft."))
    return redirect("worklist")


@allow("consult.read")
@require_POST
def draft(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep what is entered so far, whoever holds the consult, and say what it amounts to."""
    consult = _consult(request, pk)
    sheets = Sheets(consult.encounter.programme, posted=request.POST)
    lost = ""
    if desk.standing(request.user, consult) is not Standing.GIVEN:
        desk.keep_draft(request.user, consult, sheets.entered())
        try:
            desk.claim(request.user, pk)
        except Lost as gone:
            lost = refusals.sentence(gone)
    context = {"finding": sheets.finding(), "why": sheets.reasons(), "lost": lost, "now": timezone.now()}
    return render(request, "screening/reading/saved.html", context)


def _answer(request: HttpRequest, pk: uuid.UUID, verb: Callable[..., Read]) -> HttpResponse:
    consult = _consult(request, pk)
    sheets = Sheets(consult.encounter.programme, posted=request.POST)
    try:
        verb(request.user, consult, sheets.grades(), sheets.advice(), sheets.advice_codes())
    except GradeError as error:
        sheets.complain(error)
        return _panel(request, consult, sheets=sheets)
    except Refused as refusal:
        return _panel(request, consult, lost=refusals.sentence(refusal))
    return _panel(request, consult) if fragment(request) else redirect("read", pk=pk)


@allow("consult.read")
@require_POST
def impression(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The first impression, formed without the AI. Answers with the AI's view of the same pictures."""
    return _answer(request, pk, desk.impression)


@allow("consult.read")
@require_POST
def final_read(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The final read: settles the consult, or passes it on to another reader."""
    return _answer(request, pk, desk.submit)


@allow("consult.read")
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct one's own final read: a new version; a changed answer goes out as a new answer."""
    consult = _consult(request, pk)
    mine = desk.own_final(request.user, consult)
    if mine is None or not desk.may_amend(request.user, consult):
        return _panel(request, consult, lost=_("This read cannot be corrected now."))
    kept = {"grades": mine.grades, "advice": mine.advice, "advice_codes": mine.advice_codes}
    if request.method == "GET":
        sheets = Sheets(consult.encounter.programme, draft=kept)
        return _amending(request, consult, sheets)
    sheets = Sheets(consult.encounter.programme, posted=request.POST)
    why = request.POST.get("why", "")
    try:
        desk.amend(request.user, consult, sheets.grades(), sheets.advice(), sheets.advice_codes(), why=why)
    except GradeError as error:
        if error.field != "why":
            sheets.complain(error)
        return _amending(request, consult, sheets, error=error)
    except Lost as lost:
        return _panel(request, consult, lost=refusals.sentence(lost))
    messages.success(request, _("Your correction is kept beside your first read."))
    return redirect("read", pk=pk)


def _amending(
    request: HttpRequest, consult: Consult, sheets: Sheets, *, error: GradeError | None = None
) -> HttpResponse:
    context = _context(request, consult, sheets) | {
        "amending": True, "part": False, "why_typed": request.POST.get("why", ""),
        "problem": refusals.sentence(error) if error else "", "problem_of": error.field if error else "",
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
