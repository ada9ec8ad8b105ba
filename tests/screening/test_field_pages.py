"""The field worker's pages: what they show, what they refuse, and to whom they do not exist."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, User
from inference.blobs import StorageFull
from screening import enrol, intake, reading
from screening.models import Consent, Encounter, IdentityAlert, Image, Notice, Patient, Referral
from screening.triage import triage
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
TABLETOP = "fundus_tabletop"


@pytest.fixture
def amina(cast: Cast, signed_in: SignIn) -> Client:
    return signed_in(cast.amina)


def page(client: Client, name: str, *args: Any, **headers: str) -> str:
    answer = client.get(reverse(name, args=args), headers=headers)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def new_patient(**typed: Any) -> dict[str, Any]:
    return {"client_id": make.an_id(), "name": "Ada Nyambura", "sex": "female", "age": "52", **typed}


def send(client: Client, encounter: Encounter, data: bytes, view: str = "OD", **more: Any) -> Any:
    file = SimpleUploadedFile("photo.jpg", data)
    return client.post(
        reverse("add_image", args=[encounter.pk]), {"view": view, "photo": file, "capture_class": TABLETOP, **more},
        headers={"HX-Request": "true"},
    )  # fmt: skip


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
    with django_assert_max_num_queries(14):
        assert page(amina, "patients").count('class="row"') == 4


def test_a_search_is_posted_so_that_no_name_stands_in_an_address(cast: Cast, amina: Client) -> None:
    make.enrolled(cast.north, name="Ada Nyambura")
    make.enrolled(cast.north, name="Bo Adeyemi")
    found = amina.post(reverse("patients"), {"words": "nyam"}, headers={"HX-Request": "true"}).content.decode()
    assert "Ada" in found and "Bo" not in found and "<html" not in found
    assert "Bo" in page(amina, "patients") + amina.get(reverse("patients") + "?words=nyam").content.decode()


def test_notices_stand_on_top_until_somebody_saw_them(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.handed_in(make.visit(cast.eye), 0.9, 0.1)
    assert "New for you" in page(amina, "patients")
    assert reverse("seen", args=[encounter.pk]) in page(amina, "encounter", encounter.pk)
    assert Notice.objects.unseen().exists(), "looking at a page must change nothing by itself"
    assert amina.post(reverse("seen", args=[encounter.pk])).status_code == 204
    assert "New for you" not in page(amina, "patients")


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


def test_a_yes_opens_one_visit_even_when_tapped_twice(cast: Cast, amina: Client) -> None:
    patient = make.enrolled(cast.north, consents=False)
    url = reverse("consent", args=[patient.pk, cast.eye.code])
    text = cast.eye.consent_texts.get()
    assert text.text.splitlines()[0] in page(amina, "consent", patient.pk, cast.eye.code)
    typed = {"answer": "yes", "version": text.version, "language": text.language, "client_id": make.an_id()}
    assert amina.post(url, typed).url == amina.post(url, typed).url
    assert Encounter.objects.count() == 1


def test_a_no_is_kept_and_ends_kindly(cast: Cast, amina: Client) -> None:
    patient = make.enrolled(cast.north, consents=False)
    url = reverse("consent", args=[patient.pk, cast.eye.code])
    ended = amina.post(url, {"answer": "no", "version": "1", "language": "en"}, follow=True)
    assert "Thank them" in ended.content.decode()
    assert Consent.objects.get().answer == Consent.Answer.REFUSED and not Encounter.objects.exists()


def test_a_programme_for_adults_is_not_offered_to_a_child(cast: Cast, amina: Client) -> None:
    child = make.enrolled(cast.north, birth_year=timezone.localdate().year - 8)
    shown = page(amina, "patient", child.pk)
    assert "For people of 15 years and over." in shown
    assert reverse("consent", args=[child.pk, cast.chest.code]) not in shown


def test_not_asked_is_not_no(cast: Cast, amina: Client) -> None:
    encounter = make.visit(cast.chest, cast.north)
    url = reverse("questions", args=[encounter.pk])
    assert amina.post(url, {"cough": "yes", "fever": "no", "blood": ""}).status_code == 302
    encounter.refresh_from_db()
    assert encounter.answers == {"cough": True, "fever": False}
    shown = page(amina, "questions", encounter.pk)
    assert shown.count("checked") == len(shown.split('<fieldset class="question')) - 1


def test_an_impossible_number_is_refused_and_kept_on_the_screen(cast: Cast, amina: Client) -> None:
    encounter = make.visit(cast.eye, cast.north)
    answer = amina.post(reverse("questions", args=[encounter.pk]), {"hba1c": "99", "diabetes": "type2"})
    assert answer.status_code == 422
    assert "from 3 to 20" in answer.content.decode() and 'value="99"' in answer.content.decode()


# The visit


def test_a_photo_is_taken_in_and_the_bell_is_rung(
    cast: Cast, amina: Client, store: Path, django_capture_on_commit_callbacks: Any
) -> None:
    encounter = make.visit(cast.eye, cast.north)
    with django_capture_on_commit_callbacks() as rung:
        answer = send(amina, encounter, make.photo_bytes())
    assert answer.status_code == 200 and len(rung) == 1
    image = Image.objects.get()
    assert f'id="state-{image.pk}"' in answer.content.decode() and image.capture_class == TABLETOP


def test_the_same_photo_sent_twice_is_one_photo(cast: Cast, amina: Client, store: Path) -> None:
    encounter = make.visit(cast.eye, cast.north)
    send(amina, encounter, make.photo_bytes())
    assert "already here" in send(amina, encounter, make.photo_bytes()).content.decode()
    assert Image.objects.count() == 1


def test_a_refusal_stands_beside_its_view_and_says_what_to_do(cast: Cast, amina: Client, store: Path) -> None:
    encounter = make.visit(cast.eye, cast.north)
    answer = send(amina, encounter, b"%PDF-1.4 " * 50, view="OS")
    assert answer.status_code == 422 and 'id="refusal-OS"' in answer.content.decode()
    assert "Send the picture itself" in answer.content.decode()


def test_a_file_over_the_limit_is_refused_in_words(cast: Cast, amina: Client, settings: Any) -> None:
    settings.FIELDLIGHT_UPLOAD_LIMIT = 1024**2
    answer = send(amina, make.visit(cast.eye, cast.north), b"x" * (1024**2 + 1))
    assert answer.status_code == 422 and "larger than 1 MB" in answer.content.decode()


def test_a_full_disk_is_said_and_nothing_is_half_kept(cast: Cast, amina: Client, monkeypatch: Any) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise StorageFull

    monkeypatch.setattr(intake, "accept", full)
    answer = send(amina, make.visit(cast.eye, cast.north), b"photo")
    assert answer.status_code == 422 and "Keep the photo" in answer.content.decode()


def test_how_a_photo_was_taken_is_never_guessed(cast: Cast, amina: Client, store: Path) -> None:
    encounter = make.visit(cast.eye, cast.north)
    assert "First choose" in send(amina, encounter, make.photo_bytes(1), capture_class="").content.decode()
    send(amina, encounter, make.photo_bytes(1))
    send(amina, encounter, make.photo_bytes(2), capture_class="")
    assert [i.capture_class for i in Image.objects.all()] == [TABLETOP, TABLETOP], "chosen once, remembered"


def test_an_ungradable_photo_says_why_and_how_to_do_better(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    make.pictured(encounter, "OD", gradable=False, reason="too_dark")
    shown = page(amina, "encounter", encounter.pk)
    assert "cannot be graded: it is too dark" in shown and "Darken the room" in shown


def test_handing_in_needs_every_view_or_a_reason(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    make.pictured(encounter, "OD")
    refused = amina.post(reverse("hand_in", args=[encounter.pk]))
    assert refused.status_code == 422 and "Still missing: left eye (OS)" in refused.content.decode()
    amina.post(reverse("unobtainable", args=[encounter.pk]), {"view": "OS", "why": "cataract"})
    assert amina.post(reverse("hand_in", args=[encounter.pk])).status_code == 302
    triage(encounter.pk)
    assert "A specialist will look" in page(amina, "encounter", encounter.pk)


def test_the_fragment_holds_only_what_changed(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    image = make.pictured(encounter, "OD", make.PENDING)
    first = page(amina, "encounter", encounter.pk, **{"HX-Request": "true"})
    print_now = first.split("print=")[1].split('"')[0]
    url = f"{reverse('encounter', args=[encounter.pk])}?asks=3&print={print_now}"
    same = amina.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "asks=4" in same and "state-" not in same and "<html" not in same
    make.assessed(image)
    changed = amina.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f'id="state-{image.pk}"' in changed and "good photo" in changed and "thumb" not in changed


def test_the_page_of_a_visit_costs_the_same_however_many_photos(
    cast: Cast, amina: Client, django_assert_max_num_queries: Any
) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    for view in ["OD", "OS"] * 4:
        make.pictured(encounter, view)
    with django_assert_max_num_queries(24):
        page(amina, "encounter", encounter.pk)


def test_the_specialists_answer_takes_the_place_of_the_ais(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    referral = make.referred(cast.eye, cast.north)
    assert "Assessed by the computer" in page(amina, "encounter", referral.encounter_id)
    grades = make.both_eyes(make.PROLIFERATIVE_EYE)
    reading.impression(cast.olivia, referral, grades)
    reading.submit(cast.olivia, referral, grades, "See within <b>two</b> weeks.")
    shown = page(amina, "encounter", referral.encounter_id)
    assert "Refer urgently" in shown and "A specialist has looked" in shown
    assert "See within &lt;b&gt;two" in shown and "Take photo" not in shown


def test_no_score_is_ever_shown(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.handed_in(make.visit(cast.eye), 0.8765, 0.1)
    for name in ("encounter", "slip"):
        assert not re.search(r"0[.,]87|8[78] ?%|probab", page(amina, name, encounter.pk))


def test_a_slip_needs_an_answer(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    assert amina.get(reverse("slip", args=[encounter.pk])).status_code == 302
    make.handed_in(encounter, 0.9, 0.1)
    assert "District Hospital" in page(amina, "slip", encounter.pk)


def test_a_synthetic_patient_is_marked_on_every_page(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, patient=make.enrolled(cast.north, origin="synthetic"))
    make.handed_in(encounter, 0.9, 0.1)
    person = encounter.patient_id
    pages = [("patients",), ("patient", person), ("consent", person, cast.eye.code), ("questions", encounter.pk),
             ("encounter", encounter.pk), ("slip", encounter.pk)]  # fmt: skip
    for name, *args in pages:
        assert "Synthetic" in page(amina, name, *args), name


def test_somebody_says_whose_photo_it_is(cast: Cast, amina: Client) -> None:
    one, two = make.visit(cast.eye, cast.north), make.visit(cast.eye, cast.north)
    first, second = make.pictured(one, "OD"), make.pictured(two, "OD")
    intake._alert(second, first, IdentityAlert.Kind.TWO_PATIENTS)
    assert "The same photo stands under another patient" in page(amina, "encounter", two.pk)
    alert = IdentityAlert.objects.get(image=second)
    amina.post(reverse("identity", args=[alert.pk]), {"belongs": "no"})
    assert "set aside" in page(amina, "encounter", two.pk)


# Who does not see it


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


def test_a_withdrawn_consent_stops_the_photos(cast: Cast, amina: Client) -> None:
    encounter = make.visit(cast.eye, cast.north)
    enrol.consent(cast.amina, encounter.patient, cast.eye.consent_texts.get(), Consent.Answer.WITHDRAWN)
    answer = send(amina, encounter, make.photo_bytes())
    assert answer.status_code == 422 and "No photo was kept" in answer.content.decode()
    assert not Image.objects.exists() and not Referral.objects.exists()
