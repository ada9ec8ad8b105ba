"""What a field worker still has to do, gathered from wherever it stands: one list for the pages and the phone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from screening import rules
from screening.follow_up import ask
from screening.messages import talk
from screening.models import Decision, Encounter, Image, Message, Notice, SealedItem
from screening.models.encounter import EncounterQuerySet
from screening.visit.hand_in import missing_views
from screening.words import sentences
from screening.words.codes import LOOKS
from screening.words.held import why_held
from screening.words.sentences import Stand

# Told by where the visit stands; the notice would only say it twice, or be seen before the work is done.
STANDING = {Stand.RETAKE: "retake", Stand.IDENTITY: "identity"}
ANSWERS = (Notice.Kind.ANSWERED, Notice.Kind.AMENDED)
LATER = "referred"  # nothing to do before its day: it stands below what is due, unless it is urgent


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
    """Everything open at the user's sites: urgent first (a specialist's urgent answer before all), then the oldest.

    Looking is not doing: only news disappears once seen, and what it asks for stays until it is done.
    """
    news = list(_news(user))
    told = {errand.encounter for errand in news if errand.kind in ANSWERS}
    asking = [errand for errand in _asking(user) if errand.kind != LATER or errand.encounter not in told]
    delivered = [*_held(user), *_left_out(user), *_deliveries(user)]
    found = [*_waiting(user), *_missing(user), *_talk(user), *asking, *news, *delivered]
    return sorted(found, key=_rank)


def _rank(errand: Errand) -> tuple[bool, bool, datetime]:
    below = errand.kind not in ANSWERS if errand.urgent else errand.kind == LATER
    return (not errand.urgent, below, errand.since)


def _about(encounter: Encounter) -> dict[str, Any]:
    return {"encounter": encounter.pk, "patient": encounter.patient_id, "name": encounter.patient.name}


def _unanswered(user: Any) -> EncounterQuerySet:
    """Visits no specialist has answered, with action and reason of the newest decision: however old they are.

    The newest only, and asked of the database: nearly every visit waited once, between its first picture and its
    second.
    """
    newest = Decision.objects.filter(encounter=OuterRef("pk")).order_by("-number")
    rows = Encounter.objects.visible_to(user).filter(consult__outcome=None, withdrawn_at=None)
    return rows.annotate(action=Subquery(newest.values("action")[:1]), reason=Subquery(newest.values("reason")[:1]))


def _waiting(user: Any) -> Iterator[Errand]:
    """Visits that wait for the field worker: a photo to take again, a mix-up to clear up."""
    rows = _unanswered(user).filter(Q(action=rules.Action.RETAKE) | Q(reason=rules.Reason.IDENTITY))
    for encounter in rows.with_standing():
        stand, decision = sentences.stand(encounter), sentences.newest(encounter)
        if stand in STANDING and decision:
            answer = sentences.answer(encounter)
            yield Errand(
                id=f"{STANDING[stand]}-{encounter.pk}", kind=STANDING[stand], since=decision.decided_at,
                words=answer.badge.words, detail=answer.why or answer.what, views=decision.views, **_about(encounter),
            )  # fmt: skip


def _missing(user: Any) -> Iterator[Errand]:
    """Visits handed in that lack a photo again: it was set aside, whatever the patient was told meanwhile."""
    aside = Exists(Image.objects.set_aside().filter(encounter=OuterRef("pk")))
    rows = _unanswered(user).filter(Q(reason=rules.Reason.MISSING_VIEW) | aside, handed_in_at__isnull=False)
    for encounter in rows.with_standing():
        decision, missing = sentences.newest(encounter), missing_views(encounter)
        if missing:
            yield Errand(
                id=f"missing-{encounter.pk}", kind="missing",
                since=decision.decided_at if decision else encounter.started_at,
                words=str(LOOKS["missing"][2]), detail=sentences.lacking(encounter, missing), views=missing,
                **_about(encounter),
            )  # fmt: skip


def _talk(user: Any) -> Iterator[Errand]:
    """What specialists ask: a new photo, or a question."""
    for message in talk.to_answer(user).select_related("consult__encounter__programme"):
        encounter = message.consult.encounter
        retake = message.kind == Message.Kind.RETAKE
        known = encounter.programme.kind.faults
        wrong = "; ".join(f"{sentences.views([view])}: {_(known.get(why, why))}" for view, why in message.wrong.items())
        yield Errand(
            id=f"{'retake' if retake else 'question'}-{message.pk}", kind="retake" if retake else "question",
            since=message.at, due_at=message.consult.due_at, urgent=message.consult.priority == rules.Priority.URGENT,
            words=str((Notice.Kind.WANTED if retake else Notice.Kind.QUESTION).label),
            detail=" · ".join(filter(None, [wrong, message.text])), views=sorted(message.wrong), **_about(encounter),
        )  # fmt: skip


def _asking(user: Any) -> Iterator[Errand]:
    """Referred patients, from the day they are sent until somebody says how it ended.

    Before the day to ask, only those nobody has asked yet: who said "not yet" is left alone until then.
    """
    today = timezone.localdate()
    for asking in ask.to_follow(user):
        encounter, day = asking.encounter, timezone.make_aware(datetime.combine(asking.day, time.min))
        if asking.day <= today:
            yield Errand(
                id=f"follow_up-{encounter.pk}", kind="follow_up", since=day, due_at=day, urgent=asking.urgent,
                words=_("Did the patient go?"), detail=sentences.answer(encounter).where, **_about(encounter),
            )  # fmt: skip
        elif asking.newest is None:
            yield Errand(
                id=f"{LATER}-{encounter.pk}", kind=LATER, since=asking.since, due_at=day, urgent=asking.urgent,
                words=str(Notice.Kind.REFERRED.label),
                detail=_("Ask on %(day)s whether they went.") % {"day": sentences.day(day)},
                **_about(encounter),
            )  # fmt: skip


def _news(user: Any) -> Iterator[Errand]:
    """Notices nobody has seen, of any kind that is not told by where the visit stands."""
    elsewhere = [*STANDING.values(), Notice.Kind.WANTED, Notice.Kind.QUESTION, Notice.Kind.REFERRED]
    unseen = list(Notice.objects.visible_to(user).unseen().exclude(kind__in=elsewhere))
    rows = Encounter.objects.filter(pk__in={notice.encounter_id for notice in unseen})
    about = {encounter.pk: encounter for encounter in rows.with_standing()}
    for notice in unseen:
        encounter, answers = about[notice.encounter_id], notice.kind in ANSWERS
        yield Errand(
            id=f"{notice.kind}-{notice.pk}", kind=notice.kind, since=notice.created_at,
            words=notice.get_kind_display(), detail=sentences.badge(encounter).words if answers else "",
            urgent=answers and sentences.stand(encounter) is Stand.REFER_URGENT, **_about(encounter),
        )  # fmt: skip


def _held(user: Any) -> Iterator[Errand]:
    """What phones delivered and somebody at the site has to decide, whoever made it and however old it is."""
    for item in SealedItem.objects.held(user):
        photo = item.kind == SealedItem.Kind.PIXELS
        yield Errand(
            id=f"held-{item.pk}", kind="held", since=item.received_at, detail=why_held(item),
            words=_("A photo waits for a decision") if photo else _("A visit waits for a decision"),
            encounter=item.encounter, patient=item.patient,
        )  # fmt: skip


def _left_out(user: Any) -> Iterator[Errand]:
    """Visits that were taken in without something that was wrong with it, until they are handed in or answered."""
    visits = Encounter.objects.recordable_by(user).filter(consult__outcome=None)
    partly = SealedItem.objects.filter(encounter__in=visits.values("pk")).exclude(left_out=[])
    about = {one.pk: one for one in visits.filter(pk__in=partly.values("encounter")).with_standing()}
    for item in partly:
        encounter = about[item.encounter]  # type: ignore[index]
        open_ = {*missing_views(encounter), *(["answers"] if _unanswered_since(encounter, item) else [])}
        wrong = [one["sentence"] for one in item.left_out if one["what"] in open_]
        if wrong:
            yield Errand(
                id=f"left_out-{item.pk}", kind="delivery", since=item.received_at, detail=" ".join(wrong),
                words=_("Part of the visit was not taken"), **_about(encounter),
            )  # fmt: skip


def _unanswered_since(encounter: Encounter, item: SealedItem) -> bool:
    return encounter.answered_at is None or encounter.answered_at < item.received_at


def _deliveries(user: Any) -> Iterator[Errand]:
    """What this person sent and the server could not take: they put it right with a new item."""
    # What somebody closed with a reason is dealt with.
    refused = SealedItem.objects.filter(author_id=user.pk, state=SealedItem.State.REFUSED).exclude(decision="close")
    visits = Encounter.objects.visible_to(user).filter(handed_in_at=None).values("pk")
    known = Encounter.objects.filter(pk__in=refused.values("encounter"))
    # A photo that was refused matters as long as its visit is open; a form whose visit was never made always does.
    for item in refused.exclude(encounter__in=known.exclude(pk__in=visits).values("pk")):
        words = _("A photo was not taken") if item.kind == SealedItem.Kind.PIXELS else _("A visit was not taken")
        yield Errand(
            id=f"delivery-{item.pk}", kind="delivery", since=item.received_at, words=words, detail=item.sentence,
            encounter=item.encounter, patient=item.patient,
        )  # fmt: skip
