"""The watch over real rows: it learns, sees a change, tells once, and lets a human read until somebody has looked."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Site
from inference import drift
from inference.models import Run
from screening import tasks
from screening.models import Alarm, AlarmAnswer, Encounter, Image, Origin, Patient
from screening.protocol import drift_watch, in_force
from tests import factories as make
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _forgets() -> None:
    cache.clear()


def cases(
    cast: Cast, scores: np.ndarray, *, site: Site | None = None, capture: str = "dicom", good: float = 0.9,
) -> None:  # fmt: skip
    """Finished visits of the chest programme, written in bulk: one film each."""
    site, models = site or cast.north, [cast.chest.model_in_force(p) for p in ("gate", "finding")]
    by, draw, first = make.worker_at(site), np.random.default_rng(5), Encounter.objects.count()
    times = [timezone.now() + timedelta(microseconds=9 * n) for n in range(len(scores))]
    patients = [Patient(site=site, name=f"P{first + n}", sex="female", birth_year=1980, enrolled_by=by)
                for n in range(len(scores))]  # fmt: skip
    Patient.objects.bulk_create(patients)
    visits = [
        Encounter(patient=patient, programme=cast.chest, site=site, started_by=by, handed_in_at=at)
        for at, patient in zip(times, patients, strict=True)
    ]
    Encounter.objects.bulk_create(visits)
    photos = [sha256(f"{visit.pk}".encode()).hexdigest() for visit in visits]
    Image.objects.bulk_create([
        Image(encounter=visit, view="CXR", capture_class=capture, display_sha256=photo, original_sha256=photo,
              media_type="image/png", width=9, height=9, fingerprint="0" * 16, received_by=by)
        for visit, photo in zip(visits, photos, strict=True)
    ])  # fmt: skip
    fit = draw.random(len(scores)) < good
    Run.objects.bulk_create([
        Run(display_sha256=photo, model_version=version, state=Run.State.DONE, score=float(score),
            gradable=bool(ok) if version.purpose == "gate" else None, reason="" if ok else "blurred")
        for photo, score, ok in zip(photos, scores, fit, strict=True) for version in models if version
    ])  # fmt: skip


@pytest.fixture
def learnt(cast: Cast) -> np.random.Generator:
    """The chest programme in force at the north, with all the cases the watch learns from, and quiet ones since."""
    make.models(cast.chest)
    draw = np.random.default_rng(7)
    cases(cast, draw.beta(1, 4, drift.REFERENCE + 100), good=0.9)
    return draw


def test_it_is_quiet_while_it_learns_and_while_nothing_changes(cast: Cast, learnt: np.random.Generator) -> None:
    known = drift_watch.watched_at(cast.chest, cast.north)
    assert known and not known.learning and len(known.recent) == 100
    assert drift_watch.watch() == []
    other = drift_watch.watched_at(cast.chest, cast.south)
    assert other and other.learning and other.shifts() == {}
    assert drift_watch.watched_at(cast.eye, cast.north) is None


@pytest.mark.parametrize(
    ("change", "measure"),
    [
        ({"scores": (6, 2)}, "score"),
        ({"good": 0.4}, "quality"),
        ({"capture": "screen_photo"}, "capture"),
    ],
)
def test_each_kind_of_change_is_told_once(
    cast: Cast, learnt: np.random.Generator, change: dict[str, Any], measure: str
) -> None:
    cases(cast, learnt.beta(*change.pop("scores", (1, 4)), 150), **{"good": 0.9, **change})
    raised = drift_watch.watch()
    assert [alarm.measure for alarm in raised] == [measure]
    (alarm,) = raised
    assert alarm.value > alarm.limit and alarm.site == cast.north and alarm.reference == drift.REFERENCE
    cache.clear()
    assert drift_watch.watch() == []  # open already
    assert Alarm.objects.count() == 1


def test_until_somebody_looked_a_human_reads_everything_at_that_site(cast: Cast, learnt: np.random.Generator) -> None:
    assert decided(cast, cast.north) == ("recall", "all_clear")
    cases(cast, learnt.beta(6, 2, 150))
    (alarm,) = drift_watch.watch()
    assert decided(cast, cast.north) == ("wait", "human_reads_all")
    assert decided(cast, cast.south) == ("recall", "all_clear")
    in_force.answer_alarm(cast.maya, alarm, AlarmAnswer.Says.REPAIRED)
    assert decided(cast, cast.north) == ("recall", "all_clear")


def test_a_programme_may_do_without_the_fallback(cast: Cast, learnt: np.random.Generator) -> None:
    type(cast.chest).objects.update(drift_fallback=False)
    cast.chest.refresh_from_db()
    cases(cast, learnt.beta(6, 2, 150))
    assert drift_watch.watch()
    assert decided(cast, cast.north) == ("recall", "all_clear")


def decided(cast: Cast, site: Site) -> tuple[str, str]:
    decision = make.handed_in(make.visit(cast.chest, site), 0.1).decision()
    assert decision
    return decision.action, decision.reason


def test_after_a_repair_the_watch_goes_on_and_after_a_new_normal_it_learns(
    cast: Cast, learnt: np.random.Generator
) -> None:
    cases(cast, learnt.beta(6, 2, 150))
    (alarm,) = drift_watch.look(cast.chest, cast.north)
    answer = in_force.answer_alarm(cast.maya, alarm, AlarmAnswer.Says.REPAIRED)
    assert in_force.answer_alarm(cast.samuel, alarm, AlarmAnswer.Says.NEW_NORMAL) == answer  # the first holds
    known = drift_watch.watched_at(cast.chest, cast.north)
    assert known and len(known.reference) == drift.REFERENCE
    cases(cast, learnt.beta(6, 2, 150))
    (again,) = drift_watch.look(cast.chest, cast.north)
    in_force.answer_alarm(cast.maya, again, AlarmAnswer.Says.NEW_NORMAL)
    known = drift_watch.watched_at(cast.chest, cast.north)
    assert known and known.learning


def test_a_new_model_is_learnt_anew_and_drawn_patients_are_not_watched(cast: Cast, learnt: np.random.Generator) -> None:
    make.models(cast.chest)
    known = drift_watch.watched_at(cast.chest, cast.north)
    assert known and known.reference == []
    cases(cast, learnt.beta(1, 4, 30))
    Patient.objects.update(origin=Origin.SYNTHETIC)
    known = drift_watch.watched_at(cast.chest, cast.north)
    assert known and known.reference == []


def test_the_sweep_keeps_watch_at_most_once_a_minute_and_survives_it(
    cast: Cast, learnt: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases(cast, learnt.beta(6, 2, 150))
    tasks.sweep()
    assert Alarm.objects.count() == 1
    monkeypatch.setattr(drift_watch, "look", lambda *args: 1 / 0)
    tasks.sweep()  # not yet again
    cache.delete(drift_watch.LOOKED)
    cases(cast, learnt.beta(6, 2, 1))
    tasks.sweep()  # it fails, and the sweep goes on


def test_the_number_of_queries_does_not_grow(
    cast: Cast, learnt: np.random.Generator, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(9):
        drift_watch.watched_at(cast.chest, cast.north)
