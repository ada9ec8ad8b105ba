"""The page of a trial: nothing to compare is said, and no patient is shown."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from inference.models import ModelVersion
from tests import factories as make
from tests.cast import Cast
from tests.screening.models_page import both, text

SignIn = Callable[[User | None], Client]
AT = "/models/tb-chest/"


def test_no_trial_no_comparison(cast: Cast, old: make.Models, signed_in: SignIn) -> None:
    assert signed_in(cast.maya).get(f"{AT}trial/finding/").status_code == 404
    assert signed_in(cast.maya).get(f"{AT}trial/x/").status_code == 404


def test_a_trial_with_nothing_scored_yet_says_so(cast: Cast, trial: ModelVersion, signed_in: SignIn) -> None:
    assert "No picture has been scored by both yet" in text(signed_in(cast.maya).get(f"{AT}trial/finding/"))


def test_a_manager_sees_no_patient_here(cast: Cast, trial: ModelVersion, signed_in: SignIn) -> None:
    both(cast, trial, 0.9, 0.1)
    name = cast.chest.encounters.get().patient.name
    for person in (cast.maya, cast.tessa):
        page = text(signed_in(person).get(f"{AT}trial/finding/"))
        assert name not in page and "/encounters/" not in page
