"""The keys of phones on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_the_keys_are_listed_and_renewed(cast: Cast, settings: Any, tmp_path: Path, capsys: Any) -> None:
    settings.FIELDLIGHT_PHONE_KEYS = str(tmp_path / "keys")
    call_command("phone_keys")
    call_command("phone_keys", "--new")
    said = capsys.readouterr().out.splitlines()
    assert ["current" in line for line in said] == [True, False, True]
