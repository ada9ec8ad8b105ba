"""Build what the cast works on, in as few words as a nurse would use: enrolled, visit, models, pictured, referred.

Everything goes through the product's own verbs, except model versions and runs: those are written by hand, so
that the patient's path can be tested without a model file.
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import cv2
from django.utils import timezone

from accounts.models import Membership, Role, Site, User
from inference import drawing
from inference.models import ModelVersion, OperatingPoint, Run
from screening.models import (
    Consent,
    Consult,
    Encounter,
    Image,
    Patient,
    Programme,
    Sex,
    TestCase,
    TestPicture,
    TestSet,
)
from screening.patients.enrol import enrol
from screening.protocol import standard_programmes
from screening.rules.grades import finding_of
from screening.triage.decide import triage
from screening.visit.answers import record_answers
from screening.visit.begin import open_encounter
from screening.visit.consent import record_consent
from screening.visit.hand_in import hand_in
from screening.visit.pictures import models_in_force

NUMBER = itertools.count(1)
THRESHOLD = 0.5
PENDING = object()
FAILED = object()


def worker_at(site: Site) -> User:
    """The field worker on duty at a site."""
    return Membership.objects.in_force().filter(site=site, role=Role.FIELD_WORKER).order_by("pk")[0].user


def enrolled(site: Site, *, by: User | None = None, consents: bool = True, **facts: Any) -> Patient:
    """A patient enrolled by the site's field worker, who consents to every programme run there."""
    by = by or worker_at(site)
    number = next(NUMBER)
    said = {"name": f"Patient {number}", "sex": Sex.FEMALE, "birth_year": timezone.localdate().year - 50, **facts}
    patient = enrol(by, site, **said)
    if consents:
        for programme in site.programmes.all():
            agrees(patient, programme, by=by)
    return patient


def agrees(
    patient: Patient, programme: Programme, answer: Consent.Answer = Consent.Answer.GIVEN, *, by: User | None = None
) -> Consent:
    """The patient answers the programme's newest consent text."""
    return record_consent(by or worker_at(patient.site), patient, programme.consent_texts.all()[0], answer)


def visit(
    programme: Programme,
    site: Site | None = None,
    *,
    patient: Patient | None = None,
    answers: dict[str, Any] | None = None,
) -> Encounter:
    """An open visit to the programme, at its first site (by code) unless said otherwise, of a new patient."""
    site = site or (patient.site if patient else programme.sites.order_by("code")[0])
    by = worker_at(site)
    encounter = open_encounter(by, patient or enrolled(site), programme)
    if answers is not None:
        record_answers(by, encounter, answers)
    return encounter


@dataclass(frozen=True)
class Models:
    """What a programme judges with."""

    gate: ModelVersion
    finding: ModelVersion
    points: dict[str, OperatingPoint]


def models(programme: Programme, *, threshold: float = THRESHOLD, classes: tuple[str, ...] | None = None) -> Models:
    """A gate and a finding model in force, with an operating point for each capture class (or for `classes`)."""
    gate, finding = (model_version(programme.modality, purpose) for purpose in ("gate", "finding"))
    named = classes if classes is not None else programme.kind.class_codes
    points = {name: operating_point(finding, name, threshold) for name in named}
    for version in (gate, finding):
        signed_into_force(programme, version)
    return Models(gate, finding, points)


def signed_into_force(programme: Programme, version: ModelVersion, **more: Any) -> None:
    """A model in force with its own operating points, proposed by the technician, signed by the programme manager."""
    proposer, signer = (
        Membership.objects.filter(role=role).order_by("pk")[0].user
        for role in (Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER)
    )
    standard_programmes.take_into_force(programme, version, proposer, approved_by=signer, **more)


def model_version(modality: str, purpose: str) -> ModelVersion:
    """A registered model without files."""
    number = next(NUMBER)
    return ModelVersion.objects.create(
        sha256=sha256(f"{modality} {purpose} {number}".encode()).hexdigest(), name=f"{modality}-{purpose}",
        version=f"0.{number}.0", modality=modality, purpose=purpose, manifest={}, exam={},
    )  # fmt: skip


def operating_point(
    version: ModelVersion, capture_class: str, threshold: float = THRESHOLD, **facts: Any
) -> OperatingPoint:
    said = {
        "label": "referable", "target_sensitivity": 0.9, "sensitivity": 0.93, "sensitivity_lower": 0.9,
        "specificity": 0.6, "positives": 170, "negatives": 620, "data": f"drawn for tests {next(NUMBER)}",
        "measured_on": date(2026, 11, 1), **facts,
    }  # fmt: skip
    return OperatingPoint.objects.create(
        model_version=version, capture_class=capture_class, threshold=threshold, **said
    )


def pictured(
    encounter: Encounter,
    view: str,
    score: Any = 0.1,
    *,
    gradable: bool = True,
    reason: str = "blurred",
    photo: str | None = None,
    capture_class: str | None = None,
) -> Image:
    """A picture in the database with its runs already finished (no file is stored).

    `score`: the finding's score, or PENDING, or FAILED. `gradable=False`: the gate turned it down for `reason`.
    """
    number = next(NUMBER)
    image = Image.objects.create(
        encounter=encounter, view=view, display_sha256=photo or sha256(f"photo {number}".encode()).hexdigest(),
        original_sha256=sha256(f"original {number}".encode()).hexdigest(), media_type="image/jpeg",
        width=1024, height=1024,
        capture_class=capture_class or encounter.programme.kind.class_codes[0],
        fingerprint=f"{number:016x}", received_by=encounter.started_by,
    )  # fmt: skip
    versions = [encounter.programme.model_in_force(purpose) for purpose in ModelVersion.Purpose.values]
    Run.objects.submit(image.display_sha256, [version for version in versions if version])
    if score is not PENDING:
        assessed(image, score, gradable=gradable, reason=reason)
    encounter.touch()
    return image


def assessed(image: Image | TestPicture, score: Any = 0.1, *, gradable: bool = True, reason: str = "blurred") -> None:
    """Finish the queued runs of a picture by hand, as a worker would."""
    for run in Run.objects.claim(image.display_sha256):
        if score is FAILED:
            run.attempts = 3
            run.stumble("assessment_error")
        elif run.model_version.purpose == ModelVersion.Purpose.GATE:
            run.finish(gradable=gradable, reason="" if gradable else reason, scores={"gradable": float(gradable)})
        else:
            run.finish(score=score, scores={"referable": score})


def handed_in(encounter: Encounter, *scores: Any) -> Encounter:
    """One picture per required view (scores in the order of the programme's views), then handed in and triaged."""
    for view, score in zip(encounter.programme.views, scores or itertools.repeat(0.1), strict=False):
        pictured(encounter, view, score)
    hand_in(encounter.started_by, encounter)
    triage(encounter.pk)
    return encounter


def referred(programme: Programme, site: Site | None = None, *, score: float = 0.9, **visited: Any) -> Consult:
    """An open consult: the model found disease in the first view. Needs `models(programme)` first."""
    encounter = visit(programme, site, **visited)
    views = len(programme.views)
    handed_in(encounter, score, *([0.1] * (views - 1)))
    return Consult.objects.get(encounter=encounter)


def test_set(programme: Programme, *truths: dict[str, str], **facts: Any) -> TestSet:
    """A test set with a case per grade (the same in every view), with pictures that have no files."""
    made = TestSet.objects.create(programme=programme, name=f"Set {next(NUMBER)}", **facts)
    for number, grade in enumerate(truths, start=1):
        suggestion = grade.get("suggestion", TestCase.Suggestion.NONE)
        truth = {view: {k: v for k, v in grade.items() if k != "suggestion"} for view in programme.views}
        case = TestCase.objects.create(
            test_set=made, number=number, age=50 + number, sex=Sex.MALE, truth=truth, source="drawn so",
            finding=finding_of(programme.modality, truth), suggestion=suggestion,
        )  # fmt: skip
        for view in programme.views:
            picture = TestPicture.objects.create(
                case=case, view=view, capture_class=programme.kind.class_codes[0],
                display_sha256=sha256(f"case {case.pk} {view}".encode()).hexdigest(), original_sha256="0" * 64,
                media_type="image/jpeg", width=1024, height=1024, fingerprint=f"{next(NUMBER):016x}",
            )  # fmt: skip
            Run.objects.submit(picture.display_sha256, models_in_force(programme))
            assessed(picture, 0.9 if case.finding in ("referable", "urgent") else 0.1)
    return made


test_set.__test__ = False  # type: ignore[attr-defined]

NORMAL_EYE = {"gradability": "gradable", "icdr": "0", "dme": "none"}
MODERATE_EYE = {"gradability": "gradable", "icdr": "2", "dme": "none"}
PROLIFERATIVE_EYE = {"gradability": "gradable", "icdr": "4", "dme": "none"}
UNGRADABLE_EYE = {"gradability": "ungradable"}
NORMAL_CHEST = {"gradability": "gradable", "tb": "unlikely"}
LIKELY_CHEST = {"gradability": "gradable", "tb": "likely"}


def both_eyes(grade: dict[str, str]) -> dict[str, dict[str, str]]:
    return {"OD": grade, "OS": grade}


def photo_bytes(seed: int = 1, modality: str = "fundus", **drawn: Any) -> bytes:
    """A drawn JPEG: an eye, or a chest film on a light-box. Another seed is another photo."""
    side = {"size": 512, **drawn}
    pixels = drawing.draw_fundus(seed, **side) if modality == "fundus" else drawing.draw_chest(seed, **side)
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def camera(programme: Programme) -> str:
    """How the drawn photos were taken, where a test does not care."""
    return {"fundus": "fundus_phone", "chest": "screen_photo"}[programme.modality]


def an_id() -> uuid.UUID:
    """An id as a phone makes it, offline."""
    return uuid.uuid4()
