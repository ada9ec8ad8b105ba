"""Regions marked on pictures: drafts while the reader works, fixed with the read."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from screening.models import Consult, DraftMark, Image, Mark, Read
from screening.models.mark import COMMENT_LENGTH
from screening.refusal import Refused

CORNERS = ("x0", "y0", "x1", "y1")
AT_MOST = 40


class NoMark(Refused):
    """Not a region of a picture, or one too many."""

    def __init__(self) -> None:
        super().__init__("no_mark", _("Mark a region inside the picture, and at most forty of them."))


def drafted(user: Any, consult: Consult) -> list[DraftMark]:
    """What this reader has marked so far; nobody else sees it."""
    return list(DraftMark.objects.filter(consult=consult, reader_id=getattr(user, "pk", None)))


def draft(user: Any, consult: Consult, image: Image, corners: dict[str, float], comment: str) -> DraftMark:
    """Mark a region. Raises NoMark for one outside the picture, without extent, or beyond the fortieth."""
    within = all(0 <= corners[name] <= 1 for name in CORNERS)
    if not within or corners["x0"] == corners["x1"] or corners["y0"] == corners["y1"]:
        raise NoMark
    if len(drafted(user, consult)) >= AT_MOST:
        raise NoMark
    return DraftMark.objects.create(
        consult=consult, reader=user, image=image, comment=comment.strip()[:COMMENT_LENGTH], **corners
    )


def change(mark: DraftMark, corners: dict[str, float], comment: str) -> None:
    """Move a drafted mark, or say something else about it. Raises NoMark."""
    if not all(0 <= corners[name] <= 1 for name in CORNERS):
        raise NoMark
    said = {**corners, "comment": comment.strip()[:COMMENT_LENGTH], "saved_at": timezone.now()}
    # One that was removed or fixed by the read meanwhile stays so.
    DraftMark.objects.filter(pk=mark.pk).update(**said)


def fix(read: Read) -> None:
    """The read was given: its marks are written beside it for good. After the final read there is no draft left.

    Runs inside the caller's transaction, with the read it belongs to.
    """
    drafts = DraftMark.objects.filter(consult=read.consult_id, reader=read.reader_id)
    Mark.objects.bulk_create(
        Mark(read=read, image_id=d.image_id, comment=d.comment, **{name: getattr(d, name) for name in CORNERS})
        for d in drafts
    )
    if read.stage == Read.Stage.FINAL:
        drafts.delete()
