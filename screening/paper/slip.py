"""The slip as a PDF to print or to send on, with pictograms for who does not read and a QR code that names the visit.

Shaped with HarfBuzz, so that Arabic and Hindi join as they must. The fonts lie beside this module (OFL).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.staticfiles import finders
from django.utils import formats, translation
from django.utils.translation import gettext as _

from screening.models import Encounter
from screening.visit.hand_in import missing_views
from screening.words import sentences
from screening.words.digits import local
from screening.words.sentences import Stand

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
FAMILIES = ("NotoSans", "NotoSansDevanagari", "NotoSansArabic")
A5 = (148.0, 210.0)  # millimetres
MARGIN, QR_SIDE = 12.0, 30.0
RIGHT_TO_LEFT = frozenset({"ar"})
INK, SOFT = (16, 38, 43), (67, 88, 93)
PICTOGRAM, BETWEEN = 17.0, 5.0  # millimetres
SYMBOL = re.compile(r'<symbol id="([a-z-]+)" (viewBox="[^"]*") ([^>]*)>(.*?)</symbol>', re.DOTALL)
# What comes of it, and when: pictograms in static/img/pictograms.svg.
TOLD = {
    Stand.RECALL: ("home", "calendar"),
    Stand.REFER: ("clinic", "calendar"),
    Stand.REFER_URGENT: ("hurry", "clinic"),
    Stand.SPECIALIST: ("doctor", "come-back"),
    Stand.RETAKE: ("again",),
    Stand.MISSING: ("again",),
    Stand.ASSESSING: ("come-back",),
}


@dataclass(frozen=True)
class Pen:
    """The page being written, in one language."""

    pdf: FPDF
    language: str

    @property
    def rtl(self) -> bool:
        return self.language in RIGHT_TO_LEFT

    def line(self, text: object, size: float = 10, *, bold: bool = False, soft: bool = False, room: float = 0) -> None:
        """One paragraph; `room` keeps that many millimetres free at the end of the line (for the code)."""
        self.pdf.set_font(FAMILIES[0], "B" if bold else "", size)
        self.pdf.set_text_color(*(SOFT if soft else INK))
        if room and self.rtl:
            self.pdf.set_x(MARGIN + room)
        self.pdf.multi_cell(
            self.pdf.epw - room, size * 0.5, str(text), align="R" if self.rtl else "L",
            new_x="LMARGIN", new_y="NEXT",
        )  # fmt: skip

    def words(self, text: object, size: float = 11, *, bold: bool = False, soft: bool = False, room: float = 0) -> None:
        """A line of words, its numbers in the reader's digits. Never for a telephone number or an id."""
        self.line(local(text, self.language), size, bold=bold, soft=soft, room=room)

    def gap(self, height: float = 2) -> None:
        self.pdf.ln(height)


def slip(encounter: Encounter, language: str, address: str) -> bytes:
    """The answer on one A5 page, in `language`; `address` goes into the code. The encounter comes `with_standing`."""
    with translation.override(language):
        pen = Pen(_page(language), language)
        _code(pen, address)
        _head(pen, encounter)
        _answer(pen, sentences.answer(encounter), pictograms(encounter), lacks(encounter))
        _foot(pen, encounter)
        return bytes(pen.pdf.output())


def _page(language: str) -> FPDF:
    # Here and not at the top: a third of a second and the font tools, for the few requests that want paper.
    from fpdf import FPDF

    pdf = FPDF(format=A5)
    pdf.set_margin(MARGIN)
    for family in FAMILIES:
        pdf.add_font(family, "", FONTS / f"{family}-Regular.ttf")
        pdf.add_font(family, "B", FONTS / f"{family}-Bold.ttf")
    # A glyph the first font lacks is dropped silently unless another one is asked.
    pdf.set_fallback_fonts(list(FAMILIES[1:]), exact_match=False)
    pdf.set_text_shaping(True)
    pdf.set_lang(language)
    pdf.set_title("Fieldlight")
    pdf.add_page()
    return pdf


def _code(pen: Pen, address: str) -> None:
    """The QR code in the upper corner, drawn as squares. Never Micro QR, which phones cannot read."""
    matrix = code(address)
    side = QR_SIDE / len(matrix)
    left = MARGIN if pen.rtl else pen.pdf.w - MARGIN - QR_SIDE
    pen.pdf.set_fill_color(0, 0, 0)
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            if dark:
                pen.pdf.rect(left + column * side, MARGIN + row * side, side * 1.02, side * 1.02, style="F")


def code(address: str) -> list[bytearray]:
    """The dark and light cells of the QR code, with its quiet border of four."""
    import segno

    return [bytearray(row) for row in segno.make_qr(address, error="m").matrix_iter(border=4)]


def _head(pen: Pen, encounter: Encounter) -> None:
    patient = encounter.patient
    day = formats.date_format(encounter.day, "DATE_FORMAT")
    room = QR_SIDE + 3
    pen.line(encounter.site, 12, bold=True, room=room)
    pen.line(encounter.programme.name, 9, soft=True, room=room)
    pen.words(day, 9, soft=True, room=room)
    pen.gap()
    if patient.synthetic:
        pen.line(_("Synthetic: drawn, not a real person"), 9, bold=True, room=room)
    pen.line(patient.name, 15, bold=True, room=room)
    years = _("%(age)s years, %(sex)s") % {"age": encounter.age, "sex": patient.get_sex_display()}
    pen.words(years, 10, room=room)
    if patient.local_id:
        pen.line(_("Local number"), 8, soft=True, room=room)
        pen.line(patient.local_id, 10, room=room)
    if patient.phone:
        pen.line(patient.phone, 10, room=room)
    pen.pdf.set_y(max(pen.pdf.get_y(), MARGIN + QR_SIDE) + 4)


def pictograms(encounter: Encounter) -> tuple[str, ...]:
    """The names of the pictograms that tell the answer: first what was done. Empty where there is nothing to tell."""
    told, done = TOLD.get(sentences.stand(encounter)), encounter.programme.kind.look.pictogram
    return (*([done] if done else []), *told) if told else ()


@cache
def _drawings() -> dict[str, str]:
    """Each pictogram as a drawing of its own, in ink."""
    found = finders.find("img/pictograms.svg")
    ink = "#{:02x}{:02x}{:02x}".format(*INK)
    sheet = Path(str(found)).read_text().replace("currentColor", ink)
    start = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"'
    return {name: f"{start} {box}><g {pen}>{body}</g></svg>" for name, box, pen, body in SYMBOL.findall(sheet)}


def _draw(pen: Pen, names: tuple[str, ...]) -> None:
    """The pictograms in a row, in the direction one reads."""
    top = pen.pdf.get_y()
    for place, name in enumerate(names):
        along = place * (PICTOGRAM + BETWEEN)
        left = pen.pdf.w - MARGIN - PICTOGRAM - along if pen.rtl else MARGIN + along
        pen.pdf.image(BytesIO(_drawings()[name].encode()), x=left, y=top, w=PICTOGRAM, h=PICTOGRAM)
    pen.pdf.set_xy(MARGIN, top + PICTOGRAM)


def lacks(encounter: Encounter) -> str:
    """The sentence that a required photo is missing: who reads the slip must not take it for a whole answer."""
    return sentences.lacking(encounter, missing_views(encounter))


def _answer(pen: Pen, answer: sentences.Answer, told: tuple[str, ...], missing: str) -> None:
    pen.pdf.set_draw_color(*INK)
    pen.pdf.line(MARGIN, pen.pdf.get_y(), pen.pdf.w - MARGIN, pen.pdf.get_y())
    pen.gap(3)
    pen.words(answer.badge.words, 18, bold=True)
    pen.gap()
    _draw(pen, told)
    pen.gap()
    pen.words(answer.what, 11)
    for name, said in ((_("When"), answer.when), (_("Where"), answer.where), (_("Why"), answer.why)):
        if said:
            pen.gap()
            pen.line(name, 9, soft=True)
            pen.words(said, 11)
    if missing:
        pen.gap()
        pen.words(missing, 11, bold=True)
    if answer.advice:
        pen.gap()
        pen.words(answer.advice, 11)
    pen.gap(3)
    pen.line(_by(answer), 9, soft=True)


def _by(answer: sentences.Answer) -> str:
    if answer.by_specialist:
        return _("A specialist has looked at the pictures.")
    return _("Result of a screening with the help of a computer (AI). No specialist had looked when this was printed.")


def _foot(pen: Pen, encounter: Encounter) -> None:
    pen.pdf.set_y(pen.pdf.h - MARGIN - 24)
    pen.pdf.line(MARGIN, pen.pdf.get_y(), pen.pdf.w - MARGIN, pen.pdf.get_y())
    pen.line(_("Name and signature"), 8, soft=True)
    pen.gap(8)
    pen.line(encounter.pk, 7, soft=True)


def picture_of(address: str) -> str:
    """The QR code as an image address for a page (a data URI)."""
    import segno

    return str(segno.make_qr(address, error="m").svg_data_uri(scale=3, border=4))


def name_of(encounter: Encounter) -> str:
    """A file name that names nobody."""
    return f"slip-{str(encounter.pk)[:8]}.pdf"
