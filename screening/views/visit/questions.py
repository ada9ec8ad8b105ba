"""The programme's questionnaire on one screen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.access import allow
from screening.refusal import BadAnswers, Refused
from screening.rules import questionnaire
from screening.views.visit import capture
from screening.visit.answers import record_answers
from screening.words import refusals

NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Asked:
    """One question with what was answered: "yes", "no", a choice, a number, or "" for not asked."""

    code: str
    kind: str
    text: str
    value: str
    choices: list[tuple[str, str]]
    low: float
    high: float
    danger: bool
    problem: str = ""


def asked(modality: str, answers: dict[str, Any], problems: Mapping[str, str] = NONE) -> list[Asked]:
    """The questionnaire in the reader's language, with the answers so far."""
    return [
        Asked(
            q.code, q.kind, _(q.text), _as_typed(answers.get(q.code)),
            [(code, _(words)) for code, words in q.choices], q.low, q.high, q.danger,
            problems.get(q.code, ""),
        )
        for q in questionnaire.questions(modality)
    ]  # fmt: skip


def _as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


@allow("encounter.record")
def questions(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The programme's questionnaire on one screen. Not asked is not the same as no."""
    encounter = capture.to_record(request, pk)
    answers, problem, problems = encounter.answers, "", NONE
    if request.method == "POST":
        try:
            record_answers(request.user, encounter, request.POST)
        except BadAnswers as refusal:
            answers, problems = request.POST.dict(), refusal.problems
            problem = _("Almost there. Correct what is marked below.")
        except Refused as refusal:
            answers, problem = request.POST.dict(), refusals.sentence(refusal)
        else:
            return redirect("encounter", pk)
    context = {
        "encounter": encounter, "patient": encounter.patient, "problem": problem,
        "asked": asked(encounter.programme.modality, answers, problems),
    }  # fmt: skip
    return render(request, "screening/visit/questions.html", context, status=422 if problem else 200)


urls: list[URLPattern] = [path("encounters/<uuid:pk>/questions/", questions, name="questions")]
