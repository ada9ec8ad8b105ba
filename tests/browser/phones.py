"""A field worker's phone: a real Chromium with a profile of its own, which can be killed and opened again."""

from __future__ import annotations

import base64
import json
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.browser.chromium import find
from tests.browser.line import Line
from tests.server import PASSWORD, Server

SIZE = {"width": 360, "height": 740}
PIN = "482915"
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"
)
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip
# Everything the phone holds of a store of its outbox.
ROWS = """async (store) => {
  const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
  const db = await asked(indexedDB.open("fieldlight-outbox"));
  const rows = await asked(db.transaction(store).objectStore(store).getAll());
  db.close();
  return rows.map(({envelope, ...row}) => row);
}"""
# A module of the running app, by its name without ending.
MODULE = """async (name) => {
  const main = document.querySelector("script[type=module]").src;
  const source = await (await fetch(main)).text();
  return new URL(source.match(new RegExp(`"([.]/${name}[.][0-9a-f]+[.]js)"`))[1], main).href;
}"""


# A visit made by the app's own verbs, without the screens: for tests that want many.
QUICK = """async ({module, vault, name, photos}) => {
  const visit = await import(module);
  const programme = (await (await import(vault)).kept("programmes")).find((one) => one.code === "diabetic-eye");
  const [text] = programme.consent_texts;
  const draft = await visit.begin({programme: programme.code, site: programme.sites[0]});
  const facts = {name, sex: "female", age: "61"};
  Object.assign(draft, {step: "photos", facts, capture_class: {code: "fundus_tabletop"}});
  Object.assign(draft.patient, {name, sex: "female", birth_year: 1965});
  draft.consent = {id: crypto.randomUUID(), version: text.version, language: text.language, answer: "given",
                   mark: {kind: "spoken", png: null}};
  for (const [view, bytes] of photos) {
    const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
    const file = new File([data], "photo.jpg", {type: "image/jpeg"});
    const shot = await visit.addPhoto(draft, view, file, {modality: "fundus", floor: null, fullSize: false});
    if (!shot.use) await visit.sendAnyway(draft, shot.id);
  }
  await visit.send(draft, draft.patient);
  return draft.visit;
}"""


class Phone:
    """`how` goes to the browser, such as locale="ar"; `args` are more switches for it."""

    def __init__(self, playwright: Any, line: Line, profile: Path, args: Sequence[str] = (), **how: Any) -> None:
        self.playwright, self.line, self.profile, self.how = playwright, line, profile, how
        self.args = [*ARGS, *args]
        self.complaints: list[str] = []
        self.open()

    def open(self) -> None:
        """Start the browser on its profile, as a person taps its icon."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=find(), args=self.args, base_url=self.line.url, user_agent=PHONE_AGENT,
            permissions=["camera"], **{"locale": "en-GB", "viewport": SIZE, **self.how},
        )  # fmt: skip
        self.page = self.context.pages[0]
        self.page.set_default_timeout(60_000)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda m: "Content Security" in m.text and self.complaints.append(m.text))

    def kill(self) -> None:
        """As the system ends a browser: at once, without a word."""
        pid = int(os.readlink(self.profile / "SingletonLock").rsplit("-", 1)[1])
        os.kill(pid, signal.SIGKILL)
        try:
            self.context.close()
        except Exception:  # noqa: BLE001, S110 - the other end is dead, as it should be
            pass

    def close(self) -> None:
        self.context.close()

    def sign_in(self, username: str) -> None:
        """Sign in at the server, and come to the app's own door or list."""
        self.page.goto("/sign-in/?next=/app/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.locator("main button[type=submit]").first.click()  # whatever the language
        self.page.wait_for_url("**/app/**")

    def begin(self, username: str) -> None:
        """The first time on this phone: sign in, choose a PIN, and let the app be kept."""
        self.sign_in(username)
        self.page.fill("#pin", PIN)
        self.page.fill("#again", PIN)
        self.page.get_by_role("button", name="Begin").click()
        self.page.locator("#list").wait_for()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        until(lambda: self.page.evaluate("Boolean(navigator.serviceWorker.controller)"))

    def unlock(self) -> None:
        self.page.fill("#pin", PIN)
        self.page.get_by_role("button", name="Open").click()
        self.page.locator("#list").wait_for()

    def rows(self, store: str) -> list[dict[str, Any]]:
        return list(self.page.evaluate(ROWS, store))

    def visit(self, name: str, right: Path, left: Path, **answers: str) -> None:
        """A whole visit through the screens, both eyes."""
        self.enrol(name)
        self.consent()
        self.answer(**answers)
        self.photo("OD", right)
        self.photo("OS", left)
        self.hand_in()

    def quick_visit(self, name: str, right: Path, left: Path) -> str:
        """The same without the screens: the visit's id."""
        photos = [(view, base64.b64encode(file.read_bytes()).decode()) for view, file in (("OD", right), ("OS", left))]
        modules = {"module": self.module("visit"), "vault": self.module("vault")}
        return str(self.page.evaluate(QUICK, {**modules, "name": name, "photos": photos}))

    def module(self, name: str) -> str:
        """The address of a module of the running app."""
        return str(self.page.evaluate(MODULE, name))

    def enrol(self, name: str, programme: str = "diabetic-eye", sex: str = "female") -> None:
        page = self.page
        page.goto("/app/")
        page.get_by_role("button", name="New patient").click()
        page.fill("#name", name)
        page.locator(f"label:has([name=sex][value={sex}])").click()
        page.fill("#age", "61")
        choice = page.locator(f"label:has([name=programme][value={programme}])")
        if choice.count():
            choice.click()
        self.save_person()

    def save_person(self) -> None:
        """Somebody new, whoever else has the name."""
        self.page.get_by_role("button", name="Save and go on").click()
        self.page.locator(".consent-text, #similar").first.wait_for()
        if self.page.locator("#similar").count():
            self.page.get_by_role("button", name="None of these: go on").click()
        self.page.locator(".consent-text").wait_for()

    def consent(self) -> None:
        self.page.locator("label:has([name=mark][value=spoken])").click()
        self.page.get_by_role("button", name="Yes, agrees").click()
        self.page.locator(".question").first.wait_for()

    def answer(self, **answers: str) -> None:
        for code, value in answers.items():
            self.page.locator(f"label:has([name={code}][value={value}])").click()
        self.page.get_by_role("button", name="Save and go on").click()
        self.page.locator(".view-card").first.wait_for()
        choice = self.page.locator("#classes label:has([name=capture_class][value=fundus_tabletop])")
        if choice.count():
            choice.click()

    def photo(self, view: str, file: Path) -> None:
        """Choose a file for a view, and wait until the phone has judged and sealed it."""
        card = self.page.locator(f"section[aria-labelledby=label-{view}]")
        before = len(self.rows("sealed"))
        card.locator("input[type=file]").set_input_files(file)
        until(lambda: len(self.rows("sealed")) > before and card.locator(".shot").count() > 0)

    def hand_in(self) -> None:
        self.page.get_by_role("button", name="Check and send").click()
        self.page.get_by_role("button", name="Hand in").click()
        self.page.wait_for_url("**/app/#/patient/**")

    def delivered(self, seconds: float = 120) -> None:
        """Wait until nothing waits any more."""
        until(lambda: not self.rows("items"), seconds)


def until(holds: Callable[[], Any], seconds: float = 60) -> None:
    """Ask until it holds. Raises AssertionError after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never came to that")


# What the server holds of visits: who screened, and each picture's own digest as it was received.
HELD = """
import json
from screening.models import Encounter
rows = Encounter.objects.filter(pk__in={ids!r}).select_related("started_by", "patient")
print(json.dumps([{{"id": str(row.pk), "author": row.started_by.username, "name": row.patient.name,
  "handed_in": row.handed_in_at is not None, "started_at": row.started_at.isoformat(),
  "images": [[str(image.pk), image.view, image.original_sha256] for image in row.images.all()]}} for row in rows]))
"""


def held(server: Server, visits: Iterable[str]) -> list[dict[str, Any]]:
    """The visits as the server has them."""
    return list(json.loads(server.manage("shell", "-v", "0", "-c", HELD.format(ids=sorted(visits))).splitlines()[-1]))
