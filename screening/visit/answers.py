"""What the patient answered, and which views cannot be photographed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening.models import Encounter
from screening.refusal import BadAnswers, Refused
from screening.rules import questionnaire
from screening.rules.declaration import Question

YES = frozenset({True, "yes", "true", "on", "1"})
NO = frozenset({False, "no", "false", "off", "0"})
NUMBER = re.compile(r"(\d{1,6})(?:[.,\u066b](\d{1,6}))?")


def read_answers(modality: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Answers checked against the questionnaire. Unknown codes are dropped; a blank answer stays unanswered.

    Raises BadAnswers naming every question whose answer cannot be: nothing that is not understood is taken for a no.
    """
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for question in questionnaire.questions(modality):
        value = raw.get(question.code)
        if value is None or value == "":
            continue
        answer, problem = READ[question.kind](question, value)
        if problem:
            problems[question.code] = problem
        else:
            answers[question.code] = answer
    if problems:
        texts = {q.code: _(q.text) for q in questionnaire.questions(modality)}
        raise BadAnswers(problems, " ".join(f"{texts[code]} {what}" for code, what in problems.items()))
    return answers


def _yes_no(question: Question, value: Any) -> tuple[Any, str]:
    """Only what is known to mean no is a no: anything else that is no yes is asked again."""
    said = value if isinstance(value, bool) else str(value).strip().casefold()
    if said in YES or said in NO:
        return said in YES, ""
    return None, _("Answer yes or no, or leave it open.")


def _choice(question: Question, value: Any) -> tuple[Any, str]:
    if isinstance(value, str) and value in dict(question.choices):
        return value, ""
    return None, _("Choose one of the answers, or leave it open.")


def _number(question: Question, value: Any) -> tuple[Any, str]:
    """A number in the digits of any script, with a point or a comma of any."""
    typed = NUMBER.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    number = float(".".join(part for part in typed.groups() if part)) if typed else math.nan
    if question.low <= number <= question.high:
        return number, ""
    between = {"low": f"{question.low:g}", "high": f"{question.high:g}"}
    return None, _("Enter a number from %(low)s to %(high)s, or leave it empty.") % between


READ: Mapping[str, Callable[[Question, Any], tuple[Any, str]]] = {
    "yes_no": _yes_no, "choice": _choice, "number": _number,
}  # fmt: skip


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
    if view not in encounter.programme.views or why not in encounter.programme.kind.excuses:
        raise Refused("bad_reason", _("Choose why this photo cannot be taken."))
    encounter.unobtainable = {**encounter.unobtainable, view: why}
    encounter.save(update_fields=["unobtainable"])
    encounter.touch()
    record(user, "encounter.unobtainable", encounter, view=view, why=why)
