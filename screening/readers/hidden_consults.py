"""Make a consult of a test case, for one reader. To the reader it is like any other; nobody else ever meets it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.access import sites_of
from accounts.audit import record
from accounts.models import Role, Site
from inference.models import ModelVersion, OperatingPoint, Run
from screening import rules
from screening.models import (
    Consult,
    Decision,
    Encounter,
    GivenCase,
    Image,
    Origin,
    Patient,
    Programme,
    Setting,
    TestCase,
    TestPicture,
    TestSet,
)
from screening.rules.accuracy import SENT_ON
from screening.rules.grades import Finding, finding_of
from screening.triage.ask import due
from screening.triage.decide import dossier, gather
from screening.visit.pictures import models_in_force

PICTURE = (
    "view",
    "capture_class",
    "display_sha256",
    "original_sha256",
    "media_type",
    "width",
    "height",
    "fingerprint",
    "dicom",
)


@transaction.atomic
def hide(reader: Any, case: TestCase, setting: Setting, **where: Any) -> Consult:
    """A new visit of the case, referred to this reader alone. `where`: what `GivenCase` keeps besides, and `mode`."""
    mode = where.pop("mode", "")
    encounter = _visit(reader, case)
    evidence = _evidence(encounter, case)
    positive = [p["view"] for p in evidence["shown"] if p["state"] == rules.ImageState.POSITIVE]
    decision = Decision.objects.create(
        encounter=encounter, number=1, evidence=evidence, digest=str(encounter.pk.hex).ljust(64, "0"),
        action=(rules.Action.REFER if positive else rules.Action.WAIT).value, views=positive,
        reason=rules.Reason.FINDING if positive else rules.Reason.HUMAN_READS_ALL,
    )  # fmt: skip
    priority = rules.Priority.REFER if positive else rules.Priority.REVIEW
    consult = Consult.objects.create(
        encounter=encounter, programme=encounter.programme, site=encounter.site, decision=decision,
        priority=priority.value, setting=setting, kept_for=reader, mode=mode,
        due_at=timezone.now() + due(encounter.programme, priority),
    )  # fmt: skip
    GivenCase.objects.create(consult=consult, case=case, reader=reader, **where)
    record(None, "test.plant", consult)
    return consult


def _visit(reader: Any, case: TestCase) -> Encounter:
    programme, now = case.test_set.programme, timezone.now()
    patient = Patient.objects.create(
        site=_site(reader, programme), name="Test case", sex=case.sex, birth_year=timezone.localdate().year - case.age,
        origin=Origin.DRAWN_TEST if case.drawn else Origin.TEST, enrolled_by=reader,
    )  # fmt: skip
    encounter = Encounter.objects.create(
        patient=patient, programme=programme, site=patient.site, started_by=reader, answers=case.answers,
        answered_at=now, handed_in_at=now,
    )  # fmt: skip
    for picture in case.pictures.all():
        facts = {name: getattr(picture, name) for name in PICTURE}
        Image.objects.create(encounter=encounter, received_by=reader, **facts)
    return encounter


def _site(reader: Any, programme: Programme) -> Site:
    """One of the sites whose patients this reader reads. Raises Site.DoesNotExist where there is none."""
    return programme.sites.filter(pk__in=sites_of(reader, Role.READER)).order_by("?")[:1].get()


def _evidence(encounter: Encounter, case: TestCase) -> dict[str, Any]:
    """The evidence as triage would store it, with what the AI is said to have found laid over it."""
    evidence, judged = gather(encounter)
    stored = dossier(encounter, evidence, judged)
    unfit = {p.id for p in evidence.pictures if p.state is rules.ImageState.UNGRADABLE}  # of these the AI says nothing
    wrong = {pk: said for pk, said in _suggested(encounter, case).items() if pk not in unfit}
    shown = [{"view": p.view, "state": wrong.get(p.id, {}).get("state", p.state.value)} for p in evidence.pictures]
    return {**stored, "suggested": wrong, "shown": shown}


def _suggested(encounter: Encounter, case: TestCase) -> dict[str, dict[str, Any]]:
    """Picture -> state and score. Only where a threshold is in force: without one the AI says nothing of anybody."""
    if case.suggestion == TestCase.Suggestion.NONE:
        return {}
    programme = encounter.programme
    model = programme.model_in_force(ModelVersion.Purpose.FINDING)
    told = {}
    for image in encounter.images.all():
        point = programme.threshold_for(model, image.capture_class) if model else None
        if point:
            told[str(image.pk)] = _opinion(case, programme, image, point)
    return told


def _opinion(case: TestCase, programme: Programme, image: Image, point: OperatingPoint) -> dict[str, Any]:
    ill = finding_of(programme.modality, {image.view: case.truth[image.view]}) in SENT_ON
    whole = Finding(case.finding) in SENT_ON
    right = ill if case.suggestion == TestCase.Suggestion.RIGHT else not whole
    # Between a third and all of the way from the threshold, the same for the same picture whoever sees it.
    way = 0.3 + 0.6 * int(hashlib.sha256(f"{case.pk} {image.view}".encode()).hexdigest()[:8], 16) / 2**32
    limit = point.threshold
    score = limit + (1 - limit) * way if right else limit * (1 - way)
    state = rules.ImageState.POSITIVE if right else rules.ImageState.NEGATIVE
    return {"state": state.value, "score": score, "point": str(point.pk)}


def ready(cases: Iterable[TestCase], programme: Programme) -> bool:
    """Whether the models in force have looked at every picture of these cases; queues what they have not.

    Where they have not, the AI would be silent about a case, and a study's arm with the AI would be one without.
    """
    versions = models_in_force(programme)
    photos = set(TestPicture.objects.filter(case__in=list(cases)).values_list("display_sha256", flat=True))
    runs = Run.objects.filter(display_sha256__in=photos, model_version__in=versions)
    if runs.count() < len(photos) * len(versions):  # a model was put in force after the case was made
        for photo in photos:
            Run.objects.submit(photo, versions)
    return not runs.filter(state__in=(Run.State.QUEUED, Run.State.LEASED)).exists()


def unseen(reader: Any, test_set: TestSet) -> list[TestCase]:
    """The set's cases that this reader has never met, in any setting."""
    met = GivenCase.objects.filter(reader=reader).values("case_id")
    return list(test_set.cases.filter(retired_at=None).exclude(pk__in=met))


def hide_one(reader: Any, programme: Programme, token: str) -> Consult | None:
    """After a read of a patient: perhaps a test case goes into the worklist. `token` decides, once per read.

    Chance is one in as many reads as the set says; nothing happens once every case has been met.
    """
    for test_set in programme.test_sets.filter(one_in__gt=0):
        if rules.drawn(test_set.pk.hex, token, 1 / test_set.one_in):
            left = [case for case in unseen(reader, test_set) if ready([case], programme)]
            if left:
                key = token.encode()
                return hide(reader, min(left, key=lambda c: hashlib.sha256(key + c.pk.bytes).digest()), Setting.HIDDEN)
    return None
