"""The explorer of thresholds: where the target is proved, in numbers that are the arithmetic of the counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from inference.models import ModelVersion
from inference.thresholds.calibration import operating_table
from screening.models import Proposal
from tests import calibrations
from tests.cast import Cast
from tests.screening.handing_in import MANIFEST, handed_in, plots, text

SignIn = Callable[[User | None], Client]
AT = "/models/tb-chest/"


def test_looking_first_proposes_nothing(cast: Cast, said: dict[str, Any], signed_in: SignIn) -> None:
    page = handed_in(signed_in(cast.maya), said, then="look")
    assert "is proved at threshold" in text(page) and not Proposal.objects.exists()
    assert plots(page)["rows"][plots(page)["at"]]["threshold"] == said["operating_point"]["threshold"]


def test_it_says_where_the_target_is_proved_and_where_not(cast: Cast, explored: str, signed_in: SignIn) -> None:
    client = signed_in(cast.samuel)
    told = plots(client.get(explored, {"target": 90, "people": 1000}))
    assert all(row["proved"] == (row["lower"] >= 0.9) for row in told["rows"])
    proved = [row["proved"] for row in told["rows"]]
    assert proved == sorted(proved, reverse=True) and True in proved and False in proved
    page = text(client.get(explored, {"target": 99.5, "people": 1000}))
    assert "is not proved at any threshold" in page and "598" in page  # all of 598 must be found to prove 0.995


def test_what_it_reads_out_is_the_arithmetic_of_the_counts(cast: Cast, explored: str, signed_in: SignIn) -> None:
    asked = {"target": 90, "prevalence": 2, "people": 5000, "screen_cost": 4, "confirm_cost": 15, "threshold": 0.5}
    page = signed_in(cast.maya).get(explored, asked)
    told = plots(page)
    row = told["rows"][told["at"]]
    counts = next(r for r in operating_table(*calibrations.scores()) if r.threshold == row["threshold"])
    found = 100 * counts.tp / 120
    false = 4900 * counts.fp / 200
    assert row["missed"] == pytest.approx(100 - found) and row["needless"] == pytest.approx(false)
    assert row["tests"] == pytest.approx(found + false) and row["referred"] == pytest.approx((found + false) / 5000)
    assert row["said"]["ppv"] == f"{100 * found / (found + false):.1f}\u00a0%"
    assert row["said"]["cost"] == f"{(5000 * 4 + (found + false) * 15) / found:.0f}"
    assert all(value in page.content.decode() for value in row["said"].values())


def test_one_number_that_makes_no_sense_leaves_the_others_as_typed(
    cast: Cast, explored: str, signed_in: SignIn
) -> None:
    page = text(signed_in(cast.maya).get(f"{explored}?target=97&prevalence=200&people=1000"))
    assert "97 %" in page and 'role="alert"' in page
    assert "Propose" not in page
    assert "-0.0" not in text(signed_in(cast.maya).get(explored))


def test_without_script_the_slider_and_the_numbers_are_a_form_and_a_table(
    cast: Cast, explored: str, signed_in: SignIn
) -> None:
    client = signed_in(cast.maya)
    page = client.get(explored, {"target": 90, "people": 1000, "at": 0})
    assert plots(page)["at"] == 0 and 'type="range"' in text(page) and "<table" in text(page)
    assert text(page).count("<tr") == len(plots(page)["rows"]) + 1
    for at in ("999999", "-4", "x", "nan", "1e999"):
        assert client.get(explored, {"target": 90, "people": 1000, "at": at}).status_code == 200
    wrong = text(client.get(explored, {"target": "x", "people": -1}))
    assert 'role="alert"' in wrong and "is proved at threshold" in wrong


def test_another_programmes_calibration_is_nobodys(cast: Cast, explored: str, signed_in: SignIn) -> None:
    client = signed_in(cast.maya)
    assert client.get(explored.replace("tb-chest", "diabetic-eye")).status_code == 404
    cast.chest.sites.clear()
    assert client.get(explored).status_code == 404


def test_a_pack_that_brings_its_curve_is_explored_and_proposed_from(
    cast: Cast, version: ModelVersion, signed_in: SignIn
) -> None:
    values, truth = calibrations.scores()
    rows = [[r.threshold, r.tp, r.fp, r.tn, r.fn] for r in operating_table(values, truth)]
    told = {"label": "tb", "capture_classes": ["dicom"], "use": "screening", "data": "the makers' set",
            "confidence": 0.95, "measured_on": "2026-11-01", "rows": rows}  # fmt: skip
    ModelVersion.objects.filter(pk=version.pk).update(manifest={**MANIFEST, "curve": told})
    client, at = signed_in(cast.maya), f"{AT}packs/{version.pk}/dicom/"
    assert at in text(client.get(AT))
    row = next(row for row in reversed(plots(client.get(at))["rows"]) if row["proved"])
    sent = {"threshold": row["threshold"], "target": "0.9", "version": version.pk, "capture": "dicom"}
    assert "A second person must sign it" in text(client.post(f"{AT}thresholds/", sent, follow=True))
    assert client.get(at.replace("dicom", "screen_photo")).status_code == 404
    assert client.get(f"{AT}packs/{'0' * 64}/dicom/").status_code == 404
