"""The page of a visit: photos in, refusals beside their view, and the answer that appears by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inference.blobs import StorageFull
from inference.drawing import draw_chest
from inference.drawing.dicom import synthetic_dicom
from screening.models import Consent, Encounter, IdentityAlert, Image
from screening.reading import desk
from screening.triage.decide import triage
from screening.visit import pictures
from screening.visit.consent import record_consent
from tests import factories as make
from tests.cast import Cast

TABLETOP = "fundus_tabletop"


@pytest.fixture
def amina(cast: Cast, signed_in: Any) -> Client:
    return signed_in(cast.amina)


def page(client: Client, name: str, *args: Any, **headers: str) -> str:
    answer = client.get(reverse(name, args=args), headers=headers)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def send(client: Client, encounter: Encounter, data: bytes, view: str = "OD", **more: Any) -> Any:
    file = SimpleUploadedFile("photo.jpg", data)
    return client.post(
        reverse("add_image", args=[encounter.pk]), {"view": view, "photo": file, "capture_class": TABLETOP, **more},
        headers={"HX-Request": "true"},
    )  # fmt: skip


def test_a_photo_is_taken_in(cast: Cast, amina: Client, store: Path) -> None:
    encounter = make.visit(cast.eye, cast.north)
    answer = send(amina, encounter, make.photo_bytes())
    assert answer.status_code == 200
    image = Image.objects.get()
    assert f'id="state-{image.pk}"' in answer.content.decode() and image.capture_class == TABLETOP


def test_a_dicom_film_is_recognised_by_itself(cast: Cast, signed_in: Any, store: Path) -> None:
    encounter = make.visit(cast.chest, cast.south)
    film = synthetic_dicom(draw_chest(1, size=256))
    answer = send(signed_in(cast.benjamin), encounter, film, view="CXR", capture_class="")
    assert answer.status_code == 200, answer.content.decode()
    assert Image.objects.get().capture_class == "dicom"


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


def test_it_works_without_scripts_too(cast: Cast, amina: Client, store: Path) -> None:
    encounter = make.visit(cast.eye, cast.north)
    url = reverse("add_image", args=[encounter.pk])
    typed = {"view": "OD", "capture_class": TABLETOP}
    refused = amina.post(url, {**typed, "photo": SimpleUploadedFile("film.pdf", b"%PDF-1.4 " * 50)})
    assert refused.status_code == 422 and "<html" in refused.content.decode() and "PDF" in refused.content.decode()
    taken = amina.post(url, {**typed, "photo": SimpleUploadedFile("eye.jpg", make.photo_bytes())})
    assert taken.status_code == 302 and taken.url == reverse("encounter", args=[encounter.pk])


def test_a_file_over_the_limit_is_refused_in_words(cast: Cast, amina: Client, settings: Any) -> None:
    settings.FIELDLIGHT_UPLOAD_LIMIT = 1024**2
    answer = send(amina, make.visit(cast.eye, cast.north), b"x" * (1024**2 + 1))
    assert answer.status_code == 422 and "larger than 1 MB" in answer.content.decode()


def test_a_full_disk_is_said_and_nothing_is_half_kept(cast: Cast, amina: Client, monkeypatch: Any) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise StorageFull

    monkeypatch.setattr(pictures, "accept", full)
    answer = send(amina, make.visit(cast.eye, cast.north), b"photo")
    assert answer.status_code == 422 and "Keep the photo" in answer.content.decode()


def test_how_photos_are_taken_is_chosen_once_and_remembered(cast: Cast, amina: Client, store: Path) -> None:
    encounter = make.visit(cast.eye, cast.north)
    send(amina, encounter, make.photo_bytes(1))
    send(amina, encounter, make.photo_bytes(2), capture_class="")
    assert [i.capture_class for i in Image.objects.all()] == [TABLETOP, TABLETOP]


def test_an_ungradable_photo_says_why_and_how_to_do_better(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye, cast.north)
    make.pictured(encounter, "OD", gradable=False, reason="too_dark")
    shown = page(amina, "encounter", encounter.pk)
    assert "cannot be graded: it is too dark" in shown and "Cover the patient" in shown


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
    with django_assert_max_num_queries(26):
        page(amina, "encounter", encounter.pk)


def test_the_specialists_answer_takes_the_place_of_the_ais(cast: Cast, amina: Client) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye, cast.north)
    assert "Assessed by the computer" in page(amina, "encounter", consult.encounter_id)
    grades = make.both_eyes(make.PROLIFERATIVE_EYE)
    desk.impression(cast.olivia, consult, grades)
    desk.submit(cast.olivia, consult, grades, "See within <b>two</b> weeks.")
    shown = page(amina, "encounter", consult.encounter_id)
    assert "Refer urgently" in shown and "A specialist has looked" in shown
    assert "See within &lt;b&gt;two" in shown and "Add another photo" in shown


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
    pictures._alert(second, first, IdentityAlert.Kind.TWO_PATIENTS)
    shown = page(amina, "encounter", two.pk)
    assert "The same photo stands under another patient" in shown
    assert f"It is also kept for <bdi>{one.patient.name}</bdi>." in shown
    for button in re.findall(r'<button class="([^"]*)" type="submit" name="belongs"', shown):
        assert "plain" in button.split()  # neither answer is recommended
    alert = IdentityAlert.objects.get(image=second)
    amina.post(reverse("identity", args=[alert.pk]), {"belongs": "no"})
    assert "set aside" in page(amina, "encounter", two.pk)


def test_the_other_patient_of_a_photo_is_named_only_to_who_may_see_them(cast: Cast, amina: Client) -> None:
    one, two = make.visit(cast.eye, cast.south), make.visit(cast.eye, cast.north)
    pictures._alert(make.pictured(two, "OD"), make.pictured(one, "OD"), IdentityAlert.Kind.TWO_PATIENTS)
    one.patient.name = "Somebody Elsewhere"
    one.patient.save()
    shown = page(amina, "encounter", two.pk)
    assert "It is also kept for another patient." in shown and "Somebody Elsewhere" not in shown


def test_a_withdrawn_consent_stops_the_photos(cast: Cast, amina: Client) -> None:
    encounter = make.visit(cast.eye, cast.north)
    record_consent(cast.amina, encounter.patient, cast.eye.consent_texts.get(), Consent.Answer.WITHDRAWN)
    answer = send(amina, encounter, make.photo_bytes())
    assert answer.status_code == 422 and "No photo was kept" in answer.content.decode()
    assert not Image.objects.exists()


def test_a_wrong_photo_is_set_aside_and_put_back_on_the_page(cast: Cast, amina: Client, store: Path) -> None:
    encounter = make.visit(cast.eye, cast.north)
    send(amina, encounter, make.photo_bytes())
    aside = reverse("set_aside", args=[Image.objects.get().pk])
    assert aside in page(amina, "encounter", encounter.pk)
    assert "Say why" in amina.post(aside, {"why": ""}, follow=True).content.decode()
    shown = amina.post(aside, {"why": "other_view"}, follow=True).content.decode()
    assert "set aside: it does not belong here" in shown and aside not in shown
    back = amina.post(reverse("put_back", args=[Image.objects.get().pk]), follow=True).content.decode()
    assert aside in back


def test_a_no_to_consent_stays_visible_with_the_patient(cast: Cast, amina: Client) -> None:
    patient = make.enrolled(cast.north, consents=False)
    make.agrees(patient, cast.eye, Consent.Answer.REFUSED)
    assert "refused" in page(amina, "patient", patient.pk)
