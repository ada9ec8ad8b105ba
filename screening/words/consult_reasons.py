"""Why a consult is on the worklist, in words and badges.

Where reading is blind, priority and reason would betray what the AI found ("refer" is a positive score, a
quality sample a negative one): until the first impression only what people told or marked is said.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from screening import rules
from screening.models import Consult, Encounter, ReadingMode
from screening.rules import modality, questionnaire
from screening.words import sentences
from screening.words.codes import WHY_A_SPECIALIST
from screening.words.sentences import Badge

ROUTINE = "routine"
ORDER = (rules.Priority.URGENT.value, ROUTINE, rules.Priority.REFER.value, rules.Priority.REVIEW.value)


def is_blind(consult: Consult) -> bool:
    """Whether the AI is kept from the readers of this consult at first."""
    return (consult.mode or consult.encounter.programme.reading_mode) != ReadingMode.AI_FIRST


def shown(priority: str, *, blind: bool) -> str:
    """The priority as it may be shown. A quality sample is never marked as one."""
    if priority == rules.Priority.SAMPLE:
        priority = rules.Priority.REVIEW
    return ROUTINE if blind and priority != rules.Priority.URGENT else priority


def badge(code: str) -> Badge:
    """The badge of a shown priority."""
    return {
        "urgent": Badge("urgent", "urgent", "triangle-alert", _("Urgent")),
        ROUTINE: Badge(ROUTINE, "human", "eye", _("Routine")),
        "refer": Badge("refer", "refer", "circle-alert", _("Refer")),
    }.get(code, Badge("review", "human", "stethoscope", _("Needs a human read")))


def reason(consult: Consult, *, blind: bool) -> str:
    """Why a specialist is asked, in one sentence."""
    decision = consult.decision
    if blind or decision.reason in (rules.Reason.DANGER_SIGN, rules.Reason.SYMPTOMS):
        return told(consult.encounter) or _("Waiting for a specialist's read.")
    if decision.reason == rules.Reason.FINDING:
        suspected = consult.encounter.programme.kind.says.suspected
        return _(suspected) % {"views": sentences.views(decision.views)}
    if decision.reason == rules.Reason.BEYOND_MODEL:
        return sentences.beyond(decision, consult.encounter.programme.modality)
    return str(WHY_A_SPECIALIST.get(rules.Reason(decision.reason), _("Waiting for a specialist's read.")))


def told(encounter: Encounter) -> str:
    """What the patient told, danger signs first."""
    symptoms, dangers = encounter.told()
    words = sentences.signs((*dangers, *(s for s in symptoms if s not in dangers)), encounter)
    if dangers:
        return _("Danger sign: %(signs)s.") % {"signs": words}
    return _("Told: %(signs)s.") % {"signs": words} if words else ""


def unfinished(consult: Consult) -> str:
    """That more may come, or that the visit was left as it is; "" once it is handed in. Tells nothing of the AI."""
    if consult.encounter.handed_in_at is not None:
        return ""
    if consult.decision.evidence["evidence"].get("left"):
        return _("The visit was left unfinished: this may be all there is.")
    return _("The visit is still going on: more may come.")


def answers(encounter: Encounter) -> list[tuple[str, str]]:
    """The questionnaire as question and answer, only what was answered."""
    said = []
    for question in questionnaire.questions(encounter.programme.modality):
        value = encounter.answers.get(question.code)
        if value is None:
            continue
        if question.kind == "yes_no":
            value = _("Yes") if value else _("No")
        elif question.kind == "choice":
            value = _(dict(question.choices).get(str(value), str(value)))
        else:
            value = f"{value:g}"
        said.append((_(question.text), value))
    return said


def no_photo(encounter: Encounter, view: str) -> str:
    """Why a view has no photo, in the field worker's words."""
    why = modality.excuses().get(encounter.unobtainable.get(view, ""))
    return _(why) if why else _("No photo was handed in.")
