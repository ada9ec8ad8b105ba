"""Marks on pictures, while a reader works."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from accounts.access import allow
from screening.models import Consult, DraftMark
from screening.reading import desk, marks
from screening.reading.desk import Standing

MAY = (Standing.IMPRESSION, Standing.FINAL)


@allow("consult.read")
@require_POST
def keep_marks(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Set, change or remove one of the reader's own marks; answers with all of them as they are kept now.

    Like the draft, a mark is kept whoever holds the consult; but not once the read was given.
    """
    user: Any = request.user
    consult = Consult.objects.readable_by(user).select_related("encounter__programme").filter(pk=pk).first()
    if consult is None:
        raise Http404
    standing = desk.standing(user, consult)
    if standing not in (Standing.GIVEN, Standing.CLOSED):
        try:
            _apply(user, consult, request.POST)
        except marks.NoMark:
            raise Http404 from None
    context = {"consult": consult, "marks": marks.drafted(user, consult), "reads_now": standing in MAY}
    return render(request, "screening/reading/marks.html", context)


def _apply(user: Any, consult: Consult, sent: QueryDict) -> None:
    """Raises NoMark."""
    if "mark" not in sent:
        image = desk.pictures(consult).filter(pk=_uuid(sent.get("image", ""))).first()
        if image is None:
            raise marks.NoMark
        marks.draft(user, consult, image, _corners(sent), sent.get("comment", ""))
        return
    number = sent.get("mark", "")
    own = DraftMark.objects.filter(consult=consult, reader=user)
    mark = own.filter(pk=int(number)).first() if number.isascii() and number.isdigit() and len(number) < 19 else None
    if mark is None:
        return  # removed in another window: what is kept is shown
    if "drop" in sent:
        mark.delete()
    else:
        marks.change(mark, _corners(sent), sent.get("comment", mark.comment))


def _corners(sent: QueryDict) -> dict[str, float]:
    try:
        return {name: float(sent.get(name, "")) for name in marks.CORNERS}
    except ValueError:
        raise marks.NoMark from None


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise marks.NoMark from None


urls: list[URLPattern] = [path("referrals/<uuid:pk>/marks/", keep_marks, name="marks")]
