"""What a field worker still has to do, gathered from wherever it stands: one list for the pages and the phone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from screening import following, talking, wording
from screening.models import Encounter, Message, Notice, PriorityCode, SealedItem
from screening.wording import Stand

RECENT = timedelta(days=30)
# Told by where the visit stands; the notice would only say it twice, or be seen before the work is done.
STANDING = {Stand.RETAKE: "retake", Stand.IDENTITY: "identity"}


@dataclass(frozen=True)
class Errand:
    """One thing to do. `id` is stable as long as it is the same thing."""

    id: str
    kind: str
    since: datetime
    words: str
    detail: str = ""
    encounter: uuid.UUID | None = None
    patient: uuid.UUID | None = None
    name: str = ""
    urgent: bool = False
    due_at: datetime | None = None
    views: list[str] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """Whether there is a page of a visit to go to."""
        return bool(self.name)


def of(user: Any) -> list[Errand]:
    """Everything open at the user's sites: urgent first, then the oldest."""
    found = [*_standing(user), *_talk(user), *_asking(user), *_news(user), *_deliveries(user)]
    return sorted(found, key=lambda errand: (not errand.urgent, errand.since))


def _about(encounter: Encounter) -> dict[str, Any]:
    return {"encounter": encounter.pk, "patient": encounter.patient_id, "name": encounter.patient.name}


def _standing(user: Any) -> Iterator[Errand]:
    """Visits that wait for the field worker: a photo to take again, a mix-up to clear up."""
    rows = Encounter.objects.visible_to(user).filter(
        started_at__gte=timezone.now() - RECENT, decisions__action__in=("retake", "wait"), referral__outcome=None
    )
    for encounter in rows.distinct().with_standing():
        stand, decision = wording.stand(encounter), wording.newest(encounter)
        if stand in STANDING and decision:
            answer = wording.answer(encounter)
            yield Errand(
                id=f"{STANDING[stand]}-{encounter.pk}", kind=STANDING[stand], since=decision.decided_at,
                words=answer.badge.words, detail=answer.why or answer.what, views=decision.views, **_about(encounter),
            )  # fmt: skip


def _talk(user: Any) -> Iterator[Errand]:
    """What specialists ask: a new photo, or a question."""
    for message in talking.to_answer(user).select_related("referral__encounter__programme"):
        encounter = message.referral.encounter
        retake = message.kind == Message.Kind.RETAKE
        known = talking.wrong_with(encounter.programme.modality)
        wrong = "; ".join(f"{wording.views([view])}: {known.get(why, why)}" for view, why in message.wrong.items())
        yield Errand(
            id=f"{'retake' if retake else 'question'}-{message.pk}", kind="retake" if retake else "question",
            since=message.at, due_at=message.referral.due_at, urgent=message.referral.priority == PriorityCode.URGENT,
            words=str((Notice.Kind.WANTED if retake else Notice.Kind.QUESTION).label),
            detail=" · ".join(filter(None, [wrong, message.text])), views=sorted(message.wrong), **_about(encounter),
        )  # fmt: skip


def _asking(user: Any) -> Iterator[Errand]:
    for asking in following.to_ask(user):
        day = timezone.make_aware(datetime.combine(asking.day, time.min))
        yield Errand(
            id=f"follow_up-{asking.encounter.pk}", kind="follow_up", since=day, due_at=day, urgent=asking.urgent,
            words=_("Did the patient go?"), detail=wording.answer(asking.encounter).where, **_about(asking.encounter),
        )  # fmt: skip


def _news(user: Any) -> Iterator[Errand]:
    """Notices nobody has seen, of any kind that is not told by where the visit stands."""
    elsewhere = [*STANDING.values(), Notice.Kind.WANTED, Notice.Kind.QUESTION]
    unseen = Notice.objects.visible_to(user).unseen().exclude(kind__in=elsewhere)
    for notice in unseen.select_related("encounter__patient"):
        yield Errand(
            id=f"{notice.kind}-{notice.pk}", kind=notice.kind, since=notice.created_at,
            words=notice.get_kind_display(), **_about(notice.encounter),
        )  # fmt: skip


def _deliveries(user: Any) -> Iterator[Errand]:
    """What this person sent and the server could not take: they put it right with a new item."""
    since = timezone.now() - RECENT
    refused = SealedItem.objects.filter(author_id=user.pk, state=SealedItem.State.REFUSED, received_at__gte=since)
    visits = Encounter.objects.visible_to(user).filter(handed_in_at=None).values("pk")
    known = Encounter.objects.filter(pk__in=refused.values("encounter"))
    # A photo that was refused matters as long as its visit is open; a form whose visit was never made always does.
    for item in refused.exclude(encounter__in=known.exclude(pk__in=visits).values("pk")):
        words = _("A photo was not taken") if item.kind == SealedItem.Kind.PIXELS else _("A visit was not taken")
        yield Errand(
            id=f"delivery-{item.pk}", kind="delivery", since=item.received_at, words=words, detail=item.sentence,
            encounter=item.encounter, patient=item.patient,
        )  # fmt: skip
