"""Evidence written down in a pack."""

from __future__ import annotations

import pytest

from inference.models import ModelVersion
from inference.thresholds.evidence import LEAST_MAPS


@pytest.mark.parametrize(("pictures", "passed"), [(LEAST_MAPS, True), (LEAST_MAPS - 1, None)])
def test_a_verdict_written_down_on_too_few_pictures_is_none(pictures: int, passed: bool | None) -> None:
    test = {"alike": 0.1, "on_organ": None, "pictures": pictures, "passed": True}
    assert ModelVersion(manifest={"heat_map": test}, exam={}).heat_test == {**test, "passed": passed}
    assert ModelVersion(manifest={}, exam={"heat_map": test}).heat_test == {**test, "passed": passed}
