"""Every screen of the app can be used by everybody: no fault found by axe, small phones, Arabic, keyboard, zoom."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.phones import PIN, Phone
from tests.browser.test_access import overflow, serious
from tests.browser.wishes import ASK, PROMISED, RETAKE, wanted
from tests.reading_cases import code
from tests.server import Server

TARGET = 48  # CSS pixels, for gloves
SMALL = """(least) => {
  const wanted = "main button, main a.button, main a.row, main label.choice, main summary, main input,"
    + ".bar a, .bar summary, .bar button";
  return [...document.querySelectorAll(wanted)]
    .filter((one) => one.checkVisibility() && !one.matches("label.choice input, .visually-hidden"))
    .map((one) => [one.outerHTML.slice(0, 80), Math.round(one.getBoundingClientRect().height)])
    .filter(([, height]) => height < least);
}"""


@pytest.fixture(scope="module")
def wishes(server: Server) -> list[str]:
    """A task of each kind that has a screen of its own, for Amina."""
    ask = ASK.format(text="Was the pupil wide?")
    return [
        wanted(server, ask, code(1, first=9800)), wanted(server, RETAKE, code(1, first=9810)), wanted(server, PROMISED)
    ]  # fmt: skip


def screens(phone: Phone, eyes: list[Path], tasks: Iterable[str] = ()) -> Iterator[str]:
    """Go through the whole app, stopping at every screen: its name."""
    yield from door_and_person(phone)
    yield from rest_of_visit(phone, eyes)
    yield from afterwards(phone, tasks)


# Nobody of the same installation is taken for somebody else.
NAMES = itertools.cycle(["Ana Kovac", "Bilal Odhiambo", "Chen Wei", "Dora Nkrumah", "Emil Larsson", "Fatou Sarr",
                         "Gita Rao", "Hugo Pires", "Ines Quispe", "Jomo Wekesa"])  # fmt: skip


def door_and_person(phone: Phone) -> Iterator[str]:
    page = phone.page
    phone.sign_in("amina")
    page.locator("#pin").wait_for()
    yield "choose a PIN"
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    page.locator("form button[type=submit]").click()
    page.locator("#list").wait_for()
    yield "my patients"
    page.locator("details.menu summary").click()
    yield "menu"
    page.keyboard.press("Escape")
    page.locator(".thumb-bar button").click()
    page.locator("#name").wait_for()
    page.locator("button[type=submit]").click()
    page.locator(".problem").first.wait_for()
    yield "new patient, with problems"
    page.fill("#name", next(NAMES))
    page.locator("label:has([name=sex][value=male])").click()
    page.fill("#birth_year", "1961")
    choice = page.locator("label:has([name=programme][value=diabetic-eye])")
    if choice.count():
        choice.click()
    page.locator("button[type=submit]").click()
    page.locator(".consent-text").wait_for()
    yield "consent"


def rest_of_visit(phone: Phone, eyes: list[Path]) -> Iterator[str]:
    page = phone.page
    page.locator("label:has([name=mark][value=spoken])").click()
    page.locator(".thumb-bar .buttons button").last.click()
    page.locator(".question").first.wait_for()
    yield "questions"
    page.locator("button[type=submit]").click()
    page.locator(".view-card").first.wait_for()
    yield "photos, none yet"
    page.locator("#classes label:has([name=capture_class][value=fundus_tabletop])").click()
    phone.photo("OD", eyes[0])
    phone.photo("OS", eyes[1])
    yield "photos"
    page.locator("section[aria-labelledby=label-OD] .taking button").click()
    page.locator("dialog.camera").wait_for()
    yield "camera"
    page.keyboard.press("Escape")
    page.locator("dialog.camera").wait_for(state="detached")
    page.locator(".thumb-bar button").click()
    page.wait_for_url("**/review")
    page.locator(".shot").first.wait_for()
    yield "check and send"
    page.locator(".thumb-bar button").click()
    page.wait_for_url("**/app/#/patient/**")
    page.locator("section.card, section.answer").first.wait_for()
    yield "patient"


def afterwards(phone: Phone, tasks: Iterable[str]) -> Iterator[str]:
    page = phone.page
    page.goto("/app/#/outbox")
    page.locator(".receipts, .pictures").first.wait_for(state="attached")
    yield "what waits"
    for task in tasks:
        page.goto("/app/#/")
        page.locator(f"a[href='#/task/{task}']").click()
        page.locator("#list").wait_for(state="detached")
        page.locator(".thumb-bar").wait_for()
        yield task.split("-")[0]
    page.locator("details.menu summary").click()
    page.locator("button.menu-line").first.click()
    page.locator("#pin").wait_for()
    yield "locked"


TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; })
  .map((one) => one.outerHTML.slice(0, 90)).slice(0, 5)"""


@pytest.mark.parametrize("locale", ["en-GB", "fr", "es", "hi", "sw", "ar"])
def test_every_screen_can_be_used_by_everybody(
    new_phone: Any, eyes: list[Path], wishes: list[str], locale: str
) -> None:
    phone: Phone = new_phone(locale=locale)
    faults: dict[str, Any] = {}
    for name in screens(phone, eyes, wishes):
        assert phone.page.locator("html").get_attribute("lang") == locale[:2]
        found = serious(phone.page) + [f"{size} px: {html}" for html, size in phone.page.evaluate(SMALL, TARGET)]
        if overflow(phone.page) > 0:
            found.append(f"wider than the screen: {phone.page.evaluate(TOO_WIDE)}")
        if found:
            faults[name] = found
    assert faults == {}


def test_arabic_runs_from_right_to_left_and_eyes_stay_where_they_are(new_phone: Any, eyes: list[Path]) -> None:
    phone: Phone = new_phone(locale="ar")
    for name in screens(phone, eyes):
        if name == "photos, none yet":
            break
    page = phone.page
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.set_viewport_size({"width": 900, "height": 900})
    right, left = (page.locator(f"section[aria-labelledby=label-{view}]").bounding_box() for view in ("OD", "OS"))
    assert right["x"] < left["x"], "the right eye is on the left, as the worker sees it"
    face = page.locator("section[aria-labelledby=label-OD] svg.face")
    here, whole = face.locator(".face-here").bounding_box(), face.bounding_box()
    assert here["x"] + here["width"] / 2 < whole["x"] + whole["width"] / 2


def test_a_visit_by_keyboard_alone_at_twice_the_size(new_phone: Any, eyes: list[Path]) -> None:
    """From the first screen to "handed in" without a pointer; only the file is put into its field by the test."""
    phone: Phone = new_phone(viewport={"width": 360, "height": 740}, device_scale_factor=2)
    phone.begin("amina")
    page = phone.page
    page.set_viewport_size({"width": 320, "height": 370})  # what is left of a screen at 200 %
    assert overflow(page) <= 0
    press(page, "New patient")
    reach(page, "name")
    page.keyboard.type("Key Board")
    reach(page, "sex")
    page.keyboard.press("Space")
    reach(page, "age")
    page.keyboard.type("61")
    reach(page, "programme")
    page.keyboard.press("Space")
    chosen(page, "programme", "diabetic-eye")
    assert overflow(page) <= 0
    press(page, "Save and go on")
    page.locator(".consent-text").wait_for()
    assert page.evaluate("document.activeElement.id") == "title", "a new screen is read from its heading"
    reach(page, "mark")
    chosen(page, "mark", "spoken")
    press(page, "Yes, agrees")
    page.locator(".question").first.wait_for()
    assert overflow(page) <= 0
    press(page, "Save and go on")
    page.locator(".view-card").first.wait_for()
    reach(page, "capture_class")
    page.keyboard.press("Space")
    chosen(page, "capture_class", "fundus_tabletop")
    for view, eye in (("OD", eyes[4]), ("OS", eyes[5])):
        phone.photo(view, eye)
    assert overflow(page) <= 0
    press(page, "Check and send")
    page.wait_for_url("**/review")
    press(page, "Hand in")
    page.wait_for_url("**/app/#/patient/**")
    assert overflow(page) <= 0


def reach(page: Any, name: str) -> None:
    """Come to a field by the tabulator."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name ?? ''") == name:
            return
    raise AssertionError(f"{name!r} cannot be reached by keyboard")


def chosen(page: Any, name: str, value: str) -> None:
    """With the arrows to one of several."""
    for _ in range(12):
        if page.locator(f"[name={name}][value={value}]").is_checked():
            return
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(100)
    raise AssertionError(f"{value!r} cannot be chosen by keyboard")


def press(page: Any, name: str) -> None:
    """Come to a button by the tabulator, as far as it takes, and press it. It must be seen when it is reached."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name!r} cannot be reached by keyboard")
