"""The demonstration: two sites, one sign-in per duty, and drawn patients that are marked and never counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.access import grant_technician
from accounts.models import Membership, Role, Site, User
from deploy.env import secret
from inference import drawing
from inference.drawing.dicom import synthetic_dicom
from screening import enrol, intake, protocols
from screening.models import Certificate, Consent, Encounter, Origin, Patient, Programme, Sex

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
class Person:
    username: str
    name: str
    duty: str
    role: Role
    sites: tuple[str, ...]
    reads: tuple[str, ...] = ()
    adjudicates: bool = False


BOTH = ("north-hill", "lakeside")
PEOPLE = [
    Person("amina", "Amina Okoye", "field worker, North Hill", Role.FIELD_WORKER, ("north-hill",)),
    Person("benjamin", "Benjamin Silva", "field worker, Lakeside", Role.FIELD_WORKER, ("lakeside",)),
    Person("olivia", "Dr Olivia Haddad", "ophthalmologist", Role.READER, BOTH, ("diabetic-eye",)),
    Person("oscar", "Dr Oscar Lindqvist", "second ophthalmologist", Role.READER, BOTH, ("diabetic-eye",)),
    Person("adele", "Dr Adele Moreau", "ophthalmologist who adjudicates", Role.READER, BOTH, ("diabetic-eye",),
           adjudicates=True),
    Person("rania", "Dr Rania Sharma", "radiologist", Role.READER, BOTH, ("tb-chest",)),
    Person("rafael", "Dr Rafael Mwangi", "second radiologist", Role.READER, BOTH, ("tb-chest",)),
    Person("ravi", "Dr Ravi Castellanos", "radiologist who adjudicates", Role.READER, BOTH, ("tb-chest",),
           adjudicates=True),
    Person("maya", "Maya Fernandez", "programme manager", Role.PROGRAMME_MANAGER, BOTH),
    Person("samuel", "Samuel Achieng", "site manager, North Hill", Role.SITE_MANAGER, ("north-hill",)),
    Person("tessa", "Tessa Nguyen", "administrator (technician)", Role.ADMINISTRATOR, ()),
]  # fmt: skip


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


def password() -> str:
    """One password for all demonstration sign-ins, made once per installation."""
    return secret("FIELDLIGHT_DEMO_PASSWORD", settings.DATA / "keys" / "demo", length=6)


def sign_ins() -> str:
    rows = "\n".join(f"  {p.username:10} {p.duty}" for p in PEOPLE)
    return f"Demonstration sign-ins (password for all: {password()})\n{rows}\n"


def ensure(say: Callable[[str], object]) -> None:
    """Bring the demonstration up to date. What people did in it stays."""
    sites = _sites()
    programmes = [protocols.ensure(code) for code in protocols.STANDARD]
    for programme in programmes:
        programme.sites.add(*sites.values())
    known = set(User.objects.values_list("username", flat=True))
    new = [person for person in PEOPLE if person.username not in known]
    hashed = make_password(password()) if new else ""  # slow by design: once for all of them
    for person in new:
        _person(person, sites, hashed)
    if not Patient.objects.exists():
        say("Drawing synthetic patients …")
        for seed, drawn in enumerate(PATIENTS):
            _visit(seed, drawn, sites[drawn.site])


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


def _visit(seed: int, drawn: Drawn, site: Site) -> None:
    worker = User.objects.get(memberships__site=site, memberships__role=Role.FIELD_WORKER)
    programme = Programme.objects.get(code="diabetic-eye" if drawn.eyes else "tb-chest")
    patient = enrol.enrol(
        worker, site, name=drawn.name, sex=drawn.sex, birth_year=drawn.born, origin=Origin.SYNTHETIC,
        local_id=f"SYN-{seed + 1:03}",
    )  # fmt: skip
    text = programme.consent_texts.first()
    if text is None:
        return
    enrol.consent(worker, patient, text, Consent.Answer.GIVEN)
    encounter = enrol.open_encounter(worker, patient, programme)
    enrol.answer(worker, encounter, drawn.answers)
    _pictures(seed, drawn, worker, encounter)
    enrol.hand_in(worker, encounter)


def _pictures(seed: int, drawn: Drawn, worker: User, encounter: Encounter) -> None:
    for number, (lesions, quality) in enumerate(drawn.eyes):
        side = "RL"[number]
        eye = drawing.draw_fundus(100 * seed + number, laterality=side, lesions=lesions, quality=quality)
        intake.accept(
            worker, encounter, view=encounter.programme.views[number], data=_jpeg(eye), capture_class="fundus_tabletop"
        )
    if drawn.film:
        film = drawing.draw_chest(seed, opacity=None if drawn.film == "none" else drawn.film)
        data = synthetic_dicom(drawing.mark_synthetic(film))
        intake.accept(worker, encounter, view="CXR", data=data)


def _jpeg(rgb: Any) -> bytes:
    marked = drawing.mark_synthetic(rgb)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(marked, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])
    return data.tobytes()
