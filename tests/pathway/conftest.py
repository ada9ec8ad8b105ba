"""One installation, prepared once per test run; each test works on a copy."""

from __future__ import annotations

import pytest

from tests.pathway.installation import Installation, prepared

PHOTOS = 10


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return prepared(tmp_path_factory.mktemp("installation") / "data", PHOTOS)
