"""Exams: who passes is certified, and who would expire is renewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from screening.models import Certificate, Consult, TestSet
from tests.cast import Cast
from tests.factories import NORMAL_EYE
from tests.screening.desk import form, post
from tests.screening.tried import sit, truth

SignIn = Callable[[User | None], Client]


def test_an_exam_certifies_who_passes(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    Certificate.objects.filter(reader=cast.oscar).delete()
    assert not Consult.objects.worklist(cast.oscar).exists()
    sitting = sit(cast.oscar, eye_set, truth)
    assert (sitting.passed, sitting.result["sensitivity"], sitting.result["kappa"]) == (True, [2, 2], 1)
    earned = Certificate.objects.get(reader=cast.oscar)
    assert (earned.expires_on - timezone.localdate()).days == 365
    assert not Consult.objects.worklist(cast.oscar).exists(), "an exam is not in the worklist"
    page = signed_in(cast.oscar).get(reverse("sitting", args=[sitting.pk])).content.decode()
    assert "Passed" in page and "drawn so" in page
    assert signed_in(cast.olivia).get(reverse("sitting", args=[sitting.pk])).status_code == 404


def test_an_exam_is_failed_by_who_misses_disease(cast: Cast, eye_set: TestSet) -> None:
    Certificate.objects.filter(reader=cast.oscar).delete()
    sitting = sit(cast.oscar, eye_set, lambda case: NORMAL_EYE)
    assert (sitting.passed, sitting.result["sensitivity"]) == (False, [0, 2])
    assert not Certificate.objects.filter(reader=cast.oscar).exists()


def test_an_exam_goes_on_where_it_was_left_and_renews_what_would_expire(
    cast: Cast, signed_in: SignIn, eye_set: TestSet
) -> None:
    soon = timezone.localdate() + timedelta(days=5)
    Certificate.objects.filter(reader=cast.olivia).update(expires_on=soon)
    client = signed_in(cast.olivia)
    assert "Take the exam" in client.get(reverse("quality")).content.decode()
    first = client.post(reverse("start_exam", args=[eye_set.pk]))["Location"]
    assert client.post(reverse("start_exam", args=[eye_set.pk]))["Location"] == first
    while "referrals" in (to := client.post(first + "next/")["Location"]):
        consult = Consult.objects.get(pk=to.split("/")[2])
        data = form({v: dict(g) for v, g in consult.given_case.case.truth.items()})
        post(client, "impression", consult, data)
        text = post(client, "final_read", consult, data, headers={"HX-Request": "true"}).content.decode()
        assert "cases read" in text
    assert to == first
    assert Certificate.objects.get(reader=cast.olivia).expires_on > soon
