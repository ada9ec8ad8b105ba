"""Texts of the pure rules: marked here for the catalogues, translated by whoever shows them. Pure."""

from __future__ import annotations


def untranslated(text: str) -> str:
    """The text itself. Imported as `_`, so that `manage.py messages` finds what it is given."""
    return text
