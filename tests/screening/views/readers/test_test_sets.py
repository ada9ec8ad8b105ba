"""The page of test sets: cases with their truth, retired, and studies of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from screening.models import Certificate, Study, TestCase
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, both_eyes
from tests.screening.desk import form

SignIn = Callable[[User | None], Client]


def test_the_lead_makes_a_set_with_uploaded_cases(cast: Cast, signed_in: SignIn, store: Any) -> None:
    Certificate.objects.filter(reader=cast.adele).update(leads_quality=True)
    lead = signed_in(cast.adele)
    settings = {"name": "Autumn", "offered": "on", "sensitivity": "0.8", "specificity": "0.7", "months": "12"}
    page = lead.post(reverse("new_test_set", args=["diabetic-eye"]), settings | {"one_in": "20"})["Location"]
    files = {f"picture-{v}": SimpleUploadedFile("e.jpg", make.photo_bytes(seed)) for seed, v in ((1, "OD"), (2, "OS"))}
    told = {"age": "60", "sex": "male", "source": "three specialists", "suggestion": "none",
            "capture_class": "fundus_tabletop"}  # fmt: skip
    answer = lead.post(page + "cases/", form(both_eyes(MODERATE_EYE)) | told | files)
    assert answer.status_code == 302, answer.content.decode()
    case = TestCase.objects.get()
    assert (case.finding, case.pictures.count(), case.number) == ("referable", 2, 1)
    wrong = lead.post(page + "cases/", form({"OD": MODERATE_EYE}) | told)
    assert wrong.status_code == 422
    assert "three specialists" in lead.get(page).content.decode()
    assert signed_in(cast.olivia).get(page).status_code == 404
    lead.post(page + "cases/1/retire/")
    case.refresh_from_db()
    assert case.retired_at is not None
    assert signed_in(cast.olivia).post(page + "studies/").status_code == 404
    study = {"name": "A study", "readers": [str(cast.olivia.pk)], "washout_days": "28", "seed": "1"}
    assert lead.post(page + "studies/", study).status_code == 302
    assert list(Study.objects.get().readers.all()) == [cast.olivia]
