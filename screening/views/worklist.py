"""The worklist: what waits for this reader, most urgent first, and taking the next."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allow
from screening import reading, reasons
from screening.models import Programme, Referral
from screening.models.referral import ReferralQuerySet
from screening.wording import Badge

PAGE = 50
ELSEWHERE = 10
RELATED = ("encounter__patient", "encounter__programme", "encounter__site", "decision", "claimed_by")


@dataclass(frozen=True)
class Row:
    """One line of the worklist."""

    referral: Referral
    badge: Badge
    reason: str
    mine: bool


def _row(referral: Referral, user: Any) -> Row:
    blind = reasons.is_blind(referral)
    badge = reasons.badge(reasons.shown(referral.priority, blind=blind))
    return Row(referral, badge, reasons.reason(referral, blind=blind), referral.held_by(user))


def _rows(ids: list[uuid.UUID], user: Any) -> list[Row]:
    # Sorted by id alone and fetched wide afterwards: thousands of wide rows are slow to sort.
    found = Referral.objects.select_related(*RELATED).defer("decision__evidence").in_bulk(ids)
    return [_row(found[pk], user) for pk in ids if pk in found]


def _counts(worklist: ReferralQuerySet) -> list[tuple[Badge, int]]:
    found: Counter[str] = Counter()
    grouped = worklist.order_by().values("priority", "encounter__programme__reading_mode").annotate(n=Count("pk"))
    for row in grouped:
        blind = row["encounter__programme__reading_mode"] != "ai_first"
        found[reasons.shown(row["priority"], blind=blind)] += row["n"]
    return [(reasons.badge(code), found[code]) for code in reasons.ORDER if found[code]]


class Counted(Paginator):  # type: ignore[type-arg]
    """A paginator told how many rows there are, so that a long worklist is counted once."""

    def __init__(self, rows: ReferralQuerySet, total: int) -> None:
        super().__init__(rows.values_list("pk", flat=True), PAGE)
        self.total = total

    @cached_property
    def count(self) -> int:
        return self.total


def _programme(request: HttpRequest) -> Programme | None:
    code = request.POST.get("programme") or request.GET.get("programme")
    return Programme.objects.visible_to(request.user).filter(code=code).first() if code else None


@allow("worklist.view")
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """What this reader can take now, most urgent first, and what colleagues hold."""
    programme = _programme(request)
    rows = Referral.objects.worklist(request.user)
    held = Referral.objects.readable_by(request.user).filter(claim_until__gte=timezone.now())
    if programme:
        rows, held = (q.filter(encounter__programme=programme) for q in (rows, held))
    counts = _counts(rows)
    page = Counted(rows, sum(n for _badge, n in counts)).get_page(request.GET.get("page"))
    others = held.exclude(claimed_by=request.user.pk).exclude(state=Referral.State.CLOSED)
    context = {
        "page": page,
        "rows": _rows(list(page.object_list), request.user),
        "counts": counts,
        "held": others.select_related(*RELATED).order_by("claim_until")[:ELSEWHERE],
        "programmes": Programme.objects.visible_to(request.user),
        "programme": programme,
    }
    return render(request, "screening/worklist.html", context)


@allow("referral.claim")
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Claim the most urgent referral and open it."""
    referral = reading.take_next(request.user, _programme(request))
    if referral is None:
        messages.info(request, _("Nothing is waiting for you."))
        return redirect("worklist")
    return redirect("read", pk=referral.pk)


urls: list[URLPattern] = [
    path("worklist/", worklist, name="worklist"),
    path("worklist/next/", take_next, name="take_next"),
]
