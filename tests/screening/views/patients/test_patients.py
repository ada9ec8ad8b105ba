"""The field worker's pages: what they show, what they refuse, and to whom they do not exist."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, User
from screening.messages import notices
from screening.models import Notice, Patient
from screening.triage.decide import triage
from tests import factories as make
from tests.cast import Cast
from tests.screening.views.field_pages import page

SignIn = Callable[[User | None], Client]
TABLETOP = "fundus_tabletop"


def new_patient(**typed: Any) -> dict[str, Any]:
    return {"client_id": make.an_id(), "name": "Ada Nyambura", "sex": "female", "age": "52", **typed}


# My patients


def test_the_list_says_where_each_patient_stands(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    for score, words in [(0.1, "Come back in 12 months"), (0.9, "Refer")]:
        make.handed_in(make.visit(cast.eye), score, 0.1)
        assert words in page(amina, "patients")


def test_the_list_costs_the_same_however_many_patients(
    cast: Cast, amina: Client, django_assert_max_num_queries: Any
) -> None:
    make.models(cast.eye)
    make.models(cast.chest)
    for _ in range(4):
        patient = make.enrolled(cast.north)
        for programme in (cast.eye, cast.chest):
            make.handed_in(make.visit(programme, patient=patient))
    with django_assert_max_num_queries(20):
        assert page(amina, "patients").count('class="row"') == 4


def test_a_search_is_posted_so_that_no_name_stands_in_an_address(cast: Cast, amina: Client) -> None:
    make.enrolled(cast.north, name="Ada Nyambura")
    make.enrolled(cast.north, name="Bo Adeyemi")
    found = amina.post(reverse("patients"), {"words": "nyam"}, headers={"HX-Request": "true"}).content.decode()
    assert "Ada" in found and "Bo" not in found and "<html" not in found
    assert "Bo" in page(amina, "patients") + amina.get(reverse("patients") + "?words=nyam").content.decode()


def test_notices_stand_on_top_until_somebody_saw_them(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    notices.tell(encounter, Notice.Kind.ANSWERED)
    make.pictured(encounter, "OD")
    make.pictured(encounter, "OS")
    make.hand_in(cast.amina, encounter)
    triage(encounter.pk)
    assert "To do" in page(amina, "patients")
    assert reverse("seen", args=[encounter.pk]) in page(amina, "encounter", encounter.pk)
    assert Notice.objects.unseen().exists(), "looking at a page must change nothing by itself"
    assert amina.post(reverse("seen", args=[encounter.pk])).status_code == 204
    assert "To do" not in page(amina, "patients")


# Enrolment, consent, questions


def test_enrolling_takes_age_or_birth_year(cast: Cast, amina: Client) -> None:
    assert amina.post(reverse("enrol"), new_patient()).status_code == 302
    assert amina.post(reverse("enrol"), new_patient(name="Bo", age="", birth_year="1970")).status_code == 302
    years = Patient.objects.order_by("enrolled_at").values_list("birth_year", flat=True)
    assert list(years) == [timezone.localdate().year - 52, 1970]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "Enter the name"),
        ({"sex": ""}, "Choose one"),
        ({"age": ""}, "Enter the age or the birth year"),
        ({"birth_year": "1950"}, "do not fit together"),
        ({"age": "", "birth_year": "68"}, "four digits"),
        ({"local_id": "N-1"}, "already enrolled here"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, amina: Client, typed: dict[str, str], words: str
) -> None:
    make.enrolled(cast.north, local_id="N-1")
    answer = amina.post(reverse("enrol"), new_patient(phone="0700 1", **typed))
    assert answer.status_code == 422 and words in answer.content.decode() and "0700 1" in answer.content.decode()
    assert Patient.objects.count() == 1


def test_somebody_who_may_be_enrolled_already_is_asked_about_and_nothing_typed_is_lost(
    cast: Cast, amina: Client
) -> None:
    known = make.enrolled(cast.north, name="Ada Nyambúra", birth_year=timezone.localdate().year - 52)
    typed = new_patient(phone="0700 1")
    shown = amina.post(reverse("enrol"), typed).content.decode()
    assert Patient.objects.count() == 1 and "Is it one of these?" in shown and "Ada Nyambúra" in shown
    assert reverse("patient", args=[known.pk]) in shown and "0700 1" in shown and "No visit yet" in shown
    assert amina.post(reverse("enrol"), typed).status_code == 200, "asked again, not enrolled, without an answer"
    assert amina.post(reverse("enrol"), typed | {"none_of": str(known.pk)}).status_code == 302
    assert amina.post(reverse("enrol"), typed).status_code == 302, "the same form again is the same patient"
    assert Patient.objects.count() == 2


def test_none_of_these_answers_for_those_who_were_shown(cast: Cast, amina: Client) -> None:
    seen = make.enrolled(cast.north, name="Ada Nyambura", birth_year=timezone.localdate().year - 52)
    make.enrolled(cast.north, name="Bo Adeyemi", birth_year=timezone.localdate().year - 52)
    asked = amina.post(reverse("enrol"), new_patient(name="Bo Adeyemi", none_of=str(seen.pk)))
    assert asked.status_code == 200 and "Is it one of these?" in asked.content.decode()
    assert Patient.objects.count() == 2


def test_a_search_shows_the_best_first_whenever_they_came(cast: Cast, amina: Client) -> None:
    for name in ("Maria", "Mariam", "Mario"):
        make.enrolled(cast.north, name=name)
    found = amina.post(reverse("patients"), {"words": "maria"}, headers={"HX-Request": "true"}).content.decode()
    assert found.index(">Maria<") < found.index(">Mariam<") < found.index(">Mario<")


def test_sending_the_form_twice_enrols_once(cast: Cast, amina: Client) -> None:
    typed = new_patient()
    assert amina.post(reverse("enrol"), typed).url == amina.post(reverse("enrol"), typed).url
    assert Patient.objects.count() == 1


def test_a_worker_of_two_sites_chooses_one(cast: Cast, amina: Client) -> None:
    assert "Where are you screening?" not in page(amina, "enrol")
    Membership.objects.create(user=cast.amina, site=cast.south, role=Role.FIELD_WORKER)
    assert "Where are you screening?" in page(amina, "enrol")
    amina.post(reverse("enrol"), new_patient(site=cast.south.pk))
    assert Patient.objects.get().site == cast.south


def test_nobody_enrols_at_a_foreign_site(cast: Cast, amina: Client) -> None:
    Membership.objects.create(user=cast.amina, site=cast.south, role=Role.SITE_MANAGER)
    amina.post(reverse("enrol"), new_patient(site=cast.south.pk))
    assert not Patient.objects.filter(site=cast.south).exists()


def test_a_programme_for_adults_is_not_offered_to_a_child(cast: Cast, amina: Client) -> None:
    child = make.enrolled(cast.north, birth_year=timezone.localdate().year - 8)
    shown = page(amina, "patient", child.pk)
    assert "For people of 15 years and over." in shown
    assert reverse("consent", args=[child.pk, cast.chest.code]) not in shown


@pytest.mark.parametrize("name", ["patient", "encounter", "questions", "slip"])
def test_a_foreign_row_looks_like_an_unknown_one(cast: Cast, signed_in: SignIn, name: str) -> None:
    encounter = make.visit(cast.eye, cast.north)
    pk = encounter.patient_id if name == "patient" else encounter.pk
    benjamin = signed_in(cast.benjamin)
    foreign, unknown = (benjamin.get(reverse(name, args=[each])) for each in (pk, uuid.uuid4()))
    assert foreign.status_code == unknown.status_code == 404 and foreign.content == unknown.content


@pytest.mark.parametrize("name", ["add_image", "unobtainable", "hand_in", "seen"])
def test_nothing_is_written_to_a_foreign_visit(cast: Cast, signed_in: SignIn, name: str) -> None:
    encounter = make.visit(cast.eye, cast.north)
    assert signed_in(cast.benjamin).post(reverse(name, args=[encounter.pk])).status_code == 404
    assert signed_in(cast.benjamin).get(reverse(name, args=[encounter.pk])).status_code == 405


def test_who_only_manages_a_site_sees_its_visits_and_adds_nothing(cast: Cast, amina: Client) -> None:
    """Working in the field at one site does not make one a field worker where one only manages."""
    Membership.objects.create(user=cast.amina, site=cast.south, role=Role.SITE_MANAGER)
    encounter = make.visit(cast.eye, cast.south)
    assert "Take photo" not in page(amina, "encounter", encounter.pk)
    assert amina.post(reverse("hand_in", args=[encounter.pk])).status_code == 403


@pytest.mark.parametrize("person", ["olivia", "maya", "tessa", "stranger"])
def test_other_duties_have_no_patients(cast: Cast, signed_in: SignIn, person: str) -> None:
    assert signed_in(cast.people[person]).get(reverse("patients")).status_code == 403
