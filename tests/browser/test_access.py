"""Every main page is free of serious accessibility faults, fits a small phone, and asks no other origin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import DESK, PHONE

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

PAGES = [
    ("amina", "/patients/"), ("amina", "/patients/new/"), ("olivia", "/worklist/"), ("maya", "/figures/"),
    ("maya", "/figures/diabetic-eye/"), ("tessa", "/health/"), ("tessa", "/password/"),
]  # fmt: skip


def serious(page: Any) -> list[str]:
    """Faults of impact serious or critical, each with the first element it was found on."""
    found = axe.Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]


def overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize(("person", "address"), PAGES)
def test_a_page_can_be_used_by_everybody(sign_in: Any, complaints: list[str], person: str, address: str) -> None:
    for size in (PHONE, DESK):
        page = sign_in(person, size)
        page.goto(address)
        assert serious(page) == []
        assert overflow(page) <= 0, "nothing is wider than the screen"
    assert complaints == []


def test_the_sign_in_page_in_arabic_runs_from_right_to_left(chromium: Any, server: Any) -> None:
    context = chromium.new_context(viewport=PHONE, base_url=server.url, locale="ar")
    page = context.new_page()
    page.goto("/sign-in/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert serious(page) == [] and overflow(page) <= 0
    context.close()


def test_an_unknown_page_and_a_foreign_one_look_alike(sign_in: Any, server: Any) -> None:
    page = sign_in("amina", PHONE)
    unknown = page.goto("/encounters/00000000-0000-4000-8000-000000000000/")
    assert unknown is not None and unknown.status == 404
