"""What reading over the API starts from."""

from __future__ import annotations

import pytest

from screening.models import Consult
from tests import factories
from tests.cast import Cast
from tests.screening.api.reading.sent import SCORE


@pytest.fixture
def consult(cast: Cast) -> Consult:
    factories.models(cast.eye)
    return factories.referred(cast.eye, cast.north, score=SCORE)
