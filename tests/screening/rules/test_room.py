"""The room of the rules: one face, and no name that hides a module."""

from __future__ import annotations

from pathlib import Path

from screening import rules


def test_no_name_of_the_room_hides_one_of_its_modules() -> None:
    modules = {path.stem for path in Path(rules.__path__[0]).glob("*.py")}
    assert not modules & set(rules.__all__)
