"""What surrounds every page: where people start, the language, sign-in, and what is said when something is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.cast import PASSWORD, Cast

SignIn = Callable[[User | None], Client]


@pytest.mark.parametrize(
    ("person", "start"),
    [("amina", "patients"), ("olivia", "worklist"), ("samuel", "patients"), ("maya", "figures"),
     ("tessa", "admin:index")],
)  # fmt: skip
def test_everybody_starts_where_their_work_is(cast: Cast, signed_in: SignIn, person: str, start: str) -> None:
    assert signed_in(cast.people[person]).get("/").url == reverse(start)


def test_strangers_are_sent_to_sign_in_and_come_back(cast: Cast, client: Client) -> None:
    sent = client.get(reverse("patients"))
    assert sent.url == f"{reverse('account_login')}?next=/patients/"
    into = client.post(sent.url, {"login": "amina", "password": PASSWORD, "next": "/patients/"})
    assert into.status_code == 302 and into.url == "/patients/"


def test_the_sign_in_page_offers_every_language_and_no_sign_up(cast: Cast, client: Client) -> None:
    shown = client.get(reverse("account_login")).content.decode()
    assert all(f'name="language" value="{code}"' in shown for code in ("en", "fr", "es", "hi", "sw", "ar"))
    assert "Français" in shown and "Kiswahili" in shown
    assert reverse("account_signup") not in shown


def test_arabic_turns_the_page_round_and_is_remembered(cast: Cast, signed_in: SignIn) -> None:
    amina = signed_in(cast.amina)
    amina.post(reverse("language"), {"language": "ar", "next": "/patients/"})
    assert 'dir="rtl"' in amina.get(reverse("patients")).content.decode()
    cast.amina.refresh_from_db()
    assert cast.amina.language == "ar"


def test_the_language_leads_to_no_other_host(cast: Cast, client: Client) -> None:
    assert client.get(reverse("language")).status_code == 405
    assert client.post(reverse("language"), {"language": "fr", "next": "https://example.org/"}).url == "/"


def test_the_menu_shows_only_what_a_duty_allows(cast: Cast, signed_in: SignIn) -> None:
    shown = signed_in(cast.amina).get(reverse("patients")).content.decode()
    assert reverse("worklist") not in shown and reverse("figures") not in shown and reverse("admin:index") not in shown
    assert f'action="{reverse("account_logout")}"' in shown, "signing out is a form: no link ends a session"


def test_pages_bring_no_script_or_style_of_their_own(cast: Cast, signed_in: SignIn) -> None:
    shown = signed_in(cast.amina).get(reverse("patients")).content.decode()
    assert " style=" not in shown and "<style" not in shown and " onclick" not in shown
    assert shown.count("<script") == shown.count("<script defer src=") + shown.count('<script type="module" src=')


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "403_csrf"])
def test_errors_are_calm_and_need_nothing_that_may_be_broken(name: str) -> None:
    shown = render_to_string(f"{name}.html")
    assert "<h1>" in shown and 'href="/"' in shown and "csrf" not in shown.lower()


def test_a_page_open_for_too_long_says_so(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("account_login"), {"login": "amina"})
    assert answer.status_code == 403 and "open for too long" in answer.content.decode()
