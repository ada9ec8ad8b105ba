"""What the figures start from."""

from __future__ import annotations

import pytest

from tests import factories as make
from tests.cast import Cast


@pytest.fixture
def eye(cast: Cast) -> Cast:
    make.models(cast.eye)
    return cast
