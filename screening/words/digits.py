"""Numbers in the digits people read: for display only, never for what is stored, typed or sent. Pure."""

from __future__ import annotations

# Unicode CLDR's default numbering systems: Arabic has its own digits, Hindi writes Latin ones.
SYSTEMS = {"ar": "arab"}
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def local(text: object, language: str) -> str:
    """The text with every digit as the language writes it."""
    said = str(text)
    return said.translate(ARABIC) if SYSTEMS.get(language[:2]) == "arab" else said
