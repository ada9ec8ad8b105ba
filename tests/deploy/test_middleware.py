"""A request that is too large is turned away before it is read."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_body_that_says_it_has_four_gigabytes_is_refused_unread() -> None:
    answer = Client().generic("POST", "/sign-in/", b"x", CONTENT_LENGTH=str(4 * 1024**3))
    assert answer.status_code == 413
    assert b"too large" in answer.content
