"""What the pages of the desk start from."""

from __future__ import annotations

import pytest

from screening.models import Consult
from tests import factories
from tests.cast import Cast

SCORE = 0.8317


@pytest.fixture
def consult(cast: Cast) -> Consult:
    """An eye consult at the north site: the model found disease in the right eye."""
    factories.models(cast.eye, threshold=0.4271)
    return factories.referred(cast.eye, cast.north, score=SCORE)
