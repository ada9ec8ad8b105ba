"""Whole reading sessions with every field of the sheets, by keyboard alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import DESK
from tests.browser.desk import asked, go_on, id_of, make, reads, seen, stand, tab_to, until
from tests.server import Server


@pytest.fixture(scope="session")
def server(reading_room: Server) -> Server:
    return reading_room


def fill_the_right_eye(page: Any) -> None:
    keys = page.keyboard
    page.locator("body").press("d")
    for key in ("3", "v", "v", "o"):
        keys.press(key)
    keys.press("Space")
    tab_to(page, "[name=OD-cup_disc]")
    keys.type("0.8")
    tab_to(page, "[name=OD-cataract]")
    keys.press("Space")
    tab_to(page, "[name=OD-amd]")
    keys.type("late")
    tab_to(page, "[name=OD-other]")
    keys.press("Space")
    tab_to(page, "[name=OD-note]")
    keys.type("old scar below")
    keys.press("Escape")


def fill_the_left_eye(page: Any) -> None:
    """Its retina cannot be graded, but its disc can be measured."""
    keys = page.keyboard
    keys.press("s")
    keys.press("u")
    tab_to(page, "[name=OS-gradability]:checked")
    tab_to(page, "[name=OS-reason]")
    keys.type("Blurred")
    keys.press("Escape")
    keys.press("k")
    for _n in range(4):
        keys.press("Shift+ArrowUp")
    shown = re.search(r"0\.\d+", page.locator("[data-measured]").inner_text())
    keys.press("Enter")
    assert shown and page.locator("[name=OS-cup_disc]").input_value().startswith(shown[0])
    assert page.locator("[name=OS-cup_disc]").is_visible(), "what was taken over can be seen"


def advise(page: Any) -> None:
    keys = page.keyboard
    keys.press("t")
    keys.type("Laser soon.")
    tab_to(page, ".phrases summary")
    keys.press("Enter")
    tab_to(page, "[name=advice_codes]")
    keys.press("Space")


def test_an_eye_case_with_every_field(server: Server, sign_in: Any, complaints: list[str]) -> None:
    make(server, 2, first=11000)
    page = sign_in("olivia", DESK)
    page.locator("[data-row]").first.wait_for()
    page.keyboard.press("n")
    stand(page, "impression")
    seen(page)
    consult = id_of(page)
    fill_the_right_eye(page)
    fill_the_left_eye(page)
    advise(page)
    page.locator("#saved", has_text="Urgent disease").wait_for()
    page.reload()
    assert page.locator("[name=OD-note]").input_value() == "old scar below", "the draft was kept"
    seen(page)
    go_on(page, "impression")
    stand(page, "final")
    go_on(page, "final")
    first, final = reads(server, consult, "olivia")
    right, left = final["grades"]["OD"], final["grades"]["OS"]
    assert right == {
        "gradability": "gradable", "icdr": "3", "dme": "not_central", "glaucoma": True, "cup_disc": "0.8",
        "cataract": True, "amd": "late", "other": True, "note": "old scar below",
    }  # fmt: skip
    assert (left["gradability"], left["reason"]) == ("ungradable", "blurred") and 0 < float(left["cup_disc"]) < 1
    assert (final["finding"], final["advice"], len(final["advice_codes"])) == ("urgent", "Laser soon.", 1)
    assert first["grades"] == final["grades"]
    assert "old scar below" in page.locator("#panel").inner_text()
    page.keyboard.press("Control+Enter")
    stand(page, "impression")
    seen(page)
    assert id_of(page) != consult and page.locator("[name=OD-note]").input_value() == ""
    assert complaints == []


def test_a_chest_case_with_every_field(server: Server, sign_in: Any, complaints: list[str]) -> None:
    make(server, 2, "film", first=11100)
    page = sign_in("rania", DESK)
    keys = page.keyboard
    page.locator("[data-row]").first.wait_for()
    keys.press("n")
    stand(page, "impression")
    seen(page, "CXR")
    consult = id_of(page)
    page.locator("body").press("7")
    page.locator("[data-pane=CXR] [data-state]", has_text="soft tissue window").wait_for()
    for key in ("x", "3", "o"):
        keys.press(key)
    keys.press("ArrowDown")
    tab_to(page, "[name=CXR-sign_cavity]")
    keys.press("Space")
    tab_to(page, "[name=CXR-zones_cavity][value=RU]")
    keys.press("Space")
    tab_to(page, "[name=CXR-other_urgent]")
    keys.press("Space")
    tab_to(page, "[name=CXR-recommendation]")
    keys.press("c")
    keys.press("c")
    tab_to(page, "[name=CXR-note]")
    keys.type("thick wall")
    page.locator("#saved", has_text="Urgent disease").wait_for()
    go_on(page, "impression")
    go_on(page, "final")
    grade = reads(server, consult, "rania")[-1]["grades"]["CXR"]
    limits, recommended = grade.pop("limits"), grade.pop("recommendation")
    assert grade == {"gradability": "gradable", "tb": "likely", "signs": {"cavity": ["RU"]}, "other_urgent": True,
                     "note": "thick wall"}  # fmt: skip
    words = "__import__('screening.words.codes', fromlist=['x'])"
    choices = asked(server, f"[[code for code, _ in words] for words in ({words}.LIMITS, {words}.RECOMMENDATIONS)]")
    assert limits == choices[0][1] and recommended == choices[1][1]
    keys.press("Control+Enter")
    stand(page, "impression")
    seen(page, "CXR")
    assert id_of(page) != consult
    assert complaints == []


def test_a_comment_just_typed_is_fixed_with_the_final_read(server: Server, sign_in: Any, complaints: list[str]) -> None:
    """With the overlay on, straight from the comment to the final read: no word is lost, the browser is content."""
    made = asked(server, "[str(r.pk) for r in Consult.objects.filter(encounter__patient__name='Synthetic Chi')]")
    page = sign_in("adele", DESK)
    keys = page.keyboard
    page.goto(f"/referrals/{made[0]}/")
    page.locator("form[action$='/claim/'] button").click()
    seen(page)
    page.locator("#panel").focus()
    keys.press("n")
    go_on(page, "impression")
    page.locator("body").press("m")
    page.locator("[data-pane=OD] [data-state]", has_text="heat map shown").wait_for()
    page.locator("body").press("p")
    page.locator("#marks input:focus").wait_for()
    keys.type("beside the vessel")
    go_on(page, "final")
    assert page.locator(".marked").last.inner_text().strip() == "beside the vessel"
    page.locator(".marked button").last.click()
    page.locator(".layer .said").wait_for(state="attached")
    kept = asked(server, f"list(Mark.objects.filter(read__consult={made[0]!r}).values_list('comment', flat=True))")
    assert kept == ["beside the vessel"]
    assert complaints == []


def test_full_screen_keeps_the_patient_on_the_screen(server: Server, sign_in: Any, complaints: list[str]) -> None:
    make(server, 1, first=11200)
    page = sign_in("oscar", DESK)
    page.goto("/worklist/")
    page.keyboard.press("n")
    stand(page, "impression")
    seen(page)
    page.locator("body").press("f")
    until(page, "Boolean(document.fullscreenElement)")
    banner, stage = (page.locator(each).first.bounding_box() for each in ("header.patient", "[data-stage]"))
    assert page.locator("header.patient h1").is_visible() and page.locator("header.patient h1").inner_text()
    assert banner["y"] >= 0 and banner["y"] + banner["height"] <= stage["y"]
    page.locator("body").press("f")
    until(page, "!document.fullscreenElement")
    page.locator("#panel").wait_for()
    assert complaints == []


def test_an_angle_is_drawn_and_moved_with_the_keys(server: Server, sign_in: Any) -> None:
    make(server, 1, first=11300)
    page = sign_in("oscar", DESK)
    page.goto("/worklist/")
    page.keyboard.press("n")
    stand(page, "impression")
    seen(page)
    page.locator("body").press("j")
    said = page.locator("[data-measured]")
    said.filter(has_text="90").wait_for(state="attached")
    tab_to(page, ".layer .angle [data-handle]")
    for _n in range(4):
        page.keyboard.press("Shift+ArrowDown")
    degrees = float(re.findall(r"[\d.]+", said.inner_text())[0])
    assert 91 < degrees < 180, "the corner came nearer to the line between the arms"
    page.keyboard.press("Delete")
    assert page.locator(".layer .angle").count() == 0
