"""A phone that goes from hand to hand: what can be read is wiped, what waits stays sealed and keeps its author."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from tests.browser.line import Line
from tests.browser.phones import PIN, Phone, held
from tests.server import Server

CANARY, NUMBER, TELEPHONE = "Canary Wintergreen", "CNRY-7741", "0799 555 123"


def fill_in(phone: Phone, number: str = NUMBER) -> None:
    """A patient with a name, a number and a telephone nobody else has."""
    page = phone.page
    page.goto("/app/")
    page.get_by_role("button", name="New patient").click()
    page.fill("#name", CANARY)
    page.locator("label:has([name=sex][value=female])").click()
    page.fill("#age", "58")
    page.fill("#phone", TELEPHONE)
    page.fill("#local_id", number)
    choice = page.locator("label:has([name=programme][value=diabetic-eye])")
    if choice.count():
        choice.click()
    phone.save_person()


def traces(folder: Path, needles: dict[str, bytes]) -> dict[str, list[str]]:
    """Which files of a browser's profile hold which needle."""
    found: dict[str, list[str]] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            for name, needle in needles.items():
                if needle in data:
                    found.setdefault(name, []).append(str(file.relative_to(folder)))
    return found


def needles_of(photo: Path) -> dict[str, bytes]:
    """The words in both encodings a browser uses, and pieces from the middle of the picture."""
    words = {
        f"{word} {kind}": word.encode(kind)
        for word in (CANARY, "Wintergreen", NUMBER, TELEPHONE)
        for kind in ("utf-8", "utf-16-le")
    }
    data = photo.read_bytes()
    pieces = {f"photo at {at}": data[at : at + 48] for at in range(2000, len(data) - 48, len(data) // 12)}
    return words | pieces | {"photo, base64": base64.b64encode(data[3000:3060])[4:72]}


def test_sign_out_offline_wipes_what_can_be_read_and_the_next_person_delivers_for_the_author(
    new_phone: Any, line: Line, server: Server, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    line.down()
    fill_in(phone)
    phone.consent()
    phone.answer()
    phone.photo("OD", eyes[30])
    phone.photo("OS", eyes[31])
    phone.hand_in()
    fill_in(phone, f"{NUMBER}-2")  # a second visit is not finished when the person goes
    phone.consent()
    phone.answer()
    phone.photo("OD", eyes[32])
    rows = phone.rows("items")
    phone.page.locator("details.menu summary").click()
    phone.page.get_by_role("button", name="Sign out").click()
    phone.page.locator("dialog").get_by_role("button", name="Sign out").click()
    phone.page.get_by_text("2 visits wait on this phone").wait_for()
    assert not re.search("Canary|CNRY", phone.page.content())
    assert {row["item"] for row in phone.rows("items")} == {row["item"] for row in rows}, "sealed, all of it stays"
    phone.close()
    assert traces(phone.profile, needles_of(eyes[30])) == {}

    phone.open()
    line.up = True
    phone.sign_in("benjamin")
    phone.page.get_by_text("2 visits wait on this phone").wait_for()
    assert not re.search("Canary|CNRY", phone.page.content()), "the next person sees a count"
    phone.page.fill("#pin", PIN)
    phone.page.fill("#again", PIN)
    phone.page.get_by_role("button", name="Begin").click()
    phone.delivered(180)
    assert "Canary" not in phone.page.content()
    found = {visit["id"]: visit for visit in held(server, {row["visit"] for row in rows})}
    assert {visit["author"] for visit in found.values()} == {"amina"}
    assert sorted(len(visit["images"]) for visit in found.values()) == [1, 2]
    assert sorted(visit["handed_in"] for visit in found.values()) == [False, True]


def test_the_server_hears_of_a_sign_out_made_without_a_line(new_phone: Any, line: Line) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    line.down()
    phone.page.locator("details.menu summary").click()
    phone.page.get_by_role("button", name="Sign out").click()
    phone.page.locator("dialog").get_by_role("button", name="Sign out").click()
    phone.page.get_by_role("link", name="Sign in").wait_for()
    line.up = True
    phone.page.goto("/patients/")
    phone.page.wait_for_url("**/sign-in/**")


def test_an_idle_phone_locks_and_five_wrong_pins_wipe_it(new_phone: Any, line: Line) -> None:
    phone: Phone = new_phone()
    phone.page.clock.install()
    phone.begin("amina")
    line.down()
    phone.page.clock.fast_forward("16:00")
    phone.page.locator("#pin").wait_for()
    assert phone.page.locator(".people").count() == 0
    phone.page.fill("#pin", PIN)
    phone.page.get_by_role("button", name="Open").click()
    phone.page.locator("#list").wait_for()
    phone.page.locator("details.menu summary").click()
    phone.page.get_by_role("button", name="Lock", exact=True).click()
    for left in (4, 3, 2, 1):
        phone.page.fill("#pin", "111222")
        phone.page.get_by_role("button", name="Open").click()
        phone.page.get_by_text(re.compile(rf"{left} tr(y|ies) left")).wait_for()
    phone.page.fill("#pin", "111222")
    phone.page.get_by_role("button", name="Open").click()
    phone.page.get_by_role("link", name="Sign in").wait_for()


def test_signing_out_on_another_page_wipes_the_app_too(new_phone: Any, line: Line) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    phone.page.goto("/patients/")
    phone.page.locator("details.menu summary").click()
    phone.page.get_by_role("button", name="Sign out").click()
    phone.page.wait_for_url("**/sign-in/**")
    phone.page.goto("/app/")
    phone.page.get_by_role("link", name="Sign in").wait_for()


def test_no_answer_of_the_server_is_ever_in_the_workers_cache(new_phone: Any, line: Line) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    phone.page.goto("/patients/")
    phone.page.goto("/app/")
    phone.page.locator("#list").wait_for()
    kept = phone.page.evaluate("""async () => {
      const names = await caches.keys();
      const lists = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
      return lists.flat().map((request) => new URL(request.url).pathname);
    }""")
    assert len(kept) > 30
    assert all(path == "/app/" or path.startswith("/static/") for path in kept), json.dumps(kept)


def test_a_new_version_waits_until_the_person_takes_it_and_loses_nothing(
    new_phone: Any, line: Line, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    phone.enrol("Between Versions")
    line.rewrite = (b'"version": "', b'"version":"f')  # the server has a newer app from now on
    phone.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    phone.page.get_by_text("A new version is ready").wait_for()
    phone.consent()
    phone.answer()
    phone.photo("OD", eyes[3])
    phone.page.get_by_role("button", name="Use it now").click()
    phone.page.wait_for_timeout(2000)  # the page is loaded again
    phone.page.locator(".shot").wait_for()
    assert len(phone.page.evaluate("caches.keys()")) == 2
