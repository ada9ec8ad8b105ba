"""The page on which facts are put right: what it shows, what it sends along, and what a second person is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.models import Patient
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api

SignIn = Callable[[User | None], Client]


@pytest.fixture
def fatuma(cast: Cast) -> Patient:
    return make.enrolled(cast.north, name="Fatuma Ali", birth_year=1970, phone="0712345678", local_id="KH-0042")


def shown(client: Client, patient: Patient) -> dict[str, str]:
    """Everything the page would send if nothing were changed."""
    text = client.get(reverse("correct", args=[patient.pk])).content.decode()
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) | {"checked": " checked" in tag}
              for tag in re.findall(r"<input[^>]*>", text)]  # fmt: skip
    return {
        one["name"]: one.get("value", "")
        for one in inputs
        if "name" in one and (one["type"] != "radio" or one["checked"]) and one["name"] != "csrfmiddlewaretoken"
    }


def sent(client: Client, patient: Patient, form: dict[str, str]) -> Any:
    return client.post(reverse("correct", args=[patient.pk]), form)


def test_a_name_is_put_right_and_its_history_shown(cast: Cast, signed_in: SignIn, fatuma: Patient) -> None:
    client = signed_in(cast.amina)
    answer = sent(client, fatuma, {**shown(client, fatuma), "name": "Fatima Ali", "why": "wrong"})
    assert answer.status_code == 302
    text = client.get(answer["Location"]).content.decode()
    assert "<h1><bdi>Fatima Ali</bdi></h1>" in text
    assert "<del><bdi>Fatuma Ali</bdi></del>" in text and "It was written down wrongly" in text
    assert "Amina of the cast" in text and fatuma.corrections.count() == 1


def test_a_reason_is_asked_for_and_facts_are_judged_as_at_enrolment(
    cast: Cast, signed_in: SignIn, fatuma: Patient
) -> None:
    client = signed_in(cast.amina)
    form = shown(client, fatuma)
    assert "why" not in form
    answer = sent(client, fatuma, {**form, "name": "", "birth_year": "68"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "Enter the name." in text and "four digits" in text and "Choose one." in text
    assert not fatuma.corrections.exists()


def test_who_comes_second_sees_what_stands_now_and_may_decide(cast: Cast, signed_in: SignIn, fatuma: Patient) -> None:
    amina, samuel = signed_in(cast.amina), signed_in(cast.samuel)
    before = shown(amina, fatuma)
    sent(samuel, fatuma, {**shown(samuel, fatuma), "name": "Fatima Ali", "why": "wrong"})
    answer = sent(amina, fatuma, {**before, "name": "Fatma Ali", "why": "wrong"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "It is now: Fatima Ali" in text and 'value="Fatma Ali"' in text
    assert re.search(r'name="was_name" value="Fatima Ali"|value="Fatima Ali"[^>]*name="was_name"', text)
    decided = {**before, "name": "Fatma Ali", "was_name": "Fatima Ali", "why": "wrong"}
    assert sent(amina, fatuma, decided).status_code == 302
    assert Patient.objects.get(pk=fatuma.pk).name == "Fatma Ali"


def test_a_number_of_another_is_said_beside_the_number(cast: Cast, signed_in: SignIn, fatuma: Patient) -> None:
    make.enrolled(cast.north, local_id="KH-7")
    client = signed_in(cast.amina)
    answer = sent(client, fatuma, {**shown(client, fatuma), "local_id": "kh7", "why": "wrong"})
    assert answer.status_code == 409 and "already enrolled here" in answer.content.decode()


@pytest.mark.parametrize(("name", "status"), [("benjamin", 404), ("olivia", 403), ("maya", 403), ("gateway", 403)])
def test_it_is_nobody_elses_page(cast: Cast, signed_in: SignIn, fatuma: Patient, name: str, status: int) -> None:
    client = signed_in(getattr(cast, name))
    for answer in (client.get(reverse("correct", args=[fatuma.pk])), sent(client, fatuma, {"name": "X"})):
        assert answer.status_code == status


def test_the_phone_pulls_the_corrected_name(cast: Cast, signed_in: SignIn, fatuma: Patient) -> None:
    client = signed_in(cast.amina)
    sent(client, fatuma, {**shown(client, fatuma), "name": "Fatima Ali", "why": "changed"})
    pulled = Api(cast.amina).get("today").json()["patients"]
    assert [one["name"] for one in pulled] == ["Fatima Ali"]
