"""A file of calibration: the same evidence is proposed once, and never changed."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction

from inference.models import ModelVersion, OperatingPoint
from screening.models import Calibration
from screening.protocol import calibration_file
from screening.refusal import Refused
from tests import hostile
from tests.cast import Cast
from tests.screening.handing_in import changed


def test_other_counts_under_the_same_evidence_are_refused(
    cast: Cast, said: dict[str, Any], version: ModelVersion
) -> None:
    data = json.dumps(said).encode()
    first = calibration_file.take_in(cast.tessa, cast.chest, data)
    assert calibration_file.take_in(cast.maya, cast.chest, data) == first
    calibration_file.propose_file(cast.tessa, first)
    with pytest.raises(Refused, match="proposed already"):
        calibration_file.propose_file(cast.tessa, first)
    assert OperatingPoint.objects.count() == 1
    later = json.dumps(changed(said, expires_on="2098-01-01")).encode()
    with pytest.raises(Refused, match="Name the new set otherwise"):
        calibration_file.propose_file(cast.tessa, calibration_file.take_in(cast.tessa, cast.chest, later))


def test_what_was_handed_in_is_never_changed(cast: Cast, said: dict[str, Any]) -> None:
    calibration_file.take_in(cast.tessa, cast.chest, json.dumps(said).encode())
    with pytest.raises(DatabaseError), transaction.atomic():
        Calibration.objects.update(data="better")


def test_the_command_hands_in_too(cast: Cast, said: dict[str, Any], tmp_path: Path) -> None:
    file, out = tmp_path / "calibration.json", StringIO()
    file.write_text(json.dumps(said))
    words = ("pack", "operating-point", str(file), "--programme", "tb-chest", "--by")
    call_command(*words, "tessa", stdout=out)
    assert "tb ≥" in out.getvalue() and "pack sign" in out.getvalue()
    with pytest.raises(CommandError, match="nobody with the duty"):
        call_command(*words, "samuel")
    file.write_text(json.dumps(changed(said, sensitivity=1.0)))
    with pytest.raises(CommandError, match="contradict each other"):
        call_command(*words, "tessa")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("pack", "operating-point", str(tmp_path / "no"), "--programme", "tb-chest", "--by", "tessa")


@pytest.mark.parametrize("wrong", hostile.documents({"schema": 2}))
def test_a_calibration_no_reader_may_take_is_refused(cast: Cast, wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        calibration_file.take_in(cast.tessa, cast.eye, hostile.documents({"schema": 2})[wrong])
    assert refused.value.code == "bad_calibration"
