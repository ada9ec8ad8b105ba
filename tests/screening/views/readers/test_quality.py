"""The pages of reading quality: who sees the figures of a reader, and who the truth."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.models import Certificate, TestSet
from tests.cast import Cast
from tests.screening.tried import sit, truth

SignIn = Callable[[User | None], Client]


def test_figures_of_a_reader_are_theirs_and_the_leads(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    page = reverse("quality_reader", args=["diabetic-eye", cast.olivia.pk])
    for who in ("olivia", "oscar", "adele", "rania"):
        assert signed_in(cast.people[who]).get(page).status_code == 404
    for who in ("amina", "maya", "tessa", "samuel"):
        assert signed_in(cast.people[who]).get(reverse("quality")).status_code == 403
    Certificate.objects.filter(reader=cast.adele).update(leads_quality=True)
    lead = signed_in(cast.adele)
    assert "Olivia of the cast" in lead.get(reverse("quality_readers", args=["diabetic-eye"])).content.decode()
    assert lead.get(page).status_code == 200
    assert lead.get(reverse("quality_readers", args=["tb-chest"])).status_code == 404


def test_who_leads_the_quality_sees_the_truth_and_cannot_sit_the_exam(
    cast: Cast, signed_in: SignIn, eye_set: TestSet
) -> None:
    Certificate.objects.filter(reader=cast.adele).update(leads_quality=True)
    lead = signed_in(cast.adele)
    assert eye_set.name not in lead.get(reverse("quality")).content.decode()
    assert lead.post(reverse("start_exam", args=[eye_set.pk])).status_code == 404
    sit(cast.oscar, eye_set, truth)
    page = lead.get(reverse("quality_readers", args=["diabetic-eye"]))
    assert [chart.rows[0][:2] for chart in page.context["charts"]] == [
        [str(cast.oscar), "100 %"], [str(cast.oscar), "100 %"], [str(cast.oscar), "0 %"]
    ]  # fmt: skip
    assert "Passed" in page.content.decode()
