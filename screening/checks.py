"""What the technician is told at the start about programmes: warnings with what to do, never a reason not to start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import Error
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Role
from inference.models import ModelVersion
from screening.models import Certificate, Programme
from screening.protocol.in_force import thresholds_in_force

DECIDING = (ModelVersion.Purpose.GATE, ModelVersion.Purpose.FINDING)
ADMIN = "Do it in the technician's pages, under"


@register(Tags.database)
def programmes(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every programme that is run somewhere has models, valid thresholds, a consent text and readers."""
    if not databases:
        return []
    try:
        run = list(Programme.objects.filter(sites__isnull=False).distinct())
        return [warning for programme in run for look in LOOKS for warning in look(programme)]
    except Error:  # before the first migration
        return []


def _models(programme: Programme) -> Iterator[CheckMessage]:
    for purpose in DECIDING:
        if programme.model_in_force(purpose) is None:
            yield Warning(
                f"Programme {programme.code} has no {purpose.value} model in force: every visit goes to a specialist.",
                hint="Propose one on the page Models; a programme manager signs it there.",
                id="screening.W001",
            )


def _thresholds(programme: Programme) -> Iterator[CheckMessage]:
    for purpose in (ModelVersion.Purpose.FINDING, ModelVersion.Purpose.SECOND):
        if version := programme.model_in_force(purpose):
            yield from _unbound(programme, version)


def _unbound(programme: Programme, finding: ModelVersion) -> Iterator[CheckMessage]:
    classes = programme.kind.class_codes
    measured = finding.operating_points.filter(capture_class__in=classes).values_list("capture_class", flat=True)
    signed = [choice.operating_point for choice in thresholds_in_force(programme, finding)]
    bound = {point.capture_class for point in signed if point.holds() and point.use == programme.use}
    for capture_class in sorted(set(measured) - bound):
        yield Warning(
            f"Programme {programme.code} has no valid threshold of {finding.name} for {capture_class}: expired, or "
            "never signed.",
            hint="Until then a human reads these pictures. Propose it on the page Models; a programme manager signs.",
            id="screening.W002",
        )


def _consent(programme: Programme) -> Iterator[CheckMessage]:
    if not programme.consent_texts.exists():
        yield Warning(
            f"Programme {programme.code} has no consent text: nobody can be screened.",
            hint=f"{ADMIN} Consent texts.",
            id="screening.W003",
        )


def _readers(programme: Programme) -> Iterator[CheckMessage]:
    """A site whose consults nobody may read, and readers who may disagree without an adjudicator."""
    certified = Certificate.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=timezone.localdate()), programme=programme
    )
    on_duty = Membership.objects.in_force().filter(role=Role.READER)
    for site in programme.sites.all():
        here = certified.filter(reader__in=on_duty.filter(site=site).values("user"))
        if not here.exists():
            yield Warning(
                f"Nobody may read {programme.code} at {site.code}: its consults would wait for ever.",
                hint=f"Give a reader the duty there ({ADMIN} Memberships) and a reading certificate.",
                id="screening.W004",
            )
        elif not here.filter(adjudicates=True).exists():
            yield Warning(
                f"Nobody may adjudicate {programme.code} at {site.code}: disagreements would wait for ever.",
                hint=f"{ADMIN} Reading certificates, tick “may adjudicate” for a senior reader.",
                id="screening.W005",
            )


LOOKS: Sequence[Callable[[Programme], Iterator[CheckMessage]]] = (_models, _thresholds, _consent, _readers)
