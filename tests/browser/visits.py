"""What a field worker and a reader do on their pages, as sentences."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

Page = Any


def enrol(page: Page, name: str, born: int = 1960, sex: str = "Female") -> None:
    page.goto("/patients/new/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_text(sex, exact=True).click()
    page.get_by_label("or birth year").fill(str(born))
    page.get_by_role("button", name="Save patient").click()
    page.locator("#similar, dl.facts").first.wait_for()
    if page.locator("#similar").count():
        page.get_by_role("button", name="None of these: enrol").click()
    page.wait_for_url(re.compile(r"/patients/[0-9a-f-]{36}/$"))


def start(page: Page, programme: str) -> None:
    """From the patient's page through consent to the questions."""
    page.locator(f"a[href$='/consent/{programme}/'], form[action$='/consent/{programme}/'] button").first.click()
    page.get_by_role("button", name="Yes, agrees").click()
    page.wait_for_url(re.compile(r"/encounters/"))


def answer(page: Page, **answers: str) -> None:
    for code, value in answers.items():
        field = page.locator(f"[name={code}]").first
        if field.get_attribute("type") == "radio":
            page.locator(f"label:has([name={code}][value={value}])").click()
        else:
            field.fill(value)
    page.locator("form[action$='/questions/'] button[type=submit]").click()
    page.locator(".view-card").first.wait_for()


def taken_with(page: Page, capture_class: str) -> None:
    page.locator(f"label:has([name=capture_class][value={capture_class}])").click()


def hand_over(page: Page, view: str, file: Path) -> None:
    """Choose a file for a view and wait until the server has said something about it."""
    card = page.locator(f"section[aria-labelledby=label-{view}]")
    said = card.locator(f"#refusal-{view}")
    before = (card.locator("li.shot").count(), said.inner_text())
    details = card.locator("details.more")
    if details.count() and details.get_attribute("open") is None:
        details.locator("summary").first.click()
    card.locator("input[type=file]").last.set_input_files(file)
    for _ in range(600):
        page.wait_for_timeout(100)
        if (card.locator("li.shot").count(), said.inner_text()) != before:
            return
    raise AssertionError(f"nothing was said about {file.name}")


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="Hand in").click()
    page.locator("section.answer").wait_for()


def answered(page: Page, words: str, seconds: int = 40) -> str:
    """Wait until the answer says so by itself; the whole answer's text."""
    for _ in range(seconds * 5):
        text = page.locator("section.answer").inner_text() if page.locator("section.answer").count() else ""
        if re.search(words, text, re.IGNORECASE):
            return str(text)
        page.wait_for_timeout(200)
    raise AssertionError(f"{words!r} never came; the page says: {text!r}")
