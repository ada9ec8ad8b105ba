"""What phones delivered or announced is counted, and the audit finds what is missing of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from inference import blobs
from screening.models import Announced, SealedItem, Upload, UploadPart
from screening.upkeep import deliveries, fsck
from tests import factories as make
from tests.cast import Cast
from tests.screening.phone import Phone

pytestmark = pytest.mark.django_db
EYES = {"OD": make.photo_bytes(1), "OS": make.photo_bytes(2)}


@pytest.fixture
def phone(cast: Cast, store: Path) -> Phone:
    return Phone(cast.amina)


def found() -> dict[str, bool]:
    return {finding.code: finding.wrong for finding in fsck.audit() if finding.code != "orphan"}


def shelved(phone: Phone, cast: Cast) -> SealedItem:
    """A visit whose ticket nobody can verify."""
    form, _ = phone.visit(cast.eye, cast.north)
    phone.deliver(*phone.seal_form(form, ticket="of another installation"))
    return SealedItem.objects.get()


def test_an_unfinished_upload_is_known_and_a_lost_piece_is_wrong(phone: Phone) -> None:
    place = phone.create(make.an_id(), make.an_id(), b"x" * 50_000)["Location"]
    phone.patch(place, 0, b"x" * 1000)
    assert found() == {"unfinished": False}
    assert deliveries.count().uploads == 1
    blobs.drop(UploadPart.objects.get().name)
    assert found() == {"unfinished": False, "file_missing": True}
    Upload.objects.update(offset=900)
    assert found()["upload"]


def test_what_an_administrator_must_see_to_is_told_everywhere(cast: Cast, phone: Phone, signed_in: Any) -> None:
    item = shelved(phone, cast)
    assert found() == {"shelved": False}
    tessa = signed_in(cast.tessa)
    assert reverse("shelf") in tessa.get(reverse("health")).content.decode()
    assert tessa.get(reverse("health") + "?format=json").json()["deliveries"]["shelved"] == 1
    page = tessa.get(reverse("shelf")).content.decode()
    assert str(item.pk) in page and "Try again" in page and "Offline" not in page  # no patient's name
    assert signed_in(cast.amina).get(reverse("shelf")).status_code == 403
    tessa.post(reverse("shelf_settle", args=[item.pk]), {"act": "again"})
    assert SealedItem.objects.get().state == "shelved"


def test_what_a_site_must_decide_is_counted_for_the_technician_and_let_in_by_the_manager(
    cast: Cast, phone: Phone, signed_in: Any
) -> None:
    """A visit begun when its author's duty had ended."""
    form, _ = phone.visit(cast.eye, cast.north)
    past = timezone.now() - timedelta(days=2)
    Membership.objects.filter(user=cast.amina).update(starts_at=past - timedelta(days=9), ends_at=past)
    phone.handed_to(cast.benjamin)
    phone.deliver(*phone.seal_form(form))
    assert found() == {"held": False}
    assert signed_in(cast.tessa).get(reverse("health") + "?format=json").json()["deliveries"]["held"] == 1
    signed_in(cast.samuel).post(reverse("held_decide", args=[SealedItem.objects.get().pk]), {"choice": "let_in"})
    assert SealedItem.objects.get().state == "applied"
    assert found() == {}


def test_an_envelope_that_is_gone_is_wrong(cast: Cast, phone: Phone) -> None:
    item = shelved(phone, cast)
    blobs.drop(blobs.envelope(item.envelope_sha256))
    assert found() == {"shelved": False, "file_missing": True}


def test_photos_that_never_came_are_remembered(cast: Cast, phone: Phone) -> None:
    form, taken = phone.visit(cast.eye, cast.north, EYES)
    phone.deliver(*phone.seal_form(form))
    assert found() == {}
    assert deliveries.count().arriving == 2
    Announced.objects.update(at=timezone.now() - timedelta(days=3))
    assert found() == {"announced": False}
    told = phone.api.get("today").json()["patients"][0]["visits"][0]
    assert told["arriving"] == 2
    for pk, data in phone.photos(form, taken):
        phone.upload(pk, form["encounter"], data)
    assert deliveries.count().arriving == 0


def test_files_of_deliveries_are_no_orphans(cast: Cast, phone: Phone, store: Path) -> None:
    import os

    shelved(phone, cast)
    old = (timezone.now() - timedelta(days=1)).timestamp()
    for path in store.rglob("*"):
        os.utime(path, (old, old))
    assert "orphan" not in {finding.code for finding in fsck.audit()}
