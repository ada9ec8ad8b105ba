"""The life of a model on the command line: proposed, signed, on trial, rolled back."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from screening.models import Proposal
from tests import factories as make
from tests.cast import Cast


def said(*words: object) -> str:
    out = StringIO()
    call_command("pack", *map(str, words), stdout=out)
    return out.getvalue()


def test_the_life_of_a_model_on_the_command_line(cast: Cast, old: make.Models) -> None:
    version = make.model_version("chest", "finding")
    make.operating_point(version, "dicom", 0.2)
    here, name = ("--programme", "tb-chest"), version.sha256[:12]
    assert "decides nothing" in said("shadow", name, *here, "--by", "tessa")
    assert "on trial in tb-chest" in said("list")
    told = said("activate", name, *here, "--by", "tessa")
    assert "referable ≥ 0.200 (dicom)" in told
    number = str(Proposal.objects.get().pk)[:8]
    with pytest.raises(CommandError, match="nobody with the duty"):
        said("sign", number, "--by", "tessa")
    assert "Approved" in said("sign", number, "--by", "maya")
    assert "in force in tb-chest" in said("list")
    assert "back to" in said("rollback", *here, "--by", "tessa")
    assert cast.chest.model_in_force("finding") == old.finding
    with pytest.raises(CommandError, match="no earlier model"):
        said("rollback", *here, "--by", "maya")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("activate", "nothing", "--programme", "tb-chest", "--by", "tessa"), "No pack 'nothing' is installed"),
        (("activate", "chest-gate", "--programme", "x", "--by", "tessa"), "looks after no programme"),
        (("activate", "chest-gate", "--programme", "tb-chest", "--by", "amina"), "nobody with the duty"),
        (("activate", "chest-gate", "--programme", "tb-chest", "--by", "nobody"), "nobody with the duty"),
        (("activate", "chest-gate", "--programme", "tb-chest", "--by", "tessa", "--site", "x"), "no site"),
        (("activate", "chest-gate", "--programme", "tb-chest", "--by", "tessa"), "in force already"),
        (("shadow", "chest-gate", "--programme", "diabetic-eye", "--by", "tessa"), "another part of the body"),
        (("sign", "abc", "--by", "maya"), "names 0 open proposals: none is open"),
    ],
)
def test_a_command_that_cannot_be_obeyed_says_why(
    cast: Cast, old: make.Models, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        said(*words)
