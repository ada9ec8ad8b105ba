"""Two models over the same pictures: what both said, where they agree, and whose decision would flip. Read-only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np

from accounts.access import roles_of, sites_of
from accounts.models import Role, Site
from inference.models import ModelVersion, OperatingPoint, Run
from screening.figures.intervals import Rate
from screening.models import Image, Origin, Programme
from screening.protocol.in_force import own_points

MOST = 2000  # newest pictures compared: enough for a decision, and for one page
Finished = tuple[str, float | None, bool | None]


class Call(StrEnum):
    """What a model's word on one picture amounts to."""

    FOUND = "found"
    CLEAR = "clear"
    UNFIT = "unfit"  # a gate: not fit to grade
    HUMAN = "human"  # no threshold binds, or no score: a human reads


@dataclass(frozen=True)
class Pair:
    """One picture under both models."""

    image: UUID
    encounter: UUID
    capture_class: str
    site: str
    synthetic: bool
    current: float | None
    candidate: float | None
    current_call: Call
    candidate_call: Call

    @property
    def flips(self) -> bool:
        return self.current_call != self.candidate_call


@dataclass(frozen=True)
class Comparison:
    """The model in force and the one on trial, over every picture both have scored."""

    current: ModelVersion
    candidate: ModelVersion
    pairs: Sequence[Pair]

    @property
    def flips(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.flips]

    @property
    def synthetic(self) -> int:
        return sum(pair.synthetic for pair in self.pairs)

    @property
    def correlation(self) -> float | None:
        """Pearson's, of the scores; None where there are too few or all are alike."""
        both = [(p.current, p.candidate) for p in self.pairs if p.current is not None and p.candidate is not None]
        if len(both) < 3 or any(len(set(column)) == 1 for column in zip(*both, strict=True)):
            return None
        current, candidate = (np.array(column, np.float64) for column in zip(*both, strict=True))
        return float(np.asarray(np.corrcoef(current, candidate))[0, 1])

    def of(self, capture_class: str) -> list[Pair]:
        return [pair for pair in self.pairs if pair.capture_class == capture_class]

    def by_class(self) -> Mapping[str, Mapping[tuple[Call, Call], int]]:
        """Capture class -> (call now, call of the candidate) -> how many pictures."""
        classes = sorted({pair.capture_class for pair in self.pairs})
        return {
            name: Counter((pair.current_call, pair.candidate_call) for pair in self.of(name)) for name in classes
        }  # fmt: skip


def agreement(pairs: Sequence[Pair]) -> Rate:
    """The share of pictures with the same call."""
    return Rate.of(sum(not pair.flips for pair in pairs), len(pairs))


def compare(user: Any, programme: Programme, purpose: str) -> Comparison | None:
    """The trial of a purpose as far as the user may see; None where nothing is on trial or in force."""
    current, candidate = programme.model_in_force(purpose), programme.shadow(purpose)
    if current is None or candidate is None:
        return None
    images = list(_images(user, programme))
    said = _said([image.display_sha256 for image in images], (current, candidate))
    points = _candidates_points(programme, candidate)
    bound: dict[tuple[Any, str], OperatingPoint | None] = {}
    pairs = []
    for image in images:
        now, then = said.get((image.display_sha256, current.pk)), said.get((image.display_sha256, candidate.pk))
        if now is None or then is None:
            continue
        at = (image.encounter.site_id, image.capture_class)
        if at not in bound:
            bound[at] = programme.threshold_for(current, image.capture_class, site=image.encounter.site)
        pairs.append(_pair(image, now, then, bound[at], points.get(image.capture_class)))
    return Comparison(current, candidate, pairs)


def _images(user: Any, programme: Programme) -> Any:
    shown = Image.objects.in_use().filter(encounter__programme=programme)
    if Role.ADMINISTRATOR not in roles_of(user):
        sites = sites_of(user, Role.PROGRAMME_MANAGER, Role.SITE_MANAGER)
        shown = shown.filter(encounter__site__in=sites)
    return shown.select_related("encounter__site", "encounter__patient").order_by("-received_at")[:MOST]


def _said(photos: Sequence[str], versions: Sequence[ModelVersion]) -> Mapping[tuple[str, str], Finished]:
    done = Run.objects.filter(display_sha256__in=photos, model_version__in=versions, state=Run.State.DONE)
    rows = done.values_list("display_sha256", "model_version_id", "model_version__purpose", "score", "gradable")
    return {(photo, version): (purpose, score, gradable) for photo, version, purpose, score, gradable in rows}


def _candidates_points(programme: Programme, candidate: ModelVersion) -> Mapping[str, OperatingPoint]:
    """The thresholds the candidate would bring: those of its open proposal, else its own. Never the old model's."""
    proposal = programme.proposals.open().filter(model_version=candidate, site=None).first()
    points = list(proposal.operating_points.all()) if proposal else own_points(programme, candidate)
    return {point.capture_class: point for point in reversed(points) if not point.stratum}


def _pair(
    image: Image, now: Finished, then: Finished, bound: OperatingPoint | None, brings: OperatingPoint | None
) -> Pair:
    site: Site = image.encounter.site
    return Pair(
        image.pk, image.encounter_id, image.capture_class, site.name,
        image.encounter.patient.origin == Origin.SYNTHETIC, now[1], then[1], call(now, bound), call(then, brings),
    )  # fmt: skip


def call(said: Finished, point: OperatingPoint | None) -> Call:
    """What a finished run amounts to at an operating point."""
    purpose, score, gradable = said
    if purpose == ModelVersion.Purpose.GATE:
        return Call.HUMAN if gradable is None else Call.CLEAR if gradable else Call.UNFIT
    if score is None or point is None:
        return Call.HUMAN
    return Call.FOUND if score >= point.threshold else Call.CLEAR
