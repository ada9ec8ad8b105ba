"""How a photo was taken decides which threshold judges it: whichever door it comes through, it is never guessed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inference import drawing
from inference.drawing.dicom import synthetic_dicom
from screening.models import Certificate, Image, SealedItem, TestCase
from screening.rules import MODALITIES, Modality
from screening.visit import pictures
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api
from tests.screening.phone import Phone

pytestmark = pytest.mark.usefixtures("store")
PHOTO, WORDS = make.photo_bytes(1), "Choose how the photo was taken."
FILM = synthetic_dicom(drawing.draw_chest(1, size=256))
# What each door tells: (whether it was refused as "wrong_class", in which words).
Door = Callable[[Cast, str, bytes, str], tuple[bool, str]]


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def by_page(cast: Cast, view: str, data: bytes, how: str) -> tuple[bool, str]:
    encounter = make.visit(cast.chest if view == "CXR" else cast.eye, cast.north)
    sent = {"view": view, "capture_class": how, "photo": SimpleUploadedFile("photo", data)}
    answer = browser(cast.amina).post(reverse("add_image", args=[encounter.pk]), sent)
    return answer.status_code == 422, answer.content.decode()


def by_api(cast: Cast, view: str, data: bytes, how: str) -> tuple[bool, str]:
    encounter = make.visit(cast.chest if view == "CXR" else cast.eye, cast.north)
    said = f"view={view}" + (f"&capture_class={how}" if how else "")
    told = Api(cast.amina).upload(f"encounters/{encounter.pk}/images/{make.an_id()}?{said}", data).json()
    return told.get("code") == "wrong_class", told.get("detail", "")


def by_phone(cast: Cast, view: str, data: bytes, how: str) -> tuple[bool, str]:
    phone = Phone(cast.amina)
    form, taken = phone.visit(cast.chest if view == "CXR" else cast.eye, cast.north, {view: data})
    form["images"][0]["capture_class"] = how
    assert phone.deliver(*phone.seal_form(form)).json()["state"] == "applied"
    item, sealed = phone.seal_photo(form["encounter"], view, data, uuid.UUID(next(iter(taken))), capture_class=how)
    phone.upload(item, form["encounter"], sealed)
    kept = SealedItem.objects.get(pk=item)
    return (kept.state, kept.code) == ("refused", "wrong_class"), kept.sentence


def by_test_set(cast: Cast, view: str, data: bytes, how: str) -> tuple[bool, str]:
    programme, lead = (cast.chest, cast.rafael) if view == "CXR" else (cast.eye, cast.adele)
    Certificate.objects.filter(reader=lead, programme=programme).update(leads_quality=True)
    kept = make.test_set(programme)
    truth = make.LIKELY_CHEST | {"recommendation": "xpert"} if view == "CXR" else make.MODERATE_EYE
    sheets = {f"{one}-{name}": value for one in programme.views for name, value in truth.items()}
    told = {"age": "60", "sex": "male", "source": "three specialists", "suggestion": "none", "capture_class": how}
    files = {f"picture-{view}": SimpleUploadedFile("photo", data)}
    answer = browser(lead).post(reverse("add_test_case", args=[kept.pk]), sheets | told | files)
    return answer.status_code == 422, answer.content.decode()


DOORS = [by_page, by_api, by_phone, by_test_set]


@pytest.mark.parametrize("door", DOORS)
def test_a_photo_that_says_nothing_of_it_is_refused(cast: Cast, door: Door) -> None:
    refused, words = door(cast, "OD", PHOTO, "")
    assert refused and WORDS in words
    assert not Image.objects.exists() and not TestCase.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_what_was_said_is_kept(cast: Cast, door: Door) -> None:
    assert not door(cast, "OD", PHOTO, "fundus_tabletop")[0]
    kept = [*Image.objects.all(), *(picture for case in TestCase.objects.all() for picture in case.pictures.all())]
    assert [picture.capture_class for picture in kept] == ["fundus_tabletop"]


@pytest.mark.parametrize("door", DOORS)
def test_a_film_from_the_archive_says_it_itself(cast: Cast, door: Door) -> None:
    refused, words = door(cast, "CXR", FILM, "")
    assert not refused, words
    kept = [*Image.objects.all(), *(picture for case in TestCase.objects.all() for picture in case.pictures.all())]
    assert [picture.capture_class for picture in kept] == ["dicom"]


@pytest.mark.parametrize("kind", MODALITIES.values(), ids=MODALITIES)
def test_the_ways_to_choose_from_are_those_of_photos(kind: Modality) -> None:
    offered = pictures.photo_classes(kind)
    assert {*offered, "dicom"} == {*kind.class_codes, "dicom"}
    assert "dicom" not in offered and all(offered.values())
