"""The list a site decides from: page and API alike, and every decision once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from screening.models import Image, SealedItem
from screening.offline import inbox
from screening.refusal import Refused
from screening.rules.held import Choice
from tests.cast import Cast
from tests.screening.api_client import Api
from tests.screening.phone import Phone
from tests.screening.two_phones import one_number_twice


@pytest.fixture
def twice(cast: Cast, store: Path) -> SealedItem:
    return one_number_twice(cast, Phone(cast.amina))


def test_page_and_api_decide_alike_and_only_once(cast: Cast, twice: SealedItem, signed_in: Any) -> None:
    page = signed_in(cast.samuel).get(reverse("held")).content.decode()
    assert "Ada Nyambura" in page and "It is the same person" in page
    (row,) = Api(cast.amina).get("held").json()["results"]
    assert row["choices"] == ["same", "other"], "closing it is the site manager's"
    assert signed_in(cast.samuel).post(reverse("held_decide", args=[twice.pk]), {"choice": "same"}).status_code == 302
    assert Image.objects.count() == 4
    assert Api(cast.amina).post(f"held/{twice.pk}", {"choice": "other"}).status_code == 404
    twice.refresh_from_db()
    with pytest.raises(Refused) as late:
        inbox.decide(cast.samuel, twice, Choice.OTHER)
    assert late.value.code == "decided"
