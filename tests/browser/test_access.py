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


# Every page of a field worker, and the technician's pages about what phones delivered. {bo} is a referred visit.
FIELD = [
    "/patients/", "/patients/?q=Synthetic", "/patients/new/", "/patients/{patient}/",
    "/patients/{patient}/consent/tb-chest/",
    "/encounters/{bo}/", "/encounters/{bo}/questions/", "/encounters/{bo}/slip/", "/encounters/{bo}/explain/",
    "/encounters/{bo}/follow-up/", "/password/",
]  # fmt: skip
BO = """
import time
from screening.models import Encounter
bo = Encounter.objects.get(patient__name="Synthetic Bo")
while not bo.decisions.filter(action="refer_urgent").exists():
    time.sleep(0.5)
print(bo.pk, bo.patient_id)
"""
REFLOW = {"width": 320, "height": 640}  # a window of 640 pixels at 200 %


def serious(page: Any) -> list[str]:
    """Faults of impact serious or critical, each with the first element it was found on."""
    found = axe.Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]


def overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture(scope="module")
def bo(server: Any) -> dict[str, str]:
    """The referred visit of the demonstration, and whose it is."""
    visit, patient = server.manage("shell", "-v", "0", "-c", BO).split()[-2:]
    return {"bo": visit, "patient": patient}


@pytest.mark.parametrize("locale", ["en-GB", "fr", "es", "hi", "sw", "ar"])
def test_every_page_of_a_field_worker_in_every_language(
    sign_in: Any, complaints: list[str], bo: dict[str, str], locale: str
) -> None:
    faults: dict[str, Any] = {}
    page = sign_in("amina", PHONE, locale)
    walk(page, [address.format(**bo) for address in FIELD], locale, faults)
    page.goto("/patients/")
    page.evaluate("document.dispatchEvent(new CustomEvent('locked'))")
    page.locator("#lock[open]").wait_for()
    if found := serious(page):
        faults["lock"] = found
    assert (faults, complaints) == ({}, [])


@pytest.mark.parametrize("locale", ["en-GB", "fr", "es", "hi", "sw", "ar"])
def test_what_phones_delivered_is_shown_to_every_technician(sign_in: Any, complaints: list[str], locale: str) -> None:
    faults: dict[str, Any] = {}
    walk(sign_in("tessa", PHONE, locale), ["/health/", "/health/shelf/"], locale, faults)
    assert (faults, complaints) == ({}, [])


@pytest.mark.parametrize("locale", ["en-GB", "fr", "es", "hi", "sw", "ar"])
def test_the_models_of_a_programme_are_shown_to_every_manager(sign_in: Any, complaints: list[str], locale: str) -> None:
    """The models, a card, the explorer of a pack's own evidence, and what the programme's own patients give."""
    faults: dict[str, Any] = {}
    page = sign_in("maya", PHONE, locale)
    page.goto("/models/tb-chest/")
    links = page.locator("main a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    some = [next(one for one in links if part in one) for part in ("/cards/", "/packs/")]
    version = next(one for one in links if "/packs/" in one).split("/packs/")[1].split("/")[0]
    asked = f"version={version}&capture_class=dicom&reference=tuberculosis&target=90"
    own = ["/models/tb-chest/own/", f"/models/tb-chest/own/?{asked}"]
    walk(page, ["/models/tb-chest/", "/models/diabetic-eye/", *some, *own], locale, faults)
    assert (faults, complaints) == ({}, [])


def walk(page: Any, addresses: list[str], locale: str, faults: dict[str, Any]) -> None:
    """Note what is wrong with each page: faults found by axe, or wider than a phone or a window at 200 %."""
    for address in addresses:
        page.set_viewport_size(PHONE)
        answer = page.goto(address)
        assert answer.status == 200 and page.locator("html").get_attribute("lang") == locale[:2], address
        found = serious(page)
        for size in (PHONE, REFLOW):
            page.set_viewport_size(size)
            if overflow(page) > 0:
                found.append(f"wider than {size['width']} px")
        if found:
            faults[address] = found


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
