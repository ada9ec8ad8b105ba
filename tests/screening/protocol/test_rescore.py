"""Stored pictures, scored again."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from inference.models import Run
from screening.protocol import in_force, rescore
from tests import factories as make
from tests.cast import Cast


def test_stored_pictures_are_queued_for_a_trial(cast: Cast, old: make.Models) -> None:
    make.pictured(make.visit(cast.chest), "CXR")
    version = make.model_version("chest", "finding")
    in_force.shadow(cast.tessa, cast.chest, "finding", version)
    out = StringIO()
    call_command("rescore", "--trial", stdout=out)
    assert "1 pictures queued" in out.getvalue()
    assert Run.objects.get(model_version=version).aside
    assert rescore.queue_missing(cast.chest, version, aside=True) == 0
