"""What makes two spellings one: names, telephone numbers and local numbers, folded. Pure.

The phone folds the same way (`static/js/app/fold.js`); one table of pairs tests both (`tests/folding.json`).

Not folded: the vowels of Devanagari (राम and रमा are two people), and one script into another.
"""

from __future__ import annotations

import re
import unicodedata

# Accents and points that people leave out. Not the vowel signs and the virama of Indic scripts: those are letters.
MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8"
    "\u06ea-\u06ed\u093c\u0951-\u0954\u09bc\u0a3c\u0abc\u0b3c\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Apostrophes of any kind, the hamza on the line, the tatweel, and what only steers how letters join.
SILENT = re.compile("['`\u00b4\u2018\u2019\u201b\u2032\u02b0-\u02ff\uff07\u0621\u0640\u00ad\u200b-\u200f\u2060\ufeff]")
LETTERS = str.maketrans(
    {
        "ß": "ss", "ı": "i", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h",
        "ŋ": "n", "ς": "σ",
        # Arabic: alef wasla; alef maqsura and Persian ya; ta marbuta and the h of Urdu; Persian kaf.
        "\u0671": "\u0627", "\u0649": "\u064a", "\u06cc": "\u064a", "\u0629": "\u0647", "\u06be": "\u0647",
        "\u06c1": "\u0647", "\u06c3": "\u0647", "\u06d5": "\u0647", "\u06a9": "\u0643",
        "\u0901": "\u0902",  # Devanagari: chandrabindu and anusvara
    }
)  # fmt: skip
# A nasal before a consonant is written out (हिन्दी) or as an anusvara (हिंदी).
NASAL = re.compile("[\u0919\u091e\u0923\u0928\u092e]\u094d(?=[\u0915-\u0939])")
BLANKS_AND_DASHES = re.compile(r"[\s\u2010-\u2015\u2212\uff0d_-]+")
DIALLED = 9  # digits that tell a telephone, whatever stands before them: 0, +254, 00254


def fold(text: str) -> str:
    """The text without what spellings differ in: case, accents, apostrophes, letter forms, the script of its digits."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = SILENT.sub("", MARKS.sub("", plain)).translate(LETTERS)
    plain = NASAL.sub("\u0902", plain)
    return unicodedata.normalize("NFC", "".join(map(_digit, plain)))


def words(text: str) -> list[str]:
    """The folded words, split at blanks and punctuation, in their order."""
    return "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in fold(text)).split()


def digits(text: str) -> str:
    """Only the digits, as a keypad has them."""
    return "".join(one for one in map(_digit, text) if "0" <= one <= "9")


def telephone(text: str) -> str:
    """What tells a telephone from another: its last nine digits, or all of a shorter one, without leading zeros."""
    return digits(text)[-DIALLED:].lstrip("0")


def local_number(text: str) -> str:
    """A local number without case, blanks and dashes. Leading zeros stay: 042 and 42 may be two cards."""
    return BLANKS_AND_DASHES.sub("", fold(text))


def _digit(one: str) -> str:
    value = unicodedata.decimal(one, None)
    return one if value is None else str(value)
