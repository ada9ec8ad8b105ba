"""Numbers are shown in the digits people read."""

from __future__ import annotations

import pytest

from screening.words.digits import local


@pytest.mark.parametrize(
    ("language", "shown"), [("ar", "٢٩.٥ mm"), ("ar-sd", "٢٩.٥ mm"), ("hi", "29.5 mm"), ("en", "29.5 mm")]
)
def test_digits_are_those_of_the_language(language: str, shown: str) -> None:
    assert local("29.5 mm", language) == shown


def test_a_number_need_not_be_text() -> None:
    assert local(42, "ar") == "٤٢"
