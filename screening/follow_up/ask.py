"""Did she go? Ask after referred patients until the loop is closed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening.models import Encounter, FollowUp
from screening.models.encounter import EncounterQuerySet
from screening.refusal import Refused
from screening.rules import Action, Began, follow_up
from screening.visit.begin import just_now
from screening.words.sentences import Stand, outcome_of, stand
from screening.words.sentences import newest as decision_of

HORIZON = timedelta(days=365)
REFERRED = frozenset({Stand.REFER, Stand.REFER_URGENT})


@transaction.atomic
def record_follow_up(
    user: Any,
    encounter: Encounter,
    answer: FollowUp.Answer,
    *,
    on: date | None = None,
    note: str = "",
    client_id: uuid.UUID | None = None,
    said: Began | None = None,
) -> FollowUp:
    """Record what became of a referred patient. The same client id is the same answer.

    Raises Refused when the patient was not referred, the day is impossible, or the id stands for something else.
    """
    known = FollowUp.objects.filter(pk=client_id).first() if client_id else None
    if known:
        if (known.encounter_id, known.answer, known.on) != (encounter.pk, answer, on):
            raise Refused("id_taken", _("This answer's number stands for another answer. Answer again."))
        return known
    if stand(encounter) not in REFERRED:
        raise Refused("not_referred", _("This patient was not referred: there is nothing to ask after."))
    said = said or just_now()
    if on and answer == FollowUp.Answer.ATTENDED and not encounter.day <= on <= said.day:
        raise Refused("bad_day", _("Enter the day they went: after the visit, and not in the future."))
    if on and answer == FollowUp.Answer.NOT_YET and on < said.day:
        raise Refused("bad_day", _("Enter a day that is still to come."))
    made = FollowUp.objects.create(
        pk=client_id or uuid.uuid4(), encounter=encounter, answer=answer, on=on, note=note, by=user,
        at=said.at,
    )  # fmt: skip
    record(user, f"follow_up.{answer}", made)
    return made


@dataclass(frozen=True)
class Asking:
    """A patient referred at `since` whom somebody should ask after, from `day` on."""

    encounter: Encounter
    since: datetime
    day: date
    urgent: bool
    newest: FollowUp | None


def referred(encounters: EncounterQuerySet) -> Iterator[tuple[Encounter, bool]]:
    """The encounters whose patient is sent somewhere, and whether urgently. A specialist's answer outranks the AI's."""
    going = (Action.REFER, Action.REFER_URGENT)
    found = encounters.filter(
        Q(consult__outcome__action__in=going) | Q(consult__outcome=None, decisions__action__in=going)
    ).distinct()
    for encounter in found.with_standing().prefetch_related("follow_ups"):
        where = stand(encounter)
        if where in REFERRED:
            yield encounter, where is Stand.REFER_URGENT


def to_follow(user: Any) -> list[Asking]:
    """Whom to ask after, now or on a later day, at the sites where the user works; the first day first."""
    since = timezone.now() - HORIZON
    found = [
        Asking(encounter, sent, day, urgent, newest)
        for encounter, urgent in referred(Encounter.objects.visible_to(user).filter(started_at__gte=since))
        for newest in [next(iter(encounter.follow_ups.all()), None)]
        for sent in [_sent(encounter)]
        if (day := _day(sent, urgent, newest))
    ]
    return sorted(found, key=lambda asking: (not asking.urgent, asking.day))


def _sent(encounter: Encounter) -> datetime:
    source = outcome_of(encounter) or decision_of(encounter)
    return source.decided_at if source else encounter.started_at


def _day(decided: datetime, urgent: bool, newest: FollowUp | None) -> date | None:
    return follow_up.ask_on(
        urgent=urgent,
        referred_on=timezone.localdate(decided),
        answer=newest.answer if newest else "",
        answered_on=timezone.localdate(newest.at) if newest else None,
        promised=newest.on if newest else None,
    )
