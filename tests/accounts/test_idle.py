"""Shared phones: an idle session locks, the password opens it, nothing that was entered is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.idle import TRIES
from screening.models import Patient
from tests.cast import PASSWORD, Cast

MINUTE = timedelta(minutes=1)


@pytest.fixture
def later() -> Any:
    """`with later(16 * MINUTE): …`: the clock that much further on."""
    start = timezone.now()
    return lambda step: time_machine.travel(start + step)


@pytest.fixture
def amina(cast: Cast, signed_in: Any) -> Client:
    client: Client = signed_in(cast.amina)
    assert client.get("/patients/").status_code == 200
    return client


def test_a_field_worker_is_locked_after_fifteen_minutes(amina: Client, later: Any) -> None:
    with later(14 * MINUTE):
        assert amina.get("/patients/").status_code == 200
    with later(28 * MINUTE):
        assert amina.get("/patients/").status_code == 200  # she was there in between
    with later(44 * MINUTE):
        answer = amina.get("/patients/new/")
        assert (answer.status_code, answer["Location"]) == (302, "/unlock/?next=/patients/new/")


def test_others_are_locked_after_thirty(cast: Cast, signed_in: Any, later: Any) -> None:
    olivia = signed_in(cast.olivia)
    assert olivia.get("/worklist/").status_code == 200
    with later(29 * MINUTE):
        assert olivia.get("/worklist/").status_code == 200
    with later(60 * MINUTE):
        assert olivia.get("/worklist/").status_code == 302


def test_what_a_timer_asks_is_no_sign_of_life(amina: Client, later: Any) -> None:
    for minutes in (5, 10, 14):
        with later(minutes * MINUTE):
            assert amina.post("/patients/", headers={"X-Background": "1", "HX-Request": "true"}).status_code == 200
    with later(16 * MINUTE):
        answer = amina.post("/patients/", headers={"X-Background": "1", "HX-Request": "true"})
        assert (answer.status_code, answer["HX-Trigger"]) == (204, "locked")


def test_the_api_says_locked_and_nothing_else(amina: Client, later: Any) -> None:
    with later(16 * MINUTE):
        answer = amina.get("/api/v1/today")
        assert (answer.status_code, answer.json()["code"]) == (401, "locked")


def test_the_password_opens_and_goes_on(cast: Cast, amina: Client, later: Any) -> None:
    with later(16 * MINUTE):
        page = amina.get("/unlock/?next=/patients/new/")
        assert page.status_code == 200
        assert "Amina of the cast" in page.content.decode()
        wrong = amina.post("/unlock/", {"next": "/patients/new/", "unlock_password": "no"})
        assert wrong.status_code == 422
        assert amina.get("/patients/").status_code == 302
        right = amina.post("/unlock/", {"next": "/patients/new/", "unlock_password": PASSWORD})
        assert (right.status_code, right["Location"]) == (302, "/patients/new/")
        assert amina.get("/patients/").status_code == 200


def test_it_never_leads_to_another_host(amina: Client, later: Any) -> None:
    with later(16 * MINUTE):
        answer = amina.post("/unlock/", {"next": "//elsewhere.example/", "unlock_password": PASSWORD})
        assert answer["Location"] == "/"


def test_a_form_sent_too_late_loses_no_field(cast: Cast, amina: Client, later: Any) -> None:
    entered = {"name": "Mariam <Diallo>", "sex": "female", "birth_year": "1961", "phone": "77", "local_id": "",
               "site": str(cast.north.pk), "client_id": "0b8f3f0e-0000-4000-8000-000000000001"}  # fmt: skip
    with later(16 * MINUTE):
        page = amina.post("/patients/new/", entered)
        said = page.content.decode()
        assert page.status_code == 422
        assert 'action="/patients/new/"' in said
        assert 'value="Mariam &lt;Diallo&gt;"' in said
        assert Patient.objects.count() == 0
        done = amina.post("/patients/new/", {**entered, "unlock_password": PASSWORD})
        assert done.status_code == 302
    assert Patient.objects.get().name == "Mariam <Diallo>"


def test_guessing_ends_the_session(amina: Client, later: Any) -> None:
    with later(16 * MINUTE):
        for _ in range(TRIES):
            amina.post("/unlock/", {"unlock_password": "guess"})
        assert amina.get("/patients/")["Location"].startswith("/sign-in/")


def test_twelve_hours_are_enough_for_anybody(amina: Client, later: Any) -> None:
    for minutes in range(10, 12 * 60, 10):
        with later(minutes * MINUTE):
            assert amina.get("/patients/").status_code == 200
    with later(12 * 60 * MINUTE + MINUTE):
        assert amina.get("/patients/")["Location"].startswith("/sign-in/")


def test_sign_out_clears_the_cache_and_never_what_is_unsent(amina: Client) -> None:
    answer = amina.post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache"'


def test_the_language_chosen_before_signing_in_is_the_persons(cast: Cast) -> None:
    client = Client()
    client.post("/language/", {"language": "sw", "next": "/sign-in/"})
    answer = client.post("/sign-in/", {"login": "amina", "password": PASSWORD})
    assert answer.status_code == 302
    cast.amina.refresh_from_db()
    assert cast.amina.language == "sw"
    other = Client()
    other.post("/sign-in/", {"login": "amina", "password": PASSWORD})
    assert other.cookies["django_language"].value == "sw"
    assert '<html lang="sw"' in other.get("/patients/").content.decode()
