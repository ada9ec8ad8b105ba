"""The page that asks for consent: a yes opens one visit, a no is kept and ends kindly."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from screening.models import Consent, Encounter
from tests import factories as make
from tests.cast import Cast
from tests.screening.views.field_pages import page


def test_a_yes_opens_one_visit_even_when_tapped_twice(cast: Cast, amina: Client) -> None:
    patient = make.enrolled(cast.north, consents=False)
    url = reverse("consent", args=[patient.pk, cast.eye.code])
    text = cast.eye.consent_texts.get()
    assert text.text.splitlines()[0] in page(amina, "consent", patient.pk, cast.eye.code)
    typed = {"answer": "yes", "version": text.version, "language": text.language, "client_id": make.an_id()}
    assert amina.post(url, typed).url == amina.post(url, typed).url
    assert Encounter.objects.count() == 1


def test_a_no_is_kept_and_ends_kindly(cast: Cast, amina: Client) -> None:
    patient = make.enrolled(cast.north, consents=False)
    url = reverse("consent", args=[patient.pk, cast.eye.code])
    ended = amina.post(url, {"answer": "no", "version": "1", "language": "en"}, follow=True)
    assert "Thank them" in ended.content.decode()
    assert Consent.objects.get().answer == Consent.Answer.REFUSED and not Encounter.objects.exists()
