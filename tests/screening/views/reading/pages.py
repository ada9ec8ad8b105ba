"""A reader's way through the pages of a consult, and what those pages must not say."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from screening.models import Consult, Programme
from screening.models.programme import ReadingMode
from tests.screening.desk import form, post


def page(client: Client, consult: Consult) -> str:
    return client.get(reverse("read", args=[consult.pk])).content.decode()


def read_through(client: Client, consult: Consult, grade: dict[str, str], advice: str = "") -> HttpResponse:
    """Claim, first impression, final read."""
    post(client, "claim", consult)
    data = form({view: grade for view in consult.encounter.programme.views}, advice)
    post(client, "impression", consult, data)
    answer: HttpResponse = post(client, "final_read", consult, data)
    consult.refresh_from_db()
    return answer


def ai_first(programme: Programme) -> None:
    Programme.objects.filter(pk=programme.pk).update(reading_mode=ReadingMode.AI_FIRST)


def says_nothing_of_the_ai(text: str) -> bool:
    told = ("0.83", "0.43", "AI", "heat", "threshold", "fundus-finding", "fundus-gate", "signs of disease")
    return not [word for word in told if word in without_chance(text)]


def without_chance(text: str) -> str:
    """The page without random ids, tokens and pseudonyms, in which any two letters may stand together by chance."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|P-[0-9A-F]{8}", "", text)
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"|\d\d:\d\d', "", text)
