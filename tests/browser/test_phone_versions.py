"""The phone's databases go from version to version: what an older release kept is there, and is delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.line import Line
from tests.browser.phones import Phone, held, until
from tests.server import Server

# The phone as release 0.1.0 left it: its two databases, version 1, with its stores, and without what came later.
STORES_OF_0_1_0 = {
    "fieldlight-outbox": {"items": "item", "sealed": "item", "receipts": "item", "phone": "name"},
    "fieldlight-open": {"open": "name", "keys": "name"},
}
GO_BACK = """async (databases) => {
  const asked = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  for (const [name, stores] of Object.entries(databases)) {
    const now = await asked(indexedDB.open(name));
    const rows = {};
    for (const store of Object.keys(stores)) {
      rows[store] = await asked(now.transaction(store).objectStore(store).getAll());
    }
    now.close();
    await asked(indexedDB.deleteDatabase(name));
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const [store, key] of Object.entries(stores)) request.result.createObjectStore(store, {keyPath: key});
    };
    const old = await asked(request);
    const turn = old.transaction(Object.keys(stores), "readwrite");
    for (const store of Object.keys(stores)) {
      for (const {revision, ...row} of rows[store]) turn.objectStore(store).put(row);
    }
    await new Promise((done) => { turn.oncomplete = done; });
    old.close();
  }
}"""
# As a release to come might: one version more, and a store this app knows nothing of.
GO_AHEAD = """async (databases) => {
  for (const name of Object.keys(databases)) {
    await new Promise((done, fail) => {
      const request = indexedDB.open(name, 3);
      request.onupgradeneeded = () => request.result.createObjectStore("later", {keyPath: "id"});
      request.onsuccess = () => { request.result.close(); done(); };
      request.onerror = () => fail(request.error);
    });
  }
}"""
VERSIONS = """async () => Object.fromEntries((await indexedDB.databases()).map(({name, version}) => [name, version]))"""
# A step that goes wrong in its middle.
NO_STEP = """for (const [kind, does] of [[IDBCursor, "update"], [IDBDatabase, "createObjectStore"]]) {
  kind.prototype[does] = () => { throw new Error("injected"); };
}"""
HOLD_OPEN = """() => new Promise((done) => {
  indexedDB.open("fieldlight-outbox").onsuccess = ({target}) => { window.kept = target.result; done(); };
})"""


def aside(phone: Phone) -> Any:
    """A page of the same origin on which no app runs."""
    page = phone.context.new_page()
    page.goto("/static/img/mark.svg")
    return page


def go_back(phone: Phone) -> None:
    """Make the phone one of release 0.1.0."""
    phone.page.goto("/static/img/mark.svg")
    phone.page.evaluate(GO_BACK, STORES_OF_0_1_0)
    assert set(phone.page.evaluate(VERSIONS).values()) == {1}


def filled(phone: Phone, line: Line, eyes: list[Path], name: str) -> str:
    """A phone with a visit that waits, and with a draft that has a photo: the id of the visit."""
    phone.begin("amina")
    line.down()
    visit = phone.quick_visit(f"{name} waits", *eyes[:2])
    phone.enrol(f"{name} draft")
    phone.consent()
    phone.answer()
    phone.photo("OD", eyes[2])
    line.up = True
    return visit


def test_a_phone_of_release_0_1_0_keeps_its_draft_and_delivers_what_waited(
    new_phone: Any, line: Line, server: Server, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    visit = filled(phone, line, eyes, "Upgrade")
    go_back(phone)
    before = {row["item"] for row in phone.rows("items")}

    phone.page.goto("/app/")
    phone.page.get_by_text("Upgrade draft").wait_for()
    assert set(phone.page.evaluate(VERSIONS).values()) == {2}
    until(lambda: held(server, [visit]) and held(server, [visit])[0]["handed_in"])
    assert len(held(server, [visit])[0]["images"]) == 2
    until(lambda: all(row["state"] == "draft" for row in phone.rows("items")))
    left = phone.rows("items")
    assert len(left) == 2 and {row["item"] for row in left} < before, "of the draft: its form and its photo"

    phone.page.get_by_text("Upgrade draft").click()
    phone.page.locator(".shot").wait_for()
    phone.photo("OS", eyes[3])
    phone.hand_in()
    phone.delivered()
    finished = held(server, [left[0]["visit"]])[0]
    assert finished["handed_in"] and len(finished["images"]) == 2


def test_a_step_that_fails_leaves_the_old_database_whole_and_still_delivers(
    new_phone: Any, line: Line, server: Server, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    visit = filled(phone, line, eyes, "Failed step")
    go_back(phone)
    quiet, phone.page = phone.page, phone.context.new_page()
    phone.page.add_init_script(NO_STEP)
    phone.page.goto("/app/")
    phone.page.get_by_role("heading", name="Reload the app").wait_for()
    assert set(phone.page.evaluate(VERSIONS).values()) == {1}
    until(lambda: held(server, [visit]) and held(server, [visit])[0]["handed_in"])
    until(lambda: len(phone.rows("items")) == 2)

    phone.page.close()
    phone.page = quiet
    phone.page.goto("/app/")
    phone.page.get_by_text("Failed step draft").click()
    phone.page.locator(".shot").wait_for()
    assert set(phone.page.evaluate(VERSIONS).values()) == {2}


def test_an_app_that_meets_a_newer_database_says_so_and_changes_nothing(
    new_phone: Any, line: Line, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    filled(phone, line, eyes, "Newer")
    phone.page.goto("/static/img/mark.svg")
    before = phone.rows("items")
    phone.page.evaluate(GO_AHEAD, STORES_OF_0_1_0)
    phone.page.goto("/app/")
    phone.page.get_by_role("heading", name="Update the app").wait_for()
    phone.page.wait_for_timeout(1500)
    assert phone.rows("items") == before
    assert set(phone.page.evaluate(VERSIONS).values()) == {3}


def test_a_page_gives_way_to_a_newer_app(new_phone: Any, line: Line) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    phone.enrol("Gives way")
    phone.page.go_back()
    phone.page.fill("#phone", "0700 5")
    aside(phone).evaluate(GO_AHEAD, STORES_OF_0_1_0)
    phone.page.get_by_role("heading", name="Update the app").wait_for()


def test_an_older_tab_in_the_way_is_named_and_waited_for(new_phone: Any, line: Line) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    go_back(phone)
    older = aside(phone)
    older.evaluate(HOLD_OPEN)
    phone.page.goto("/app/")
    phone.page.get_by_role("heading", name="Close the other tabs").wait_for()
    older.close()
    phone.page.locator("#list").wait_for()


def test_pages_of_the_release_before_are_reloaded_once_a_new_one_upgraded_the_phone(new_phone: Any, line: Line) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    older = phone.context.new_page()
    older.goto("/app/#/outbox")
    older.locator("h1").wait_for()
    # What a page says that has just upgraded a database (db.js).
    with older.expect_navigation():
        phone.page.evaluate("navigator.serviceWorker.controller.postMessage('reload the others')")
    older.locator("#list").wait_for()


def test_a_tab_with_an_old_draft_cannot_write_over_a_newer_one(
    new_phone: Any, line: Line, server: Server, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    line.down()
    phone.enrol("Two tabs")
    phone.page.go_back()
    first, second = phone.page, phone.context.new_page()
    second.goto(first.url)
    second.locator("#phone").wait_for()
    first.locator("#phone").press_sequentially("0700 9")
    until(lambda: "0700 9" in str(draft_of(phone)))

    second.fill("#local_id", "77")
    second.get_by_text("This visit was changed in another tab").wait_for()
    until(lambda: second.locator("#phone").input_value() == "0700 9")
    assert draft_of(phone)["facts"].get("local_id", "") == ""

    second.fill("#local_id", "78")  # from here it is the newer one
    until(lambda: draft_of(phone)["facts"].get("local_id") == "78")
    assert draft_of(phone)["facts"]["phone"] == "0700 9"
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # it is looked at again
    first.get_by_text("This visit was changed in another tab").wait_for()
    until(lambda: first.locator("#local_id").input_value() == "78")


def test_a_visit_handed_in_by_one_tab_does_not_come_back_from_another(
    new_phone: Any, line: Line, server: Server, eyes: list[Path]
) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    line.down()
    phone.enrol("Handed in once")
    phone.consent()
    phone.answer()
    first, second = phone.page, phone.context.new_page()
    second.goto(first.url)
    second.locator(".view-card").first.wait_for()
    phone.photo("OD", eyes[4])
    phone.photo("OS", eyes[5])
    phone.hand_in()
    waiting = {row["item"] for row in phone.rows("items")}
    second.locator("section[aria-labelledby=label-OD] input[type=file]").set_input_files(eyes[6])
    second.get_by_text("This visit was changed in another tab").wait_for()
    second.locator("#list").wait_for()
    assert {row["item"] for row in phone.rows("items")} == waiting
    assert phone.page.evaluate(DRAFTS, phone.module("vault")) == []


DRAFTS = """async (vault) => Object.values(await (await import(vault)).keptUnder("draft:"))"""


def draft_of(phone: Phone) -> dict[str, Any]:
    (draft,) = phone.page.evaluate(DRAFTS, phone.module("vault"))
    return dict(draft)
