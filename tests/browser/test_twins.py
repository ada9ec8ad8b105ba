"""Is it one of these? At a desk and on a phone: nothing typed is lost, whatever the answer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.browser import visits
from tests.browser.conftest import PHONE
from tests.browser.phones import Phone, until

SHOTS = os.environ.get("FIELDLIGHT_SHOTS", "")  # a folder for screenshots to be looked at


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def typed(page: Any, name: str, **facts: str) -> None:
    for field, said in {"name": name, **facts}.items():
        page.fill(f"[name={field}]" if page.locator(f"[name={field}]").count() else f"#{field}", said)
    page.locator("label:has([name=sex][value=female])").click()


def overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_desk_asks_before_it_enrols(sign_in: Callable[..., Any]) -> None:
    page = sign_in("amina", PHONE)
    visits.enrol(page, "Wangari Twinned", born=1958)
    known = page.url
    typed_again(page)
    assert page.locator("[name=phone]").input_value() == "0712 345 678" and overflow(page) <= 0
    shot(page, "twins-desk")
    with page.expect_navigation():
        page.locator("[name=phone]").press("Enter")
    assert page.locator("#similar").count() and page.url.endswith("/patients/new/"), "Enter asks again"
    page.get_by_role("link", name="It is this person").click()
    page.wait_for_url(known)
    typed_again(page)
    page.get_by_role("button", name="None of these: enrol").click()
    page.wait_for_url(lambda url: bool(re.search(r"/patients/[0-9a-f-]{36}/$", url)) and url != known)


def typed_again(page: Any) -> None:
    page.goto("/patients/new/")
    typed(page, "Twined Wangari", birth_year="1958", phone="0712 345 678")
    page.get_by_role("button", name="Save patient").click()
    page.locator("#similar").wait_for()


def test_a_phone_asks_by_its_own_list(new_phone: Any, eyes: list[Path]) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    phone.quick_visit("Phonia Twinned", eyes[0], eyes[1])
    page = phone.page
    page.goto("/app/#/new")
    page.locator("#name").wait_for()
    typed(page, "Twinned Phonía", birth_year="1966", phone="0712 345 678")
    choice = page.locator("label:has([name=programme][value=diabetic-eye])")
    if choice.count():
        choice.click()
    page.get_by_role("button", name="Save and go on").click()
    page.locator("#similar").wait_for()
    until(lambda: page.evaluate("document.activeElement.id") == "similar")
    assert "Phonia Twinned" in page.locator("section.similar").inner_text() and overflow(page) <= 0
    assert page.locator("#phone").input_value() == "0712 345 678"
    shot(page, "twins-phone")
    page.locator("#phone").press("Enter")
    until(lambda: page.evaluate("document.activeElement.id") == "similar")
    assert page.locator(".consent-text").count() == 0, "Enter asks again"
    page.get_by_role("button", name="None of these: go on").click()
    page.locator(".consent-text").wait_for()


def test_a_phone_finds_in_any_spelling(new_phone: Any, eyes: list[Path]) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    visit = phone.quick_visit("Élodie O’Brien", eyes[2], eyes[3])
    phone.delivered()
    page = phone.page
    page.goto("/app/#/")
    page.locator("#words").wait_for()
    for words in ("elodie obrien", "ELODI", "elodei", f"http://x/encounters/{visit}/"):
        page.fill("#words", words)
        until(lambda: page.locator("#list a.row", has_text="Élodie O’Brien").count() == 1, 30)
