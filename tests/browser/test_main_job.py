"""From a photo handed in on a phone to a specialist's answer back on that phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser import visits
from tests.browser.conftest import DESK, PHONE


def test_two_eyes_from_the_phone_to_the_specialist_and_back(
    sign_in: Any, pictures: Path, complaints: list[str]
) -> None:
    worker = sign_in("amina", PHONE)
    visits.enrol(worker, "Journey Person")
    visits.start(worker, "diabetic-eye")
    visits.answer(worker, diabetes="type2", diabetes_years="9", sudden_loss="yes")
    visits.taken_with(worker, "fundus_tabletop")
    visits.hand_over(worker, "OD", pictures / "diseased-R.jpg")
    visits.hand_over(worker, "OS", pictures / "healthy-L.jpg")
    visits.hand_in(worker)
    text = visits.answered(worker, "refer urgently")
    assert not re.search(r"\b0\.\d", text), "a field worker never sees a bare score"

    reader = sign_in("olivia", DESK)
    pseudonym = read_first_of(reader, "Refer urgently")
    assert pseudonym.startswith("P-")
    grade(reader, icdr="4")
    final = reader.locator("#panel[data-standing=final]")
    final.wait_for()
    assert "What the AI found" in final.inner_text()
    reader.locator("[data-submit]").click()
    reader.get_by_text("The field worker has been told").wait_for()

    text = visits.answered(worker, "specialist has", seconds=60)
    assert "Refer" in text
    assert complaints == []


def read_first_of(reader: Any, words: str) -> str:
    """Claim the first consult of a person (not a drawn patient) from the worklist."""
    rows = reader.locator("tr", has=reader.get_by_role("button", name="Read")).filter(has_not_text="Synthetic")
    rows.first.wait_for()
    pseudonym = rows.first.locator(".pseudonym").inner_text()
    rows.first.get_by_role("button").click()
    reader.locator("#panel[data-standing=impression]").wait_for()
    body = reader.content()
    assert "What the AI found" not in body and "heat.png" not in body, "blind until the first impression"
    return str(pseudonym)


def grade(reader: Any, icdr: str) -> None:
    for eye, level in (("OD", icdr), ("OS", "0")):
        for field, value in (("gradability", "gradable"), ("icdr", level), ("dme", "none")):
            reader.locator(f"label:has([name='{eye}-{field}'][value='{value}'])").click()
    reader.locator("[data-submit]").click()


def test_a_dicom_film_is_taken_and_symptoms_refer(sign_in: Any, pictures: Path, complaints: list[str]) -> None:
    worker = sign_in("benjamin", PHONE)
    visits.enrol(worker, "Film Person", sex="Male")
    visits.start(worker, "tb-chest")
    visits.answer(worker, cough="yes")
    visits.hand_over(worker, "CXR", pictures / "film.dcm")
    visits.hand_in(worker)
    visits.answered(worker, r"\brefer\b")
    assert complaints == []


@pytest.mark.parametrize(
    ("file", "words"),
    [("notes.txt", "JPEG"), ("empty.jpg", "empty"), ("cut.jpg", "again"), ("ct.dcm", "CT|modality|body|film")],
)
def test_what_is_no_picture_is_refused_in_words_beside_its_view(
    sign_in: Any, pictures: Path, file: str, words: str
) -> None:
    import re

    worker = sign_in("benjamin", PHONE)
    visits.enrol(worker, f"Refused {file}", sex="Male")
    visits.start(worker, "tb-chest")
    visits.answer(worker)
    visits.taken_with(worker, "film_lightbox")
    visits.hand_over(worker, "CXR", pictures / file)
    said = worker.locator("#refusal-CXR").inner_text()
    assert "Not taken" in said and re.search(words, said, re.IGNORECASE), said
    assert worker.locator("li.shot").count() == 0


def test_the_manager_sees_true_numbers_and_the_list_behind_each(sign_in: Any) -> None:
    manager = sign_in("maya", DESK)
    manager.goto("/figures/diabetic-eye/")
    link = manager.locator("a[href*='/figures/diabetic-eye/']").first
    link.wait_for()
    link.click()
    manager.wait_for_load_state()
    assert "Synthetic Ada" not in manager.content(), "drawn patients are never counted"
