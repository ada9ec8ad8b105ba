"""The drift watch: do the last cases of a site look like those its model was put in force with? Raises alarms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count

from accounts.audit import record
from accounts.models import Site
from inference import drift
from inference.models import ModelVersion, Run
from screening.models import Alarm, AlarmAnswer, Encounter, Image, Programme

LOOK_EVERY = 60  # seconds
LOOKED, SEEN = "drift-looked", "drift-seen"
KEPT = max(drift.WINDOWS)
GRADABLE = "gradable"


@dataclass(frozen=True)
class Case:
    """One visit as the watch sees it: its highest score, the worst word on quality, how it was pictured."""

    at: datetime
    score: float | None
    quality: str
    capture: str


@dataclass(frozen=True)
class Watched:
    """What is known of a programme at a site: the cases learnt from, and those since (the newest few)."""

    finding: ModelVersion
    reference: Sequence[Case]
    recent: Sequence[Case]

    @property
    def learning(self) -> bool:
        return len(self.reference) < drift.REFERENCE

    def shifts(self) -> Mapping[str, drift.Shift]:
        """What has moved, by measure; nothing while it learns."""
        if self.learning:
            return {}
        found = {measure: look(self) for measure, look in LOOKS.items()}
        return {measure: shift for measure, shift in found.items() if shift}


def _scores(cases: Sequence[Case]) -> list[float]:
    return [case.score for case in cases if case.score is not None]


def _score_shift(watched: Watched) -> drift.Shift | None:
    before, now = _scores(watched.reference), _scores(watched.recent)
    return drift.strongest(drift.numbers_shifted(before, now), drift.scores_trend(before, now))


def _quality_shift(watched: Watched) -> drift.Shift | None:
    before, now = ([case.quality for case in cases] for cases in (watched.reference, watched.recent))
    bad = [[said != GRADABLE for said in cases] for cases in (before, now)]
    return drift.strongest(drift.kinds_shifted(before, now), drift.share_trend(*bad))


LOOKS: Mapping[str, Callable[[Watched], drift.Shift | None]] = {
    Alarm.Measure.SCORE: _score_shift,
    Alarm.Measure.QUALITY: _quality_shift,
    Alarm.Measure.CAPTURE: lambda w: drift.kinds_shifted(
        [case.capture for case in w.reference], [case.capture for case in w.recent]
    ),
}


def watch() -> list[Alarm]:
    """Look at every programme and site with new cases, at most once a minute. Returns the alarms raised."""
    if not cache.add(LOOKED, True, LOOK_EVERY):
        return []
    raised = []
    pairs = Encounter.objects.counted().order_by().values("programme", "site").annotate(cases=Count("pk"))
    for pair in pairs:
        key = f"{SEEN}-{pair['programme']}-{pair['site']}"
        if cache.get(key) != pair["cases"]:
            cache.set(key, pair["cases"], None)
            raised += look(Programme.objects.get(pk=pair["programme"]), Site.objects.get(pk=pair["site"]))
    return raised


def look(programme: Programme, site: Site) -> list[Alarm]:
    """Raise an alarm for every measure that moved, unless one is open already."""
    watched = watched_at(programme, site)
    if watched is None:
        return []
    known = set(programme.alarms.open().filter(site=site).values_list("measure", flat=True))
    moved = {measure: shift for measure, shift in watched.shifts().items() if measure not in known}
    return [_raise(programme, site, watched, measure, shift) for measure, shift in moved.items()]


@transaction.atomic
def _raise(programme: Programme, site: Site, watched: Watched, measure: str, shift: drift.Shift) -> Alarm:
    alarm = Alarm.objects.create(
        programme=programme, site=site, model_version=watched.finding, measure=measure, value=shift.value,
        limit=shift.limit, sign=shift.sign, recent=shift.recent, reference=len(watched.reference),
    )  # fmt: skip
    record(None, "alarm.raised", alarm, measure=measure, sign=shift.sign, value=round(shift.value, 4))
    return alarm


def watched_at(programme: Programme, site: Site) -> Watched | None:
    """What the watch knows; None where no finding model is in force."""
    choice = programme.model_choices.filter(purpose=ModelVersion.Purpose.FINDING).order_by("-since", "-pk").first()
    if choice is None:
        return None
    answers = AlarmAnswer.objects.filter(alarm__programme=programme, alarm__site=site).order_by("-at")
    renewed = answers.filter(says=AlarmAnswer.Says.NEW_NORMAL).values_list("at", flat=True).first()
    start = max(filter(None, (choice.since, renewed)))
    visits = Encounter.objects.counted().filter(programme=programme, site=site, handed_in_at__gte=start)
    ordered = list(visits.order_by("handed_in_at", "pk").values_list("pk", "handed_in_at"))
    first, later = ordered[: drift.REFERENCE], ordered[drift.REFERENCE :]
    last = answers.values_list("at", flat=True).first()
    since = [pair for pair in later if last is None or (pair[1] and pair[1] >= last)][-KEPT:]
    versions = {p: programme.model_in_force(p) for p in (ModelVersion.Purpose.GATE, ModelVersion.Purpose.FINDING)}
    cases = _cases([*first, *since], [version.pk for version in versions.values() if version])
    return Watched(choice.model_version, [cases[pk] for pk, _ in first], [cases[pk] for pk, _ in since])


def _cases(visits: Sequence[tuple[object, datetime | None]], versions: Sequence[str]) -> Mapping[object, Case]:
    """Three queries, however many visits."""
    pictures: dict[object, list[tuple[str, str]]] = defaultdict(list)
    images = Image.objects.filter(encounter__in=[pk for pk, _ in visits]).order_by("received_at")
    for encounter, photo, capture in images.values_list("encounter_id", "display_sha256", "capture_class"):
        pictures[encounter].append((photo, capture))
    photos = {photo for shown in pictures.values() for photo, _ in shown}
    runs: dict[str, list[tuple[str, bool | None, str, float | None]]] = defaultdict(list)
    done = Run.objects.filter(display_sha256__in=photos, model_version__in=versions, state=Run.State.DONE)
    for photo, purpose, gradable, reason, score in done.values_list(
        "display_sha256", "model_version__purpose", "gradable", "reason", "score"
    ):
        runs[photo].append((purpose, gradable, reason, score))
    return {pk: _case(at, pictures[pk], runs) for pk, at in visits if at is not None}


def _case(
    at: datetime, shown: Sequence[tuple[str, str]], runs: Mapping[str, list[tuple[str, bool | None, str, float | None]]]
) -> Case:
    said = [run for photo, _ in shown for run in runs.get(photo, [])]
    bad = [reason or "ungradable" for purpose, gradable, reason, _ in said if purpose == "gate" and gradable is False]
    scores = [score for purpose, _, _, score in said if purpose == "finding" and score is not None]
    return Case(
        at=at,
        score=None if bad else max(scores, default=None),
        quality=min(bad, default=GRADABLE),
        capture=shown[0][1] if shown else "none",
    )
