"""Handing in a calibration and proposing a threshold: matched, refused with what to do, signed by a second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from inference.models import ModelVersion, OperatingPoint
from screening.models import Calibration, Proposal, SignOff
from screening.protocol import calibration_file, in_force
from screening.refusal import Refused
from tests import calibrations
from tests.cast import Cast
from tests.screening.handing_in import changed, handed_in, plots, text

SignIn = Callable[[User | None], Client]
AT = "/models/tb-chest/"


def test_a_file_becomes_a_proposal_that_a_second_person_signs(
    cast: Cast, said: dict[str, Any], version: ModelVersion, signed_in: SignIn
) -> None:
    page = text(handed_in(signed_in(cast.tessa), said))
    assert "Proposed. A second person must sign it." in page
    proposal = Proposal.objects.get()
    (point,) = proposal.operating_points.all()
    told = said["operating_point"]
    assert (point.threshold, point.sensitivity_lower) == (told["threshold"], told["sensitivity_lower"])
    assert (point.positives, point.negatives, point.data) == (calibrations.ILL, calibrations.WELL, "drawn")
    assert (point.owner, point.expires_on) == (cast.tessa, timezone.localdate() + timedelta(days=365))
    assert cast.chest.threshold_for(version, "dicom") is None
    with pytest.raises(Refused):
        in_force.sign(cast.tessa, proposal, SignOff.Says.APPROVED)
    signed_in(cast.maya).post(f"/proposals/{proposal.pk}/sign/", {"says": "approved"})
    assert cast.chest.threshold_for(version, "dicom") == point
    assert AuditEvent.objects.filter(verb="calibration.handed_in", actor=cast.tessa).count() == 1


def test_the_file_may_name_who_answers_for_it_until_when_and_a_site(
    cast: Cast, said: dict[str, Any], signed_in: SignIn
) -> None:
    told = changed(said, owner="maya", expires_on="2099-01-31")
    handed_in(signed_in(cast.tessa), told, site="north")
    proposal = Proposal.objects.get()
    point = proposal.operating_points.get()
    assert (point.owner, point.expires_on.isoformat(), proposal.site) == (cast.maya, "2099-01-31", cast.north)


def test_groups_come_with_thresholds_of_their_own(cast: Cast, version: ModelVersion, signed_in: SignIn) -> None:
    handed_in(signed_in(cast.tessa), calibrations.calibration(version.pk, groups=("female", "male")))
    strata = Proposal.objects.get().operating_points.values_list("stratum", flat=True)
    assert sorted(strata) == ["", "sex=female", "sex=male"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"sensitivity_lower": 0.97}, "contradict each other"),
    ({"model_version": "b" * 64}, "No installed model has the fingerprint bbbbbbbbbbbb"),
    ({"model_version": None}, "belongs to no installed model"),
    ({"capture_class": "fundus_phone"}, "one of: dicom, film_lightbox"),
    ({"capture_class": "screen_photo"}, "one of: dicom, film_lightbox"),
    ({"expires_on": "2020-01-01"}, "has expired"),
    ({"measured_on": "2199-01-01"}, "dated in the future"),
    ({"use": "triage"}, "--use screening"),
    ({"label": "tb+scar"}, "Calibrate without --label"),
    ({"owner": "nobody-here"}, "Nobody here signs in as nobody-here"),
    ({"target_sensitivity": 0.99}, "The target is not proved"),
]


@pytest.mark.parametrize(("point", "sentence"), REFUSED)
def test_what_does_not_match_is_refused_with_what_to_do(
    cast: Cast, said: dict[str, Any], signed_in: SignIn, point: dict[str, Any], sentence: str
) -> None:
    assert sentence in text(handed_in(signed_in(cast.tessa), changed(said, **point)))
    assert not OperatingPoint.objects.exists() and not Proposal.objects.exists() and not Calibration.objects.exists()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"<html>", b"[]", b"NaN", b'{"schema": NaN}', b"[" * 99_999])
def test_what_is_no_calibration_at_all_is_refused(cast: Cast, signed_in: SignIn, data: bytes) -> None:
    page = text(handed_in(signed_in(cast.tessa), data))
    assert "calibration" in page and not Calibration.objects.exists()
    assert "not a calibration file" in page or "older version" in page


def test_no_file_and_one_too_large_are_refused(cast: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    technician = signed_in(cast.tessa)
    assert "not a calibration file" in text(technician.post(f"{AT}calibrations/", follow=True))
    monkeypatch.setattr(calibration_file, "LARGEST", 10)
    assert "not a calibration file" in text(handed_in(technician, b"{" * 11))


def test_a_gate_and_another_organ_have_no_threshold_here(
    cast: Cast, said: dict[str, Any], version: ModelVersion, signed_in: SignIn
) -> None:
    for changes in ({"modality": "fundus"}, {"modality": "chest", "purpose": "gate"}):
        ModelVersion.objects.filter(pk=version.pk).update(**changes)
        assert "another part of the body" in text(handed_in(signed_in(cast.tessa), said))


def test_who_may_not_propose_may_not_hand_in(cast: Cast, said: dict[str, Any], signed_in: SignIn) -> None:
    assert handed_in(signed_in(cast.samuel), said).status_code == 403
    assert "Hand in a calibration" not in text(signed_in(cast.samuel).get(AT))


def test_a_proved_threshold_is_proposed_and_an_unproved_one_is_not(
    cast: Cast, explored: str, signed_in: SignIn
) -> None:
    client, pk = signed_in(cast.maya), explored.split("/")[-2]
    rows = plots(client.get(explored, {"target": 85, "people": 1000}))["rows"]
    good = next(row for row in reversed(rows) if row["proved"])
    bad = next(row for row in rows if not row["proved"])

    def proposed(row: dict[str, Any], **more: Any) -> str:
        sent = {"threshold": repr(row["threshold"]), "target": "0.85", "calibration": pk, **more}
        return text(client.post(f"{AT}thresholds/", sent, follow=True))

    assert "The target is not proved" in proposed(bad) and not OperatingPoint.objects.exists()
    assert "The target is not proved" in proposed(good, target="1") and not OperatingPoint.objects.exists()
    assert "A second person must sign it" in proposed(good)
    point = Proposal.objects.get().operating_points.get()
    assert (point.threshold, point.target_sensitivity, point.owner) == (good["threshold"], 0.85, cast.tessa)
    unproved = text(client.get(explored, {"target": 85, "people": 1000, "threshold": bad["threshold"]}))
    assert "It cannot be proposed" in unproved
    for sent in ({"threshold": "x"}, {"threshold": "0.5", "target": "0.9", "calibration": "x"}):
        assert client.post(f"{AT}thresholds/", sent).status_code == 404
