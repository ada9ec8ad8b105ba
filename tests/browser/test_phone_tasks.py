"""What a specialist or a programme wants of a field worker, done on the phone; consent, codes and the chest flow."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import segno
from PIL import Image

from inference import drawing
from tests.browser.line import Line
from tests.browser.phones import Phone, until
from tests.browser.wishes import ASK, PROMISED, RETAKE, wanted
from tests.reading_cases import code
from tests.server import Server


def asked(server: Server, line: str) -> Any:
    """What the server has: the value of an expression over its models, as JSON."""
    known = "import json; from screening.models import *; from django.conf import settings"
    return json.loads(server.manage("shell", "-v", "0", "-c", f"{known}\nprint(json.dumps({line}))").splitlines()[-1])


def answer_to(server: Server, task: str) -> list[Any]:
    """How a specialist's wish was answered: kind, text, and by whom."""
    pk = task.split("-", 1)[1]
    rows = f"Message.objects.filter(answers={pk!r}).values_list('kind', 'text', 'by__username')"
    return list(asked(server, f"[list(row) for row in {rows}]"))


def pull(phone: Phone) -> None:
    phone.page.evaluate("window.dispatchEvent(new Event('focus'))")


def open_task(phone: Phone, task: str) -> None:
    """The task comes by itself to the first screen, and is opened there."""
    pull(phone)
    phone.page.locator(f"a[href='#/task/{task}']").click()
    phone.page.locator("#list").wait_for(state="detached")


def is_gone(phone: Phone, task: str) -> None:
    phone.page.goto("/app/#/")
    phone.page.locator("#list").wait_for()
    until(lambda: phone.page.locator(f"a[href='#/task/{task}']").count() == 0)


def answered(phone: Phone, words: str) -> None:
    """Wait for the answer on the patient's page."""
    said = phone.page.locator("section.answer")
    said.first.wait_for(timeout=120_000)
    until(lambda: re.search(words, said.first.inner_text(), re.IGNORECASE), 120)


# ----------------------------------------------------------------------------------------------- specialists and loops


def test_a_wanted_photo_is_taken_again_and_the_task_goes(new_phone: Any, server: Server, eyes: list[Path]) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    task = wanted(server, RETAKE, code(1, first=9700))
    open_task(phone, task)
    assert "The macula, please." in phone.page.locator("#main").inner_text()
    phone.page.get_by_role("button", name="Take the photo again").click()
    phone.page.locator(".view-card").first.wait_for()
    assert phone.page.locator(".view-card").count() == 1, "only the eye that is wanted"
    phone.page.locator("#classes label:has([name=capture_class][value=fundus_tabletop])").click()
    phone.photo("OD", eyes[0])
    phone.hand_in()
    phone.delivered()
    assert [kind for kind, _text, _by in answer_to(server, task)] == ["retaken"]
    is_gone(phone, task)


def test_a_photo_that_nobody_can_take_again_is_said_to_be_so(new_phone: Any, server: Server) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    task = wanted(server, RETAKE, code(1, first=9710))
    open_task(phone, task)
    phone.page.get_by_role("button", name="It cannot be taken").click()
    phone.page.get_by_role("button", name="Yes, tell them").click()
    phone.page.locator("#list").wait_for()
    phone.delivered()
    assert answer_to(server, task) == [["cannot", "", "amina"]]
    is_gone(phone, task)


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_question_is_answered_in_words(new_phone: Any, line: Line, server: Server, offline: bool) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    task = wanted(server, ASK.format(text="Was the pupil wide?"), code(1, first=9720 + offline))
    open_task(phone, task)
    assert "Was the pupil wide?" in phone.page.locator("#main").inner_text()
    if offline:
        line.down()
    phone.page.get_by_label("Your answer").fill("  Yes: drops at nine. نعم ")
    phone.page.reload()
    until(lambda: phone.page.locator("#answer").count() and "drops" in phone.page.locator("#answer").input_value())
    phone.page.get_by_role("button", name="Send").click()
    phone.page.locator("#list").wait_for()
    if offline:
        assert [row["kind"] for row in phone.rows("items")] == ["form"]
        phone.page.reload()
        is_gone(phone, task)
        line.up = True
        pull(phone)
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.delivered()
    assert answer_to(server, task) == [["answer", "Yes: drops at nine. نعم", "amina"]]
    is_gone(phone, task)


def test_did_she_go_is_answered_on_the_phone(new_phone: Any, server: Server) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    task = wanted(server, PROMISED)
    open_task(phone, task)
    page = phone.page
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Choose one.").wait_for()
    page.locator("label:has([name=went][value=attended])").click()
    page.get_by_label("Note").fill("Went with her son")
    page.get_by_role("button", name="Save").click()
    page.locator("#list").wait_for()
    phone.delivered()
    visit = task.split("-", 1)[1]
    told = asked(server, f"list(FollowUp.objects.filter(encounter={visit!r}).values_list('answer', 'note'))")
    assert [row for row in told if row[0] != "not_yet"] == [["attended", "Went with her son"]]
    is_gone(phone, task)


# ------------------------------------------------------------------------------------------------------------ consent


def test_a_no_is_on_the_server_and_no_photo_is_asked(new_phone: Any, server: Server) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    phone.enrol("Says No")
    phone.page.get_by_role("button", name="No", exact=True).click()
    phone.page.get_by_role("button", name="Yes, record it").click()
    phone.page.get_by_text("Recorded: the patient said no").wait_for()
    phone.page.locator("#list").wait_for()
    assert "/visit/" not in phone.page.url
    phone.delivered()
    line = "[[c.answer, hasattr(c, 'mark'), c.patient.encounters.count()] for c in Consent.objects.filter({})]"
    assert asked(server, line.format("patient__name='Says No'")) == [["refused", False, 0]]


INK = """() => {
  const board = document.querySelector("canvas.pad");
  const { data } = board.getContext("2d").getImageData(0, 0, board.width, board.height);
  return data.reduce((sum, value, at) => sum + (at % 4 === 3 && value > 0 ? 1 : 0), 0);
}"""
MARK = """
import io
from PIL import Image as Picture
from inference import blobs
from screening.photo.sealed_original import unseal
mark = ConsentMark.objects.get(consent__patient__name="Signs Here")
png = Picture.open(io.BytesIO(unseal(blobs.get(mark.picture), settings.FIELDLIGHT_SEALING_KEY)))
print(json.dumps([mark.kind, png.format, list(png.size), sum(1 for a in png.getchannel("A").tobytes() if a)]))
"""


def test_a_signature_is_drawn_survives_back_and_is_kept_with_the_consent(new_phone: Any, server: Server) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    page = phone.page
    phone.enrol("Signs Here")
    page.locator("label:has([name=mark][value=signature])").click()
    page.get_by_role("button", name="Yes, agrees").click()
    page.get_by_text("The mark is still missing").wait_for()
    draw(page)
    drawn = page.evaluate(INK)
    assert drawn > 500, "a line as long as the board is wide"
    page.get_by_role("button", name="Yes, agrees").click()
    page.locator(".question").first.wait_for()
    page.go_back()
    until(lambda: page.locator("canvas.pad").count() and page.evaluate(INK) == drawn)
    page.reload()
    until(lambda: page.locator("canvas.pad").count() and page.evaluate(INK) == drawn)
    page.get_by_role("button", name="Wipe and sign again").click()
    assert page.evaluate(INK) == 0
    draw(page)
    page.get_by_role("button", name="Yes, agrees").click()
    phone.answer()
    for view in ("OD", "OS"):
        card = page.locator(f"section[aria-labelledby=label-{view}]")
        card.locator("summary", has_text="It cannot be taken").click()
        card.locator("label:has([value=cataract])").click()
    phone.hand_in()
    phone.delivered()
    known = "import json; from screening.models import *; from django.conf import settings\n"
    kind, made, size, ink = json.loads(server.manage("shell", "-v", "0", "-c", known + MARK).splitlines()[-1])
    assert (kind, made, size) == ("signature", "PNG", [600, 220])
    assert ink > 500


def draw(page: Any) -> None:
    board = page.locator("canvas.pad")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(
            box["x"] + 20 + step * (box["width"] - 40) / 8, box["y"] + box["height"] * (0.3 + 0.4 * (step % 2))
        )
    page.mouse.up()
    page.wait_for_timeout(300)  # the picture of it is kept


# -------------------------------------------------------------------------------------------------------------- codes


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a camera sees of a patient's card: the QR code of a local number, as Chromium's fake camera wants it."""
    cells = np.array([bytearray(row) for row in segno.make_qr("SYN-001", error="m").matrix_iter(border=4)])
    square = np.kron(cells == 0, np.ones((12, 12))) * 200 + 25
    gray = np.full((480, 640), 120, np.uint8)
    down, across = (480 - square.shape[0]) // 2, (640 - square.shape[1]) // 2
    gray[down : down + square.shape[0], across : across + square.shape[1]] = square
    frame = b"FRAME\n" + gray.tobytes() + bytes([128]) * (640 * 480 // 2)
    file = tmp_path_factory.mktemp("card") / "card.y4m"
    file.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420\n" + 3 * frame)
    return file


def test_a_code_finds_the_patient_and_typing_stays_possible(new_phone: Any, card: Path) -> None:
    phone: Phone = new_phone(args=[f"--use-file-for-fake-video-capture={card}"])
    phone.begin("amina")
    page = phone.page
    page.get_by_role("button", name="Scan").click()
    until(lambda: page.locator("#words").input_value() == "SYN-001")
    assert page.locator("#list a.row").count() == 1
    assert "Synthetic Ada" in page.locator("#list").inner_text()
    assert page.locator("dialog").count() == 0
    page.fill("#words", "Synthetic")
    until(lambda: page.locator("#list a.row").count() > 1)
    page.get_by_role("button", name="New patient").click()
    page.get_by_role("button", name="Scan the card").click()
    page.get_by_text("Already enrolled under this number").wait_for()
    assert page.locator("#local_id").input_value() == "SYN-001"
    page.fill("#local_id", "typed 7")
    page.get_by_text("Already enrolled under this number").wait_for(state="detached")
    page.reload()
    until(lambda: page.locator("#local_id").count() and page.locator("#local_id").input_value() == "typed 7")


def test_without_a_code_in_sight_or_a_camera_the_number_is_typed(new_phone: Any) -> None:
    phone: Phone = new_phone()
    phone.begin("amina")
    page = phone.page
    page.get_by_role("button", name="Scan").click()
    page.get_by_role("button", name="Type instead").click()
    page.locator("dialog").wait_for(state="detached")
    page.fill("#words", "SYN-002")
    until(lambda: page.locator("#list a.row").count() == 1)
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); }")
    page.get_by_role("button", name="Scan").click()
    page.get_by_text("Type the number instead").wait_for()


# -------------------------------------------------------------------------------------------------------------- chest


@pytest.mark.parametrize("kind", ["photo of a film", "DICOM"])
def test_a_chest_film_from_the_phone_to_the_answer(
    new_phone: Any, server: Server, pictures: Path, tmp_path: Path, kind: str
) -> None:
    phone: Phone = new_phone()
    phone.begin("benjamin")
    page = phone.page
    name = f"Chest {kind}"
    phone.enrol(name, programme="tb-chest", sex="male")
    phone.consent()
    phone.answer(cough="yes")
    film = pictures / "film.dcm"
    if kind != "DICOM":
        film = tmp_path / "film.jpg"
        Image.fromarray(drawing.draw_chest(11, size=1000, opacity="cavity")).convert("RGB").save(film, quality=92)
        page.locator("#classes label:has([name=capture_class][value=film_lightbox])").click()
    phone.photo("CXR", film)
    assert page.locator("section[aria-labelledby=label-CXR] .tone-clear").count() == 1
    phone.hand_in()
    phone.delivered()
    answered(phone, r"\brefer\b")
    rows = f"Image.objects.filter(encounter__patient__name={name!r}).values_list('view', 'capture_class')"
    assert asked(server, f"[list(row) for row in {rows}]") == [["CXR", "dicom" if kind == "DICOM" else "film_lightbox"]]
