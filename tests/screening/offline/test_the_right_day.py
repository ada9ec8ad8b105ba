"""A visit that comes late keeps the day it was: for ages, slip, figures, recall and follow-up."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from screening.figures import counted_visits
from screening.models import Encounter, FollowUp, Programme, SealedItem
from screening.words import sentences
from tests import factories as make
from tests.cast import Cast
from tests.screening.phone import Phone

pytestmark = pytest.mark.usefixtures("store")
SEEN = datetime(2026, 12, 29, 9, tzinfo=UTC)
CAME = datetime(2027, 1, 6, 9, tzinfo=UTC)


@pytest.fixture
def phone(cast: Cast) -> Phone:
    with time_machine.travel(SEEN - timedelta(days=9)):
        return Phone(cast.amina)


def delivered(phone: Phone, form: Any, **headers: str) -> Any:
    phone.handed_to(phone.user)  # signed in again: days have passed
    item, sealed = phone.seal_form(form)
    headers = {"X-Phone-Time": timezone.now().isoformat()} | headers
    return phone.deliver(item, sealed, **{name: said for name, said in headers.items() if said}).json()


def form_of(phone: Phone, cast: Cast, birth_year: int = 1970, **changes: Any) -> Any:
    form, _ = phone.visit(cast.eye, cast.north, **changes)
    form["patient"]["enrol"]["birth_year"] = birth_year
    return form


@pytest.mark.parametrize(("limit", "born"), [("age_max", 1961), ("age_min", 2009)])
def test_age_counts_on_the_day_of_the_visit(cast: Cast, phone: Phone, limit: str, born: int) -> None:
    """At most 65: born in 1961 and seen on 29 December; at least 18: born in 2009 and seen then."""
    Programme.objects.filter(pk=cast.eye.pk).update(**{limit: {"age_max": 65, "age_min": 18}[limit]})
    with time_machine.travel(CAME):
        told = delivered(phone, form_of(phone, cast, born, claimed_at=SEEN.isoformat()))
    refused = limit == "age_min"  # seventeen when she was seen
    assert (told["state"], told["code"]) == (("held", "too_young") if refused else ("applied", ""))
    assert Encounter.objects.filter(day=date(2026, 12, 29)).exists() is not refused


def test_new_year_has_begun_where_the_patient_is(cast: Cast, phone: Phone) -> None:
    Programme.objects.filter(pk=cast.eye.pk).update(age_min=15)
    with time_machine.travel(datetime(2026, 12, 31, 19, tzinfo=UTC)):
        told = delivered(phone, form_of(phone, cast, 2012, claimed_at="2027-01-01T06:30:00+12:00"))
    assert told["state"] == "applied"
    assert Encounter.objects.get().day == date(2027, 1, 1)
    assert Encounter.objects.get().age == 15


def test_everything_that_tells_a_day_tells_that_of_the_visit(cast: Cast, phone: Phone) -> None:
    make.models(cast.eye)
    slow = timedelta(days=1096)
    with time_machine.travel(CAME):
        form = form_of(phone, cast, claimed_at=(SEEN - slow).isoformat(), hand_in=False)
        assert delivered(phone, form, **{"X-Phone-Time": (CAME - slow).isoformat()})["state"] == "applied"
        visit = Encounter.objects.get()
        assert (visit.day, visit.day_measured) == (date(2026, 12, 29), True)
        assert abs(visit.started_at - SEEN) < timedelta(seconds=5)
        assert abs(visit.received_at - CAME) < timedelta(minutes=1)
        make.handed_in(visit, 0.1, 0.1)
        answer = sentences.answer(Encounter.objects.with_standing().get())
        assert "December 2027" in answer.when
        period = counted_visits.Period(date(2026, 12, 29), date(2026, 12, 29))
        assert [v.day for v in counted_visits.visits(cast.samuel, cast.eye, period)] == [date(2026, 12, 29)]


def test_a_phone_that_does_not_tell_its_time_is_flagged(cast: Cast, phone: Phone, signed_in: Any) -> None:
    with time_machine.travel(CAME):
        delivered(phone, form_of(phone, cast, claimed_at=SEEN.isoformat()), **{"X-Phone-Time": ""})
    visit = Encounter.objects.get()
    assert (visit.day, visit.day_measured) == (CAME.date(), False)
    assert abs(visit.started_at - visit.received_at) < timedelta(seconds=5), "it is good for no order"
    shown = signed_in(cast.amina).get(reverse("encounter", args=[visit.pk])).content.decode()
    assert "clock could not be checked" in shown


def test_she_went_before_her_visit_was_delivered(cast: Cast, phone: Phone) -> None:
    """Seen on 29 December, went on the 30th, all of it delivered on 6 January: true, and taken. So is a promise."""
    make.models(cast.eye)
    with time_machine.travel(CAME):
        delivered(phone, form_of(phone, cast, claimed_at=SEEN.isoformat(), hand_in=False))
        visit = make.handed_in(Encounter.objects.get(), 0.9, 0.1)
        for answer, on, said in (("not_yet", "2026-12-31", SEEN + timedelta(days=1)), ("attended", "2026-12-30", CAME)):
            body = {"version": 1, "type": "follow_up", "id": str(uuid.uuid4()), "encounter": str(visit.pk),
                    "answer": answer, "on": on, "note": "", "claimed_at": said.isoformat()}  # fmt: skip
            assert delivered(phone, body)["state"] == "applied"
    assert [row.answer for row in FollowUp.objects.order_by("at")] == ["not_yet", "attended"]
    assert set(SealedItem.objects.values_list("state", flat=True)) == {"applied"}


def test_rows_of_the_release_before_get_the_day_they_were(cast: Cast) -> None:
    """Where a form told the time and the error was measured, the visit began then. Else the receipt stands."""
    put_right = import_module("screening.migrations.0016_day_of_the_visit").put_right
    known, claimed, page = (make.visit(cast.eye, cast.north) for _ in range(3))
    Encounter.objects.update(started_at=CAME)
    Encounter.objects.filter(pk__in=[known.pk, claimed.pk]).update(claimed_at=SEEN - timedelta(days=1096))
    SealedItem.objects.create(
        kind="form", state="applied", size=1, delivered_by=cast.amina, encounter=known.pk,
        clock_error=timedelta(days=1096),
    )  # fmt: skip
    put_right(apps, None)
    rows = {row.pk: (row.day, row.day_measured, row.received_at) for row in Encounter.objects.all()}
    assert rows == {
        known.pk: (SEEN.date(), True, CAME),
        claimed.pk: (CAME.date(), False, CAME),
        page.pk: (CAME.date(), True, CAME),
    }
