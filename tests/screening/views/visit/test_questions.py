"""The questionnaire: not asked is not no, and what cannot be is said beside its field."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.cast import Cast
from tests.screening.views.field_pages import page


def test_not_asked_is_not_no(cast: Cast, amina: Client) -> None:
    encounter = make.visit(cast.chest, cast.north)
    url = reverse("questions", args=[encounter.pk])
    assert amina.post(url, {"cough": "yes", "fever": "no", "blood": ""}).status_code == 302
    encounter.refresh_from_db()
    assert encounter.answers == {"cough": True, "fever": False}
    shown = page(amina, "questions", encounter.pk)
    assert shown.count("checked") == len(shown.split('<fieldset class="question')) - 1


def test_an_impossible_number_is_refused_and_kept_on_the_screen(cast: Cast, amina: Client) -> None:
    encounter = make.visit(cast.eye, cast.north)
    answer = amina.post(reverse("questions", args=[encounter.pk]), {"hba1c": "99", "diabetes": "type2"})
    assert answer.status_code == 422
    assert "from 3 to 20" in answer.content.decode() and 'value="99"' in answer.content.decode()


def test_every_impossible_number_is_marked_at_its_own_field_at_once(cast: Cast, amina: Client) -> None:
    encounter = make.visit(cast.eye, cast.north)
    typed = {"hba1c": "99", "diabetes_years": "4000", "diabetes": "type2"}
    text = amina.post(reverse("questions", args=[encounter.pk]), typed).content.decode()
    assert text.count('aria-invalid="true"') == 2
    for code in ("hba1c", "diabetes_years"):
        field = text[text.index(f'id="q-{code}"') :].split("</div>", 1)[0]
        assert f'aria-describedby="q-{code}-problem"' in field and f'id="q-{code}-problem"' in field
    encounter.refresh_from_db()
    assert encounter.answers == {}


# Who does not see it
