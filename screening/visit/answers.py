"""What the patient answered, and which views cannot be photographed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening.models import Encounter
from screening.refusal import BadAnswers, Refused
from screening.rules import modality, questionnaire


def read_answers(modality: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Answers checked against the questionnaire. Unknown codes are dropped; a blank answer stays unanswered.

    Raises BadAnswers naming every question whose number is impossible.
    """
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for question in questionnaire.questions(modality):
        value = raw.get(question.code)
        if value in (None, ""):
            continue
        if question.kind == "yes_no":
            answers[question.code] = value in (True, "yes", "true", "on", "1")
        elif question.kind == "choice":
            if value in dict(question.choices):
                answers[question.code] = value
        else:
            number = _number(value)
            if question.low <= number <= question.high:
                answers[question.code] = number
            else:
                problems[question.code] = _("Enter a number from %(low)s to %(high)s, or leave it empty.") % {
                    "low": f"{question.low:g}", "high": f"{question.high:g}",
                }  # fmt: skip
    if problems:
        texts = {q.code: _(q.text) for q in questionnaire.questions(modality)}
        raise BadAnswers(problems, " ".join(f"{texts[code]} {what}" for code, what in problems.items()))
    return answers


def _number(value: Any) -> float:
    """The number that was typed; not a number where it is none, which lies in no range."""
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return float("nan")


@transaction.atomic
def record_answers(user: Any, encounter: Encounter, raw: Mapping[str, Any]) -> None:
    """Store the questionnaire. Later answers replace earlier ones, whenever they come."""
    encounter.answers = read_answers(encounter.programme.modality, raw)
    encounter.answered_at = timezone.now()
    encounter.save(update_fields=["answers", "answered_at"])
    encounter.touch()
    record(user, "encounter.answer", encounter)


@transaction.atomic
def mark_unobtainable(user: Any, encounter: Encounter, view: str, why: str) -> None:
    """Record that a view cannot be photographed; a human will decide.

    Raises Refused for an unknown reason.
    """
    if view not in encounter.programme.views or why not in modality.excuses():
        raise Refused("bad_reason", _("Choose why this photo cannot be taken."))
    encounter.unobtainable = {**encounter.unobtainable, view: why}
    encounter.save(update_fields=["unobtainable"])
    encounter.touch()
    record(user, "encounter.unobtainable", encounter, view=view, why=why)
