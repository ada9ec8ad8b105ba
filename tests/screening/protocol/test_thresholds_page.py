"""From a calibration file to a signed threshold: refused where a number was touched, explored, proposed, signed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from inference.models import ModelVersion, OperatingPoint
from inference.thresholds.calibration import operating_table
from screening.models import Calibration, Proposal, SignOff
from screening.protocol import calibration_file, in_force
from screening.refusal import Refused
from tests import calibrations, hostile
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
AT = "/models/tb-chest/"
MANIFEST = {"capture_classes": ["dicom", "film_lightbox"], "output": {"positive": ["tb"]}}


@pytest.fixture
def version(cast: Cast) -> ModelVersion:
    found = make.model_version("chest", "finding")
    ModelVersion.objects.filter(pk=found.pk).update(manifest=MANIFEST)
    found.refresh_from_db()
    return found


@pytest.fixture
def said(version: ModelVersion) -> dict[str, Any]:
    return calibrations.calibration(version.pk)


def changed(said: dict[str, Any], **point: Any) -> dict[str, Any]:
    return {**said, "operating_point": {**said["operating_point"], **point}}


def handed_in(client: Client, content: Any, then: str = "propose", **more: Any) -> Any:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    file = SimpleUploadedFile("calibration.json", data, "application/json")
    return client.post(f"{AT}calibrations/", {"calibration": file, "then": then, **more}, follow=True)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --------------------------------------------------------------------------------------------- from file to signature


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


@pytest.mark.parametrize("wrong", hostile.documents({"schema": 2}))
def test_a_calibration_no_reader_may_take_is_refused(cast: Cast, wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        calibration_file.take_in(cast.tessa, cast.eye, hostile.documents({"schema": 2})[wrong])
    assert refused.value.code == "bad_calibration"


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


# ------------------------------------------------------------------------------------------------------- the explorer


@pytest.fixture
def explored(cast: Cast, said: dict[str, Any]) -> str:
    kept = calibration_file.take_in(cast.tessa, cast.chest, json.dumps(said).encode())
    return f"{AT}calibrations/{kept.pk}/"


def plots(page: Any) -> dict[str, Any]:
    found = re.search(r'<script id="plots" type="application/json">(.+?)</script>', page.content.decode())
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


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
