"""The visits a manager counts, each with all that the figures look at. Read-only: three queries, whatever the size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Subquery
from django.utils import timezone

from inference.models import ModelVersion, Run
from screening.models import Decision, Encounter, FollowUp, IdentityAlert, Image, Origin, Programme, Read
from screening.models.encounter import EncounterQuerySet

DEFAULT_DAYS = 90


@dataclass(frozen=True)
class Period:
    """Whole days in the installation's time zone, both ends included."""

    first: date
    last: date

    @classmethod
    def latest(cls) -> Period:
        today = timezone.localdate()
        return cls(today - timedelta(days=DEFAULT_DAYS - 1), today)

    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment inside and the first moment after."""
        first, after = (datetime.combine(day, time.min) for day in (self.first, self.last + timedelta(days=1)))
        return timezone.make_aware(first), timezone.make_aware(after)


class ViewState(StrEnum):
    """What a visit has of one required view. Each view of each visit is in exactly one of these."""

    GRADABLE = "gradable"
    UNJUDGED = "unjudged"  # photographed, and the quality model has not said (running, failed, or none in force)
    UNGRADABLE = "ungradable"
    UNOBTAINABLE = "unobtainable"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class CountedImage:
    """One picture that belongs to its visit. `gate`: the newest word of a quality model, None before it speaks."""

    view: str
    capture_class: str
    received_at: datetime
    gate: bool | None
    failed: bool
    disputed: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter as the figures see it: codes and times, no name. Empty strings where there is none yet."""

    pk: UUID
    patient: UUID
    site: str
    site_name: str
    worker: str
    day: date
    handed_in_at: datetime | None
    sex: str
    age: int
    views: tuple[str, ...]
    unobtainable: frozenset[str]
    newest_action: str = ""
    newest_reason: str = ""
    priority: str = ""  # set: a specialist is asked
    asked_at: datetime | None = None
    due_at: datetime | None = None
    asked_action: str = ""
    asked_reason: str = ""
    disputed: bool = False
    is_read: bool = False
    adjudicated: bool = False
    outcome_action: str = ""
    outcome_finding: str = ""
    answered_at: datetime | None = None
    went: str = ""  # the newest answer to "did she go?"
    pictures: tuple[CountedImage, ...] = ()
    decided: tuple[datetime, ...] = field(default=())

    def view_state(self, view: str) -> ViewState:
        """The best that is known of a view, over all its pictures."""
        gates = [p.gate for p in self.pictures if p.view == view]
        if True in gates:
            return ViewState.GRADABLE
        if None in gates:
            return ViewState.UNJUDGED
        if gates:
            return ViewState.UNGRADABLE
        return ViewState.UNOBTAINABLE if view in self.unobtainable else ViewState.MISSING


def managed(user: Any, programme: Programme, period: Period) -> EncounterQuerySet:
    """Every visit of the programme that began in the period, at the sites the user manages."""
    inside = {"day__gte": period.first, "day__lte": period.last}
    return Encounter.objects.managed_by(user).filter(programme=programme, **inside)


def synthetic(user: Any, programme: Programme, period: Period) -> int:
    """How many visits of drawn patients were left out."""
    return managed(user, programme, period).filter(patient__origin=Origin.SYNTHETIC).count()


def visits(user: Any, programme: Programme, period: Period) -> list[Visit]:
    """The visits of real people, newest first."""
    cohort = managed(user, programme, period).filter(patient__origin=Origin.PERSON)
    pictures, decided = _pictures(cohort), _decided(cohort)
    views = tuple(programme.views)
    return [
        Visit(
            views=views, pictures=tuple(pictures[row["pk"]]), decided=tuple(decided[row["pk"]]), **_columns(row)
        )
        for row in _rows(cohort)
    ]  # fmt: skip


# Column of a Visit -> where it comes from, for columns that are taken as they are.
PLAIN = {
    "patient": "patient_id", "site": "site__code", "site_name": "site__name", "worker": "started_by__username",
    "sex": "patient__sex", "priority": "consult__priority", "asked_at": "consult__created_at",
    "due_at": "consult__due_at", "asked_action": "consult__decision__action",
    "asked_reason": "consult__decision__reason", "outcome_action": "consult__outcome__action",
    "outcome_finding": "consult__outcome__finding", "answered_at": "consult__outcome__decided_at",
}  # fmt: skip
TEXTS = ("priority", "asked_action", "asked_reason", "outcome_action", "outcome_finding", "newest_action",
         "newest_reason", "went")  # fmt: skip


def _rows(cohort: EncounterQuerySet) -> Any:
    newest = Decision.objects.filter(encounter=OuterRef("pk")).order_by("-number")
    asked_after = FollowUp.objects.filter(encounter=OuterRef("pk")).order_by("-at")
    final = Read.objects.filter(consult__encounter=OuterRef("pk"), stage=Read.Stage.FINAL)
    return cohort.order_by("-started_at", "pk").values(
        "pk", "day", "handed_in_at",
        born=F("patient__birth_year"), excused=F("unobtainable"), consult_state=F("consult__state"),
        newest_action=Subquery(newest.values("action")[:1]), newest_reason=Subquery(newest.values("reason")[:1]),
        went=Subquery(asked_after.values("answer")[:1]), is_read=Exists(final),
        adjudicated=Exists(final.filter(adjudicates=True)),
        **{f"_{name}": F(source) for name, source in PLAIN.items()},
    ).iterator(chunk_size=2000)  # fmt: skip


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: row[f"_{name}"] for name in PLAIN}
    columns |= {n: row[n] for n in ("pk", "day", "handed_in_at", "newest_action", "newest_reason", "is_read",
                                    "adjudicated", "went")}  # fmt: skip
    columns["age"] = row["day"].year - row["born"]
    columns["unobtainable"] = frozenset(row["excused"])
    columns["disputed"] = row["consult_state"] == "disputed"
    return columns | {name: columns[name] or "" for name in TEXTS}


def _pictures(cohort: EncounterQuerySet) -> Mapping[UUID, list[CountedImage]]:
    """Pictures by visit, without those somebody said do not belong there."""
    gates = Run.objects.filter(
        display_sha256=OuterRef("display_sha256"),
        model_version__purpose=ModelVersion.Purpose.GATE,
        state=Run.State.DONE,
        aside=False,
    ).order_by("-finished_at", "-pk")
    failed = Run.objects.filter(display_sha256=OuterRef("display_sha256"), state=Run.State.FAILED, aside=False)
    rows = (
        Image.objects.filter(encounter__in=cohort.order_by().values("pk"))
        .belonging()
        .order_by("received_at")
        .values_list(
            "encounter_id", "view", "capture_class", "received_at", Subquery(gates.values("gradable")[:1]),
            Exists(failed), Exists(IdentityAlert.objects.open().filter(image=OuterRef("pk"))),
        )
    )  # fmt: skip
    found: dict[UUID, list[CountedImage]] = defaultdict(list)
    for encounter, *said in rows.iterator(chunk_size=2000):
        found[encounter].append(CountedImage(*said))
    return found


def _decided(cohort: EncounterQuerySet) -> Mapping[UUID, list[datetime]]:
    rows = Decision.objects.filter(encounter__in=cohort.order_by().values("pk")).order_by("decided_at")
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for encounter, at in rows.values_list("encounter_id", "decided_at").iterator(chunk_size=2000):
        found[encounter].append(at)
    return found
