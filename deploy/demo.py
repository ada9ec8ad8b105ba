"""The demonstration: two sites, a sign-in for every duty, and drawn patients that are marked and never counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.access import grant_technician
from accounts.models import Membership, Role, Site, User
from deploy import practice
from deploy.people import PEOPLE, Person, password
from inference import drawing
from inference.drawing.dicom import synthetic_dicom
from inference.models import ModelVersion
from screening.models import Certificate, Consent, Encounter, Origin, Patient, Programme, Sex, SignOff
from screening.patients.enrol import enrol
from screening.protocol import in_force, standard_programmes
from screening.visit import pictures
from screening.visit.answers import record_answers
from screening.visit.begin import open_encounter
from screening.visit.consent import record_consent
from screening.visit.hand_in import hand_in

SITES = {
    "north-hill": (
        "North Hill health post",
        "District Hospital: eye clinic Tuesday and Thursday, chest clinic every morning; urgent at any hour",
    ),
    "lakeside": (
        "Lakeside clinic",
        "Lakeside Hospital: chest clinic every morning, eye clinic on Wednesday; urgent at any hour",
    ),
}


@dataclass(frozen=True)
class Drawn:
    """One synthetic patient. `eyes`: lesion level and quality per eye; `film`: the opacity, for chest."""

    site: str
    name: str
    sex: Sex
    born: int
    answers: dict[str, Any]
    eyes: tuple[tuple[int, str], ...] = ()
    film: str | None = None


PATIENTS = [
    Drawn("north-hill", "Synthetic Ada", Sex.FEMALE, 1961, {"diabetes": "type2", "diabetes_years": 12},
          ((0, "good"), (0, "good"))),
    Drawn("north-hill", "Synthetic Bo", Sex.MALE, 1955, {"diabetes": "type2", "sudden_loss": "yes"},
          ((4, "good"), (2, "good"))),
    Drawn("north-hill", "Synthetic Chi", Sex.FEMALE, 1978, {"diabetes": "type1", "diabetes_years": 20},
          ((3, "good"), (2, "good"))),
    Drawn("north-hill", "Synthetic Dan", Sex.MALE, 1969, {"diabetes": "type2"}, ((1, "blurred"), (1, "good"))),
    Drawn("lakeside", "Synthetic Eve", Sex.FEMALE, 1983, {"diabetes": "type2"}, ((0, "dark"), (0, "good"))),
    Drawn("lakeside", "Synthetic Femi", Sex.MALE, 1974, {"cough": "yes", "fever": "no"}, film="cavity"),
    Drawn("lakeside", "Synthetic Gus", Sex.MALE, 1990, {"cough": "no", "contact": "yes"}, film="none"),
    Drawn("north-hill", "Synthetic Hope", Sex.FEMALE, 1948, {"cough": "no", "blood": "yes"}, film="infiltrate"),
]  # fmt: skip


def ensure(say: Callable[[str], object]) -> None:
    """Bring the demonstration up to date. What people did in it stays."""
    sites = _sites()
    programmes = [standard_programmes.ensure(code) for code in standard_programmes.STANDARD]
    for programme in programmes:
        programme.sites.add(*sites.values())
    known = set(User.objects.values_list("username", flat=True))
    new = [person for person in PEOPLE if person.username not in known]
    hashed = make_password(password()) if new else ""  # slow by design: once for all of them
    for person in new:
        _person(person, sites, hashed)
    for programme in programmes:
        _sign(programme)
    if not Patient.objects.exists():
        say("Drawing synthetic patients …")
        for seed, drawn in enumerate(PATIENTS):
            _visit(seed, drawn, sites[drawn.site])
    practice.ensure(_jpeg, say)


def _sites() -> dict[str, Site]:
    return {
        code: Site.objects.get_or_create(code=code, defaults={"name": name, "directions": directions})[0]
        for code, (name, directions) in SITES.items()
    }


@transaction.atomic
def _person(person: Person, sites: dict[str, Site], hashed: str) -> None:
    user, _ = User.objects.get_or_create(username=person.username, defaults={"name": person.name, "password": hashed})
    if person.role is Role.ADMINISTRATOR:
        grant_technician(user)
    for code in person.sites:
        Membership.objects.get_or_create(user=user, site=sites[code], role=person.role)
    for code in person.reads:
        Certificate.objects.get_or_create(
            programme=Programme.objects.get(code=code), reader=user, defaults={"adjudicates": person.adjudicates}
        )


def _sign(programme: Programme) -> None:
    """The demonstration's technician proposes the bundled thresholds, its manager signs: once, as people would."""
    technician, manager = (User.objects.get(username=name) for name in ("tessa", "maya"))
    for purpose in (ModelVersion.Purpose.FINDING, ModelVersion.Purpose.SECOND):
        version = programme.model_in_force(purpose)
        if version is None or programme.proposals.filter(model_version=version).exists():
            continue
        if in_force.own_points(programme, version):
            proposal = in_force.propose(technician, programme, version)
            in_force.sign(manager, proposal, SignOff.Says.APPROVED)


def _visit(seed: int, drawn: Drawn, site: Site) -> None:
    worker = User.objects.get(memberships__site=site, memberships__role=Role.FIELD_WORKER)
    programme = Programme.objects.get(code="diabetic-eye" if drawn.eyes else "tb-chest")
    patient = enrol(
        worker, site, name=drawn.name, sex=drawn.sex, birth_year=drawn.born, origin=Origin.SYNTHETIC,
        local_id=f"SYN-{seed + 1:03}",
    )  # fmt: skip
    text = programme.consent_texts.first()
    if text is None:
        return
    record_consent(worker, patient, text, Consent.Answer.GIVEN)
    encounter = open_encounter(worker, patient, programme)
    record_answers(worker, encounter, drawn.answers)
    _pictures(seed, drawn, worker, encounter)
    hand_in(worker, encounter)


def _pictures(seed: int, drawn: Drawn, worker: User, encounter: Encounter) -> None:
    for number, (lesions, quality) in enumerate(drawn.eyes):
        side = "RL"[number]
        eye = drawing.draw_fundus(100 * seed + number, laterality=side, lesions=lesions, quality=quality)
        pictures.accept(
            worker, encounter, view=encounter.programme.views[number], data=_jpeg(eye), capture_class="fundus_tabletop"
        )
    if drawn.film:
        film = drawing.draw_chest(seed, opacity=None if drawn.film == "none" else drawn.film)
        data = synthetic_dicom(drawing.mark_synthetic(film))
        pictures.accept(worker, encounter, view="CXR", data=data)


def _jpeg(rgb: Any) -> bytes:
    marked = drawing.mark_synthetic(rgb)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(marked, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])
    return data.tobytes()
