"""Who looks at the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import Cast


@pytest.fixture
def amina(cast: Cast, signed_in: Callable[[User | None], Client]) -> Client:
    """The field worker's browser."""
    return signed_in(cast.amina)
