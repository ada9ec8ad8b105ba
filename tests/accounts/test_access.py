"""Who may do what, and which rows they see: person x action, person x noun, as exact tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.access import TABLE, allow, close_admin, may, roles_of, sites_of
from accounts.middleware import DenyByDefault, is_guarded
from accounts.models import Membership, Role, User
from screening.messages.notices import tell
from screening.models import Consult, Encounter, Image, Notice, Patient, Programme, Read
from screening.reading import desk
from tests import factories as make
from tests.cast import DUTIES, Cast

NOBODY = ("dora", "edgar", "stranger")

# What each duty is for, said again in the words of the product, not of the table.
EVERYBODY = {"home", "me.view", "api.schema"}
DOES: dict[str, set[str]] = {
    "amina": {
        "programme.list", "patient.list", "patient.view", "patient.enrol", "encounter.view", "encounter.record",
        "image.add", "image.view", "identity.resolve", "outcome.view", "notice.see", "held.view", "held.decide",
        "patient.correct", "consent.withdraw",
    },
    "olivia": {
        "programme.list", "image.view", "image.full", "image.heat", "worklist.view", "quality.view", "consult.claim",
        "consult.read", "outcome.view",
    },
    "samuel": {
        "programme.list", "patient.list", "patient.view", "encounter.view", "image.view", "identity.resolve",
        "held.view", "held.decide", "patient.correct", "consent.withdraw",
        "outcome.view", "notice.see", "figures.view", "models.view",
    },
    "maya": {
        "programme.list", "figures.view", "models.view", "models.propose", "models.sign", "models.withdraw",
        "alarm.answer",
    },
    "tessa": {"health.view", "technician.enter", "models.view", "models.propose", "models.withdraw"},
    "gateway": {"programme.list", "patient.enrol", "encounter.view", "encounter.record", "image.add", "outcome.view"},
}  # fmt: skip
# Offline phones: any person may bring what a colleague sealed; a machine has its own way.
for name in ("amina", "olivia", "samuel", "maya", "tessa"):
    DOES[name] |= {"sealed.deliver"}
for name in ("amina", "samuel"):
    DOES[name] |= {"task.list", "follow_up.record"}
DOES["tessa"] |= {"shelf.view", "shelf.settle"}


def test_every_person_may_do_exactly_what_their_duty_is_for(cast: Cast) -> None:
    by_role = {DUTIES[name][0]: EVERYBODY | does for name, does in DOES.items()}
    assert set(by_role) == set(Role)
    for name, person in cast.people.items():
        expected = set() if name in NOBODY else by_role[DUTIES[name][0]]
        assert {action for action in TABLE if may(person, action)} == expected, name


@pytest.mark.parametrize("action", ["", "patient.delete", "home ", "HOME"])
def test_an_unknown_action_is_refused_to_everybody(cast: Cast, action: str) -> None:
    assert not any(may(person, action) for person in cast.people.values())
    with pytest.raises(LookupError):
        allow(action)


def test_nobody_signed_in_may_do_nothing(db: None) -> None:
    for nobody in (AnonymousUser(), None):
        assert not any(may(nobody, action) for action in TABLE)
        assert roles_of(nobody) == frozenset()


def test_a_superuser_without_a_duty_sees_no_patient(cast: Cast) -> None:
    cast.stranger.is_superuser = cast.stranger.is_staff = True
    cast.stranger.save()
    make.visit(cast.eye)
    assert not any(may(cast.stranger, action) for action in TABLE)
    assert not Patient.objects.visible_to(cast.stranger).exists()


def test_duties_hold_between_their_dates_only(cast: Cast) -> None:
    now = timezone.now()
    held = Membership.objects.filter(user=cast.amina)
    for starts, ends, holds in [(-1, None, True), (-1, 1, True), (1, None, False), (-2, -1, False), (1, 2, False)]:
        held.update(starts_at=now + timedelta(hours=starts), ends_at=now + timedelta(hours=ends) if ends else None)
        assert may(cast.amina, "patient.view") is holds
        assert list(sites_of(cast.amina).values_list("site", flat=True)) == ([cast.north.pk] if holds else [])


def test_a_disabled_account_does_nothing_at_once(cast: Cast) -> None:
    make.visit(cast.eye)
    assert Patient.objects.visible_to(cast.amina).exists()
    cast.amina.is_active = False
    cast.amina.save()
    assert not may(cast.amina, "home")
    assert not Patient.objects.visible_to(cast.amina).exists()


def test_a_person_may_hold_several_duties(cast: Cast) -> None:
    Membership.objects.create(user=cast.benjamin, site=cast.north, role=Role.READER)
    assert roles_of(cast.benjamin) == {Role.FIELD_WORKER, Role.READER}
    assert [row["site_id"] for row in sites_of(cast.benjamin, Role.READER)] == [cast.north.pk]
    make.visit(cast.eye, cast.north)
    assert not Patient.objects.visible_to(cast.benjamin).exists()  # a reader at the north sees no name there


def test_a_duty_has_a_site_and_is_given_once(cast: Cast) -> None:
    for wrong in (
        {"user": cast.stranger, "site": None, "role": Role.FIELD_WORKER},
        {"user": cast.amina, "site": cast.north, "role": Role.FIELD_WORKER},
        {"user": cast.tessa, "site": None, "role": Role.ADMINISTRATOR},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(**wrong)


def test_a_technician_touches_no_patient_and_can_be_withdrawn(cast: Cast) -> None:
    held = cast.tessa.get_all_permissions()
    assert cast.tessa.is_staff
    assert not cast.tessa.is_superuser
    kept_away = (
        "patient",
        "consent_",
        "encounter",
        "image",
        "decision",
        "consult",
        "read_",
        "outcome",
        "draft",
        "run",
    )
    assert not [p for p in held if p.split(".")[1].split("_", 1)[1].startswith(kept_away)]
    assert not [p for p in held if "auditevent" in p and "view" not in p]
    Membership.objects.filter(user=cast.tessa).delete()
    close_admin(cast.tessa)
    technician = User.objects.get(pk=cast.tessa.pk)
    assert not technician.is_staff
    assert technician.get_all_permissions() == set()
    assert not any(may(technician, action) for action in TABLE)


# --------------------------------------------------------------------------------------------------------- the guards


def test_a_page_without_an_access_action_is_not_served(rf: RequestFactory) -> None:
    def forgotten(request: Any) -> HttpResponse:
        return HttpResponse("patients")

    assert not is_guarded(forgotten)
    with pytest.raises(PermissionDenied):
        DenyByDefault(lambda request: HttpResponse()).process_view(rf.get("/"), forgotten, (), {})


@pytest.mark.parametrize("method", ["get", "post"])
def test_allow_asks_who_and_may(cast: Cast, rf: RequestFactory, method: str) -> None:
    @allow("patient.view")
    def page(request: Any) -> HttpResponse:
        return HttpResponse("patients")

    def answer(user: Any) -> int | str:
        request = getattr(rf, method)("/patients/?q=ada")
        request.user = user
        try:
            response = page(request)
        except PermissionDenied:
            return 403
        return response.headers.get("Location", response.status_code)

    assert page.access_action == "patient.view"
    assert answer(cast.amina) == 200
    assert answer(AnonymousUser()) == "/sign-in/?next=/patients/%3Fq%3Dada"
    for name in ("olivia", "maya", "tessa", *NOBODY):
        assert answer(getattr(cast, name)) == 403, name


# ----------------------------------------------------------------------------------------------------------- rows


@pytest.fixture
def world(cast: Cast) -> dict[str, Any]:
    """One referred visit per programme and site, by name, and one that the machine started in the north."""
    rows: dict[str, Any] = {}
    for programme in (cast.eye, cast.chest):
        make.models(programme)
        for site in (cast.north, cast.south):
            consult = make.referred(programme, site)
            tell(consult.encounter, Notice.Kind.REFERRED)
            rows[f"{site.code} {programme.modality}"] = consult.encounter
    patient = make.enrolled(cast.north)
    rows["machine"] = make.open_encounter(cast.gateway, patient, cast.chest)
    make.pictured(rows["machine"], "CXR")
    return rows


NORTH, SOUTH = {"north fundus", "north chest", "machine"}, {"south fundus", "south chest"}
EYES, CHESTS = {"north fundus", "south fundus"}, {"north chest", "south chest"}
NOUNS: dict[str, tuple[Any, dict[str, set[str]]]] = {
    "encounters": (
        lambda person: Encounter.objects.visible_to(person),
        {"amina": NORTH, "samuel": NORTH, "benjamin": SOUTH, "gateway": {"machine"}},
    ),
    "encounters managed": (
        lambda person: Encounter.objects.managed_by(person),
        {"samuel": NORTH, "maya": NORTH | SOUTH},
    ),
    "notices": (
        lambda person: Encounter.objects.filter(notices__in=Notice.objects.visible_to(person)),
        {"amina": NORTH - {"machine"}, "samuel": NORTH - {"machine"}, "benjamin": SOUTH},
    ),
    "images": (
        lambda person: Encounter.objects.filter(images__in=Image.objects.visible_to(person)),
        {"amina": NORTH, "samuel": NORTH, "benjamin": SOUTH, "olivia": EYES, "oscar": EYES, "adele": EYES,
         "rania": CHESTS, "rafael": CHESTS},
    ),
    "consults": (
        lambda person: Encounter.objects.filter(consult__in=Consult.objects.readable_by(person)),
        {"olivia": EYES, "oscar": EYES, "adele": EYES, "rania": CHESTS, "rafael": CHESTS},
    ),
    "worklist": (
        lambda person: Encounter.objects.filter(
            consult__in=[consult.pk for consult in Consult.objects.worklist(person)]
        ),
        {"olivia": EYES, "oscar": EYES, "adele": EYES, "rania": CHESTS, "rafael": CHESTS},
    ),
}  # fmt: skip


@pytest.mark.parametrize("noun", list(NOUNS))
def test_everybody_sees_exactly_their_rows(cast: Cast, world: dict[str, Any], noun: str) -> None:
    seen_by, expected = NOUNS[noun]
    names = {encounter.pk: name for name, encounter in world.items()}
    for name, person in cast.people.items():
        found = {names[encounter.pk] for encounter in seen_by(person)}
        assert found == expected.get(name, set()), name
    assert not seen_by(AnonymousUser()).exists()


def test_patients_with_their_names_stay_at_their_site(cast: Cast, world: dict[str, Any]) -> None:
    at_work = {"amina": cast.north, "samuel": cast.north, "benjamin": cast.south}
    for name, person in cast.people.items():
        if name == "gateway":  # see test_a_machine_sees_no_patient_elsewhere
            continue
        found = set(Patient.objects.visible_to(person))
        assert found == (set(Patient.objects.filter(site=at_work[name])) if name in at_work else set()), name


def test_a_machine_sees_no_patient_elsewhere(cast: Cast, world: dict[str, Any]) -> None:
    assert not Patient.objects.visible_to(cast.gateway).exclude(site=cast.north).exists()


def test_programmes(cast: Cast) -> None:
    both, eye, chest = {cast.eye, cast.chest}, {cast.eye}, {cast.chest}
    expected = {
        "amina": both, "benjamin": both, "samuel": both, "maya": both, "gateway": both,
        "olivia": eye, "oscar": eye, "adele": eye, "rania": chest, "rafael": chest,
    }  # fmt: skip
    for name, person in cast.people.items():
        assert set(Programme.objects.visible_to(person)) == expected.get(name, set()), name
    cast.chest.sites.remove(cast.north)
    assert set(Programme.objects.visible_to(cast.amina)) == eye
    cast.chest.sites.clear()
    assert set(Programme.objects.visible_to(cast.rania)) == set()


def test_field_workers_see_pictures_for_thirty_days(cast: Cast, world: dict[str, Any]) -> None:
    Image.objects.update(received_at=timezone.now() - timedelta(days=31))
    assert not Image.objects.visible_to(cast.amina).exists()
    assert Image.objects.visible_to(cast.samuel).exists()
    assert Image.objects.visible_to(cast.olivia).exists()
    Image.objects.update(received_at=timezone.now() - timedelta(days=29))
    assert Image.objects.visible_to(cast.amina).exists()


def test_reads_are_seen_by_their_reader_until_the_consult_is_answered(cast: Cast, world: dict[str, Any]) -> None:
    consult = world["north fundus"].consult
    mine = desk.claim(cast.olivia, consult.pk)
    read = desk.impression(cast.olivia, mine, make.both_eyes(make.MODERATE_EYE))

    def seen_by() -> set[str]:
        return {name for name, person in cast.people.items() if read in Read.objects.visible_to(person)}

    assert seen_by() == {"olivia"}
    desk.submit(cast.olivia, mine, make.both_eyes(make.MODERATE_EYE))
    assert seen_by() == {"olivia", "oscar", "adele"}


def test_a_reader_of_one_site_reads_nothing_of_another(cast: Cast, world: dict[str, Any]) -> None:
    Membership.objects.filter(user=cast.olivia, site=cast.south).delete()
    assert set(Consult.objects.readable_by(cast.olivia)) == {world["north fundus"].consult}
    assert set(Image.objects.visible_to(cast.olivia)) == set(world["north fundus"].images.all())
