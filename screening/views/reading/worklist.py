"""The worklist: what waits for this reader, urgent first, and taking the next."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allow
from accounts.models import Site
from screening.models import Consult, Notice, Programme, ReadingMode, SavedView
from screening.models.consult import ConsultQuerySet
from screening.models.saved_view import AT_MOST
from screening.reading import take_next, tiles, which_pictures
from screening.reading.worklist_filters import WorklistFilters
from screening.words import consult_reasons
from screening.words.codes import WHY_A_SPECIALIST
from screening.words.sentences import Badge

PAGE = 50
ELSEWHERE = 10
REMINDERS = 5
RELATED = ("encounter__patient", "encounter__programme", "encounter__site", "decision", "claimed_by")
GROUPS = ("programme_id", "site_id", "priority")


@dataclass(frozen=True)
class ConsultRow:
    """One line of the worklist."""

    consult: Consult
    badge: Badge
    reason: str
    mine: bool
    assigned: bool


def _row(consult: Consult, user: Any) -> ConsultRow:
    blind = consult_reasons.is_blind(consult)
    badge = consult_reasons.badge(consult_reasons.shown(consult.priority, blind=blind))
    reason = consult_reasons.reason(consult, blind=blind)
    if consult.state == Consult.State.DISPUTED:  # only adjudicators have these on their list
        reason = f"{_('The readers do not agree. An adjudicator answers now.')} {reason}"
    return ConsultRow(consult, badge, reason, consult.held_by(user), consult.assigned_to_id == user.pk)


def _rows(ids: list[uuid.UUID], user: Any) -> list[ConsultRow]:
    # Sorted by id alone and fetched wide afterwards: thousands of wide rows are slow to sort.
    found = Consult.objects.select_related(*RELATED).defer("decision__evidence").in_bulk(ids)
    return [_row(found[pk], user) for pk in ids if pk in found]


@dataclass
class Choice:
    """One filter that can be set: its code, its words and how many rows it leaves."""

    code: str
    words: str
    number: int = 0
    badge: Badge | None = None


@dataclass
class Counts:
    """How many rows there are, by everything one can filter by. One pass over the list."""

    total: int = 0
    late: int = 0
    mine: int = 0
    back: int = 0
    groups: list[tuple[Programme, Site, Mapping[str, Any]]] = field(default_factory=list)
    whys: Counter[str] = field(default_factory=Counter)
    programmes: dict[str, Choice] = field(default_factory=dict)
    sites: dict[str, Choice] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: ConsultQuerySet, user: Any) -> Counts:
        counts, now = cls(), timezone.now()
        mine = Q(claimed_by=user.pk, claim_until__gte=now) | Q(assigned_to=user.pk)
        grouped = list(
            rows.order_by().values(*GROUPS).annotate(
                n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)), mine=Count("pk", filter=mine),
                back=Count("back_at"),
            )
        )  # fmt: skip
        programmes = Programme.objects.in_bulk({row["programme_id"] for row in grouped})
        sites = Site.objects.in_bulk({row["site_id"] for row in grouped})
        for row in grouped:
            counts._add(row, programmes[row["programme_id"]], sites[row["site_id"]])
        return counts

    def _add(self, row: Mapping[str, Any], programme: Programme, site: Site) -> None:
        self.groups.append((programme, site, row))
        blind = programme.reading_mode != ReadingMode.AI_FIRST
        self.whys[consult_reasons.shown(row["priority"], blind=blind)] += row["n"]
        for choices, place in ((self.programmes, programme), (self.sites, site)):
            choices.setdefault(place.code, Choice(place.code, place.name)).number += row["n"]
        self.total += row["n"]
        for flag in ("late", "mine", "back"):
            setattr(self, flag, getattr(self, flag) + row[flag])

    def passing(self, filters: WorklistFilters) -> int | None:
        """How many rows pass the filters, exactly. None where the groups do not tell: then the rows must be counted."""
        flags = [flag for flag in ("late", "mine", "back") if getattr(filters, flag)]
        if filters.reason or len(flags) > 1:
            return None
        number = flags[0] if flags else "n"
        left = (row for programme, site, row in self.groups if filters.takes(programme, site, row["priority"]))
        return sum(int(row[number]) for row in left)

    def badges(self) -> list[Choice]:
        found = [(code, consult_reasons.badge(code)) for code in consult_reasons.ORDER if self.whys[code]]
        return [Choice(code, badge.words, self.whys[code], badge) for code, badge in found]


class Counted(Paginator):  # type: ignore[type-arg]
    """A paginator told how many rows there are, so that a long worklist is counted once."""

    def __init__(self, rows: ConsultQuerySet, total: int) -> None:
        super().__init__(rows.values_list("pk", flat=True), PAGE)
        self.total = total

    @cached_property
    def count(self) -> int:
        return self.total


def _number(rows: ConsultQuerySet) -> int:
    # Counted by group: only so do the databases count in the index that groups them.
    return sum(rows.order_by().values(*GROUPS).annotate(n=Count("pk")).values_list("n", flat=True))


def _ordered(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: choice.words)


@allow("worklist.view")
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What this reader can take now, urgent first, and what colleagues hold."""
    user: Any = request.user
    filters = WorklistFilters.of(request.GET.dict())
    rows = Consult.objects.worklist(user)
    filtered = filters.narrow(rows, user)
    every = Counts.of(rows, user)
    passing = every.passing(filters)
    page = Counted(filtered, _number(filtered) if passing is None else passing).get_page(request.GET.get("page"))
    held = filters.narrow(Consult.objects.held_elsewhere(user), user) if not filters.mine else Consult.objects.none()
    context = {
        "page": page, "rows": _rows(list(page.object_list), user), "filters": filters, "every": every,
        "badges": every.badges(), "programmes": _ordered(every.programmes.values()),
        "sites": _ordered(every.sites.values()), "reasons": _reasons(user),
        "held": held.select_related(*RELATED)[:ELSEWHERE],
        "views": SavedView.objects.of(user), "reminders": _reminders(user),
    }  # fmt: skip
    return render(request, "screening/reading/worklist.html", context)


def _reasons(user: Any) -> list[Choice]:
    """Reasons to filter by, only for those who read some programme with the AI in view."""
    open_eyed = Programme.objects.visible_to(user).filter(reading_mode="ai_first")
    if not open_eyed.exists():
        return []
    first = [Choice("finding", _("The AI found signs of disease.")), Choice("symptoms", _("Symptoms were told."))]
    return first + [Choice(reason.value, str(words)) for reason, words in WHY_A_SPECIALIST.items()]


def _reminders(user: Any) -> list[Notice]:
    unseen = Notice.objects.to_reader(user).unseen().filter(encounter__consult__closed_at=None)
    return list(unseen.select_related("encounter__patient", "encounter__programme", "encounter__consult")[:REMINDERS])


def _filtered(request: HttpRequest) -> tuple[WorklistFilters, ConsultQuerySet]:
    filters = WorklistFilters.of({**request.GET.dict(), **request.POST.dict()})
    return filters, filters.narrow(Consult.objects.worklist(request.user), request.user)


@allow("consult.claim")
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Claim the most urgent consult and open it. Filters that were set stay with the reader's way through the list."""
    filters, rows = _filtered(request)
    consult = take_next.take_next(request.user, rows)
    if consult is None:
        messages.info(request, _("Nothing is waiting for you."))
        return redirect("worklist")
    return redirect(f"{reverse('read', args=[consult.pk])}{'?' if filters.query else ''}{filters.query}")


@allow("consult.claim")
@require_POST
def keep_ready(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep the consult after this one ready for a moment, and say which pictures its page will open with.

    Answers {"pictures": addresses of the small copies, "large": addresses of the looks at those that have tiles}.
    """
    if not Consult.objects.readable_by(request.user).filter(pk=pk).exists():
        raise Http404
    _filters, rows = _filtered(request)
    consult = take_next.keep_ready(request.user, rows, pk)
    if consult is None:
        return HttpResponse(status=204)
    first = which_pictures.first_pictures(consult).values()
    pictures = [reverse("image_display", args=[image.pk]) for image in first]
    large = [reverse("image_look", args=[image.pk]) for image in first if tiles.is_large(image)]
    return JsonResponse({"pictures": pictures, "large": large})


@allow("worklist.view")
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters under a name. The same name again replaces them."""
    user: Any = request.user
    query = WorklistFilters.of(request.GET.dict()).query
    name = request.POST.get("name", "").strip()[:40]
    own = SavedView.objects.of(user)
    if not name:
        messages.error(request, _("Give the view a name."))
    elif own.count() >= AT_MOST and not own.filter(name=name).exists():
        messages.error(request, _("You have as many views as fit. Remove one first."))
    else:
        SavedView.objects.update_or_create(reader=user, name=name, defaults={"query": query})
    return redirect(f"{reverse('worklist')}?{query}")


@allow("worklist.view")
@require_POST
def drop_view(request: HttpRequest) -> HttpResponse:
    """Remove one of the reader's own views, by its name."""
    SavedView.objects.of(request.user).filter(name=request.POST.get("name", "")).delete()
    return redirect("worklist")


urls: list[URLPattern] = [
    path("worklist/", listed, name="worklist"),
    path("worklist/next/", take, name="take_next"),
    path("worklist/views/", save_view, name="save_view"),
    path("worklist/views/drop/", drop_view, name="drop_view"),
    path("referrals/<uuid:pk>/next/", keep_ready, name="keep_ready"),
]
