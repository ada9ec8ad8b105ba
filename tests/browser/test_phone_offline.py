"""Days without a line: nothing captured is lost or sent twice, whatever happens to the phone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests.browser.line import Line
from tests.browser.phones import Phone, held, until
from tests.server import Server

VISITS = 20


def test_twenty_visits_offline_survive_a_dead_browser_and_arrive_once(
    new_phone: Any, line: Line, server: Server, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    line.down()
    for number in range(12):
        phone.quick_visit(f"Offline {number}", *eyes[2 * number : 2 * number + 2])
    phone.enrol("Offline unfinished")  # in the middle of a visit …
    phone.kill()
    phone.open()  # … the browser dies, and is opened again, still without a line
    phone.page.goto("/app/")
    phone.page.get_by_text("Offline unfinished").wait_for()
    for number in range(12, VISITS - 1):
        phone.quick_visit(f"Offline {number}", *eyes[2 * number : 2 * number + 2])
    phone.visit(f"Offline {VISITS - 1}", *eyes[2 * VISITS - 2 : 2 * VISITS])
    rows = phone.rows("items")
    wanted = {row["item"]: row["sha256"] for row in rows if row["kind"] == "pixels"}
    visits = {row["visit"] for row in rows}
    assert (len(visits), len(wanted)) == (VISITS, 2 * VISITS)

    line.up = True
    phone.sign_in("amina")
    phone.delivered(240)
    found = held(server, visits)
    pictures = [(image, digest) for visit in found for image, _view, digest in visit["images"]]
    assert len(found) == VISITS and len({visit["name"] for visit in found}) == VISITS
    assert len(pictures) == 2 * VISITS, "none missing, none twice"
    assert dict(pictures) == wanted
    assert all(visit["handed_in"] for visit in found)
    receipts = {row["item"]: row["sha256"] for row in phone.rows("receipts")}
    assert wanted.items() <= receipts.items()
    assert phone.rows("sealed") == []


def test_two_tabs_send_everything_once(new_phone: Any, line: Line, server: Server, eyes: list[Path]) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    line.down()
    visits = [phone.quick_visit(f"Two tabs {number}", *eyes[2 * number : 2 * number + 2]) for number in range(3)]
    asked: Counter[str] = Counter()
    phone.context.on("request", lambda r: asked.update([f"{r.method} {r.url}"] if r.method in ("PUT", "POST") else []))
    second = phone.context.new_page()
    second.goto("/app/")
    second.locator("#list").wait_for()
    line.up = True
    for page in (phone.page, second):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.delivered()
    forms = {what: times for what, times in asked.items() if what.startswith("PUT")}
    assert len(forms) == 3 and set(forms.values()) == {1}
    assert asked[f"POST {line.url}/api/v1/uploads/"] == 6
    assert sorted(len(visit["images"]) for visit in held(server, visits)) == [2, 2, 2]


def test_a_full_phone_says_so_and_keeps_what_it_has(new_phone: Any, line: Line, eyes: list[Path]) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    line.down()
    used = phone.page.evaluate("navigator.storage.estimate().then((found) => found.usage)")
    phone.close()  # a browser remembers for a while how much room there was
    phone.open()
    cdp = phone.context.new_cdp_session(phone.page)
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": line.url, "quotaSize": used + 400_000})
    phone.enrol("Full Phone")
    phone.consent()
    phone.answer()
    phone.photo("OS", eyes[1])
    card = phone.page.locator("section[aria-labelledby=label-OD]")
    full = card.get_by_text("This phone is full")
    for eye in eyes[2:]:
        before = card.locator(".shot").count()
        card.locator("input[type=file]").set_input_files(eye)
        until(lambda before=before: full.count() or card.locator(".shot").count() > before)
        if full.count():
            break
    assert full.count(), "said in words beside the view"
    kept = card.locator(".shot").count()
    assert kept >= 1 and len(phone.rows("sealed")) == kept + 2, "what was taken before is still there"
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": line.url})
    phone.page.get_by_role("button", name="Check and send").wait_for()
    phone.kill()
    phone.open()
    line.up = True
    phone.sign_in("amina")
    phone.page.get_by_text("Full Phone").first.click()
    phone.page.get_by_role("button", name="Check and send").click()
    phone.page.get_by_role("button", name="Hand in").click()
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.delivered()


def test_a_phone_whose_clock_is_years_off_loses_nothing(
    new_phone: Any, line: Line, server: Server, eyes: list[Path]
) -> None:
    for number, year in enumerate((1999, 2061)):
        phone: Phone = new_phone()
        phone.page.clock.install(time=f"{year}-01-01T10:00:00Z")
        phone.begin("amina")
        visit = phone.quick_visit(f"Year {year}", *eyes[4 + 2 * number : 6 + 2 * number])
        phone.page.clock.fast_forward(5000)
        phone.delivered()
        found = held(server, [visit])[0]
        assert len(found["images"]) == 2 and found["handed_in"]
        assert not found["started_at"].startswith(str(year)), "the server's own time counts"


def test_every_field_survives_back_reload_and_a_pause(new_phone: Any, line: Line, eyes: list[Path]) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    line.down()
    phone.enrol("Kept Fields")
    page = phone.page
    page.go_back()
    assert page.locator("#name").input_value() == "Kept Fields"
    page.fill("#phone", "0700 1")
    page.reload()
    until(lambda: page.locator("#phone").count() and page.locator("#phone").input_value() == "0700 1")
    phone.save_person()
    phone.consent()
    page.fill("[name=hba1c]", "8.1")
    page.locator("label:has([name=pregnant][value=no])").click()
    phone.answer()
    phone.photo("OD", eyes[0])
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Lock", exact=True).click()
    page.fill("#pin", "482915")
    page.get_by_role("button", name="Open").click()
    page.locator(".shot").wait_for()
    page.go_back()
    assert page.locator("[name=hba1c]").input_value() == "8.1"
    assert page.locator("[name=pregnant][value=no]").is_checked()
