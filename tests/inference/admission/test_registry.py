"""Installing a pack: the faster precision is chosen once, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference import execute
from inference.admission import registry
from inference.models import ModelVersion
from tests.inference.admission.variants import make, paced


@pytest.mark.django_db
def test_the_choice_is_made_at_installation_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.FIELDLIGHT_PACKS = tmp_path / "store"  # type: ignore[attr-defined]
    paced(monkeypatch, 10, 5)
    version, new = registry.install(make(tmp_path / "p", weight=8.05).path)
    assert new and version.exam["precision"] == "int8" and version.exam["pace"] == {"fp32": 10, "int8": 5}
    assert execute.load(version).precision == "int8"
    paced(monkeypatch, 5, 10)
    assert registry.install(tmp_path / "p") == (version, False)
    assert execute.load(ModelVersion.objects.get()).precision == "int8"
