"""What a patient takes home: whole, shaped, in every language, with a code a phone can read."""

from __future__ import annotations

import logging
import re
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from screening.models import Encounter
from screening.paper import slip
from tests import factories as make
from tests.cast import Cast

LANGUAGES = ["en", "fr", "es", "hi", "sw", "ar"]


@pytest.fixture
def visit(cast: Cast) -> Encounter:
    make.models(cast.eye)
    patient = make.enrolled(cast.north, name="मरियम مريم Mariam", local_id="DR-2")
    pk = make.referred(cast.eye, cast.north, patient=patient).encounter_id
    return Encounter.objects.with_standing().get(pk=pk)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_slip_is_a_pdf_and_no_glyph_is_dropped(visit: Encounter, language: str, caplog: Any) -> None:
    with caplog.at_level(logging.WARNING):
        data = slip.slip(visit, language, "https://example.org/encounters/1/")
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page\n") == 1
    assert not [record.message for record in caplog.records if "missing" in record.message.lower()]
    assert len(data) < 400_000


def test_who_cannot_read_is_told_by_pictograms(visit: Encounter) -> None:
    names = slip.pictograms(visit)
    assert names[0] == "eye" and len(names) == 3
    told = {name for names in slip.TOLD.values() for name in names} | {"eye", "chest"}
    assert told <= set(slip._drawings()), "each is drawn"
    assert "currentColor" not in "".join(slip._drawings().values())
    page = slip._page("en")
    slip._draw(slip.Pen(page, "en"), names)
    drawn = page.pages[1].contents
    assert drawn is not None and drawn.count(b" c\n") + drawn.count(b" c ") >= 12, (
        "curves on the page, not an empty box"
    )


def test_the_fonts_hold_every_letter_we_write() -> None:
    """Sentences of each language, shaped: no box, no dropped glyph."""
    said = {
        "hi": "मरीज़ को आज ही अस्पताल भेजें। क्षेत्र, त्र, ज्ञ, श्री, र्क",
        "ar": "أرسل المريض إلى المستشفى اليوم. لا، الآن؛ مؤسسة ٢٠٢٦",
        "fr": "Envoyez le patient à l’hôpital aujourd’hui – œil, naïf, « ça »",
        "es": "¿Fue la paciente? ¡Sí! Mañana, año, corazón",
        "sw": "Mpeleke mgonjwa hospitalini leo. Ng’ombe",
        "en": "Come back in 12 months – “sooner” if sight gets worse …",
    }
    pdf: Any = slip._page("en")
    fonts = [set(pdf.fonts[key].cmap) for key in ("notosans", "notosansdevanagari", "notosansarabic")]
    for language, text in said.items():
        lacking = {letter for letter in text if not any(ord(letter) in font for font in fonts)}
        assert not lacking, (language, lacking)


def test_the_code_can_be_read(visit: Encounter) -> None:
    address = f"https://clinic.example/encounters/{visit.pk}/"
    matrix = np.array([list(row) for row in slip.code(address)], dtype=np.uint8)
    picture = np.kron(1 - matrix, np.ones((8, 8), dtype=np.uint8)) * 255
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address


def test_the_page_has_the_code_and_the_file(cast: Cast, visit: Encounter, signed_in: Any) -> None:
    amina: Client = signed_in(cast.amina)
    page = amina.get(reverse("slip", args=[visit.pk])).content.decode()
    assert 'src="data:image/svg+xml' in page
    answer = amina.get(reverse("slip_pdf", args=[visit.pk]) + "?in=ar")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "attachment" in answer["Content-Disposition"]
    assert visit.patient.name not in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert signed_in(cast.benjamin).get(reverse("slip_pdf", args=[visit.pk])).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_explained_in_the_patients_language(cast: Cast, visit: Encounter, signed_in: Any, language: str) -> None:
    page = signed_in(cast.amina).get(reverse("explain", args=[visit.pk]) + f"?in={language}").content.decode()
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page
    assert "pictograms.svg#eye" in page and "pictograms.svg#clinic" in page
    assert not re.search(r"\b0[.,]\d", page.split("<article")[1].split("</article>")[0]), "no bare score"
    assert translation.get_language() == "en"
