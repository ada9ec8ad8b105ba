"""Settings from the environment: read by their type, and a wrong one stops the start with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from deploy import env

NAME = "FIELDLIGHT_OF_THIS_TEST"


@pytest.mark.parametrize(("said", "read"), [("", 7), ("1", 1), ("9", 9)])
def test_a_number_within_its_limits_is_read(monkeypatch: pytest.MonkeyPatch, said: str, read: int) -> None:
    monkeypatch.setenv(NAME, said)
    assert env.number(NAME, 7, low=1, high=9) == read


@pytest.mark.parametrize("said", ["0", "10", "two", "1.5"])
def test_any_other_number_stops_the_start(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(NAME, said)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be a whole number from 1 to 9"):
        env.number(NAME, 7, low=1, high=9)


def test_a_flag_is_yes_no_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, read in (("", True), ("ON", True), ("yes", True), ("0", False), ("off", False)):
        monkeypatch.setenv(NAME, said)
        assert env.flag(NAME, True) is read, said
    monkeypatch.setenv(NAME, "perhaps")
    with pytest.raises(ImproperlyConfigured, match="1 or 0"):
        env.flag(NAME)


def test_words_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " a, b,,")
    assert env.words(NAME, ["z"]) == ["a", "b"]
    monkeypatch.delenv(NAME)
    assert env.words(NAME, ["z"]) == ["z"]


def test_a_secret_is_made_once_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys" / "one"
    first = env.secret(NAME, file)
    assert len(first) >= 50 and env.secret(NAME, file) == first
    assert file.stat().st_mode & 0o077 == 0
    monkeypatch.setenv(NAME, "given")
    assert env.secret(NAME, file) == "given"


def test_a_secret_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "one"
    file.write_text("x")
    file.chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        env.secret(NAME, file)
