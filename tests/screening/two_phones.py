"""Two phones enrol under one local number: what the second delivers is held for a decision."""

from __future__ import annotations

from typing import Any

from screening.models import SealedItem
from tests import factories as make
from tests.cast import Cast
from tests.screening.phone import Phone

EYES = {"OD": make.photo_bytes(1), "OS": make.photo_bytes(2)}


def numbered(phone: Phone, cast: Cast, number: str, **facts: Any) -> tuple[Any, Any]:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    form["patient"]["enrol"] |= {"local_id": number, **facts}
    return form, taken


def delivered(phone: Phone, form: Any, taken: Any) -> Any:
    receipt = phone.deliver(*phone.seal_form(form)).json()
    for pk, data in phone.photos(form, taken):
        phone.upload(pk, form["encounter"], data)
    return receipt


def one_number_twice(cast: Cast, phone: Phone) -> SealedItem:
    """The held form of the second; its photos are here as well."""
    delivered(phone, *numbered(phone, cast, "KH-42", name="Ada Nyambura"))
    receipt = delivered(phone, *numbered(phone, cast, "kh 42", name="Ada Nyambura"))
    assert (receipt["state"], receipt["code"], receipt["kept"]) == ("held", "local_id_taken", True)
    return SealedItem.objects.get(state="held")
