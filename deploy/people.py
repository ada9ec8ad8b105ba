"""Who signs in to the demonstration. Apart from `demo`, which draws, so that starting up stays quick."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Role
from deploy.env import secret


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
    Person("adele", "Dr Adele Moreau", "ophthalmologist who adjudicates and leads the quality", Role.READER, BOTH,
           ("diabetic-eye",), adjudicates=True),
    Person("rania", "Dr Rania Sharma", "radiologist", Role.READER, BOTH, ("tb-chest",)),
    Person("rafael", "Dr Rafael Mwangi", "second radiologist", Role.READER, BOTH, ("tb-chest",)),
    Person("ravi", "Dr Ravi Castellanos", "radiologist who adjudicates and leads the quality", Role.READER, BOTH,
           ("tb-chest",), adjudicates=True),
    Person("maya", "Maya Fernandez", "programme manager", Role.PROGRAMME_MANAGER, BOTH),
    Person("mateo", "Mateo Ibarra", "second programme manager: signs what the first proposes",
           Role.PROGRAMME_MANAGER, BOTH),
    Person("samuel", "Samuel Achieng", "site manager, North Hill", Role.SITE_MANAGER, ("north-hill",)),
    Person("tessa", "Tessa Nguyen", "administrator (technician)", Role.ADMINISTRATOR, ()),
]  # fmt: skip


def password() -> str:
    """One password for all demonstration sign-ins, made once per installation."""
    return secret("FIELDLIGHT_DEMO_PASSWORD", settings.DATA / "keys" / "demo", length=6)


def sign_ins() -> str:
    rows = "\n".join(f"  {p.username:10} {p.duty}" for p in PEOPLE)
    return f"Demonstration sign-ins (password for all: {password()})\n{rows}\n"
