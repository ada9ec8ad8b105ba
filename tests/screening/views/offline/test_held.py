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
from tests import factories as make
from tests.cast import Cast
from tests.screening.api_client import Api
from tests.screening.phone import Phone

EYES = {"OD": make.photo_bytes(1), "OS": make.photo_bytes(2)}


@pytest.fixture
def phone(cast: Cast, store: Path) -> Phone:
    return Phone(cast.amina)


def numbered(phone: Phone, cast: Cast, number: str, **facts: Any) -> tuple[Any, Any]:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    form["patient"]["enrol"] |= {"local_id": number, **facts}
    return form, taken


def delivered(phone: Phone, form: Any, taken: Any) -> Any:
    receipt = phone.deliver(*phone.seal_form(form)).json()
    for pk, data in phone.photos(form, taken):
        phone.upload(pk, form["encounter"], data)
    return receipt


@pytest.fixture
def twice(cast: Cast, phone: Phone) -> SealedItem:
    """Two forms with the same local number, as two phones make them; the photos of the second are here as well."""
    delivered(phone, *numbered(phone, cast, "KH-42", name="Ada Nyambura"))
    receipt = delivered(phone, *numbered(phone, cast, "kh 42", name="Ada Nyambura"))
    assert (receipt["state"], receipt["code"], receipt["kept"]) == ("held", "local_id_taken", True)
    return SealedItem.objects.get(state="held")


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
