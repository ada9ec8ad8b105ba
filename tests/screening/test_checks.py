"""Warnings at the start: each for its reason, none in order, never an error before the first migration."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Membership
from inference import checks as inference_checks
from inference.models import OperatingPoint
from screening import checks
from screening.models import Certificate, ConsentText, Programme
from tests import factories as make
from tests.cast import Cast


@pytest.fixture
def ready(cast: Cast) -> Cast:
    """Both programmes complete: models, thresholds, texts; readers and adjudicators at both sites."""
    for programme in (cast.eye, cast.chest):
        make.models(programme)
    return cast


def told() -> Counter[str]:
    return Counter(str(warning.id) for warning in checks.programmes(databases=["default"]))


def test_a_complete_installation_has_nothing_to_be_told(ready: Cast) -> None:
    assert told() == Counter()


def test_a_programme_without_models_is_told_once_per_model(cast: Cast) -> None:
    assert told() == Counter({"screening.W001": 4})


def test_a_programme_that_is_run_nowhere_is_left_in_peace(cast: Cast) -> None:
    for programme in (cast.eye, cast.chest):
        programme.sites.clear()
    assert told() == Counter()


def test_an_expired_threshold_is_told(ready: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = ready.eye.model_in_force("finding")
    assert finding
    soon = timezone.localdate() + timedelta(days=1)
    make.signed_into_force(ready.eye, finding, points=[make.operating_point(finding, "fundus_phone", expires_on=soon)])
    assert told() == Counter()
    monkeypatch.setattr(OperatingPoint, "holds", lambda point: point.expires_on is None)  # the day after
    (warning,) = checks.programmes(databases=["default"])
    assert warning.id == "screening.W002"
    assert "fundus_phone" in warning.msg


def test_a_missing_consent_text_is_told(ready: Cast) -> None:
    ConsentText.objects.filter(programme=ready.eye).delete()
    assert told() == Counter({"screening.W003": 1})


def test_a_site_nobody_reads_for_is_told(ready: Cast) -> None:
    Membership.objects.filter(site=ready.south, user__in=[ready.rania, ready.rafael]).delete()
    (warning,) = checks.programmes(databases=["default"])
    assert (warning.id, "tb-chest at south" in warning.msg) == ("screening.W004", True)


def test_an_expired_certificate_does_not_read(ready: Cast) -> None:
    Certificate.objects.filter(programme=ready.eye).update(expires_on=timezone.localdate() - timedelta(days=1))
    assert told() == Counter({"screening.W004": 2})


def test_readers_without_an_adjudicator_are_told(ready: Cast) -> None:
    Certificate.objects.update(adjudicates=False)
    assert told() == Counter({"screening.W005": 4})


def test_every_warning_says_what_to_do(cast: Cast) -> None:
    ConsentText.objects.all().delete()
    Certificate.objects.all().delete()
    warnings: list[CheckMessage] = run_checks(databases=["default"], tags=["database"])
    ours = [w for w in warnings if str(w.id).startswith(("screening", "inference"))]
    assert ours
    assert all(w.hint and not w.is_serious() for w in ours)


def test_without_a_database_to_ask_nothing_is_asked(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert checks.programmes(databases=None) == []
        assert inference_checks.packs_in_store(databases=None) == []
        assert inference_checks.sqlite_is_durable(databases=None) == []


def test_before_the_first_migration_there_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_table(*args: object, **kwargs: object) -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr(Programme.objects, "filter", no_table)
    monkeypatch.setattr(inference_checks.ModelVersion.objects, "all", no_table)
    assert checks.programmes(databases=["default"]) == []
    assert inference_checks.packs_in_store(databases=["default"]) == []


def test_a_model_whose_files_are_gone_is_told(ready: Cast, settings: Any, tmp_path: Path) -> None:
    settings.FIELDLIGHT_PACKS = tmp_path
    told = inference_checks.packs_in_store(databases=["default"])
    assert [w.id for w in told] == ["inference.W004"] * 4


def test_a_checkout_without_packs_is_told(settings: Any, tmp_path: Path) -> None:
    settings.FIELDLIGHT_BUNDLED_PACKS = tmp_path
    assert [w.id for w in inference_checks.packs_folder()] == ["inference.W001"]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "manifest.json").write_text("{}")
    assert inference_checks.packs_folder() == []
