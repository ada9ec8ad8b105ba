"""Enrol a patient, record consent, open an encounter, record the answers, hand it in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Site
from screening import questionnaire, rules
from screening.models import (
    Consent,
    ConsentText,
    Encounter,
    Patient,
    Programme,
    Referral,
    ViewCode,
)


class Refused(Exception):
    """The act was not done. `code` for machines, `sentence` for people: it says what to do next."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class BadAnswers(Refused):
    """Answers that are impossible: what to do about each question, by its code."""

    def __init__(self, problems: Mapping[str, str], sentence: str) -> None:
        super().__init__("bad_answer", sentence)
        self.problems = dict(problems)


def _sentence(why: rules.Ineligible, programme: Programme) -> str:
    if why is rules.Ineligible.TOO_YOUNG:
        return _("This programme screens people aged %(age)d and over. Refer the patient to the clinic instead.") % {
            "age": programme.age_min
        }
    if why is rules.Ineligible.TOO_OLD:
        return _("This programme screens people up to %(age)d years. Refer the patient to the clinic instead.") % {
            "age": programme.age_max
        }
    if why is rules.Ineligible.AGE_UNKNOWN:
        return _("Enter the birth year first: this programme has age limits.")
    return _("The patient has not consented. Explain again, or thank them and stop here.")


@transaction.atomic
def enrol(user: Any, site: Site, *, client_id: uuid.UUID | None = None, **facts: Any) -> Patient:
    """Enrol a patient at a site. The same client id is the same patient: sent twice, stored once.

    Raises Refused when the local number is somebody else's, or the id stands for other facts.
    """
    client_id = client_id or uuid.uuid4()
    known = Patient.objects.filter(pk=client_id).first()
    if known:
        if known.site_id != site.pk or any(getattr(known, fact) != value for fact, value in facts.items()):
            raise Refused("id_taken", _("This enrolment number belongs to somebody else. Enrol again."))
        return known
    local_id = facts.get("local_id", "")
    if local_id and Patient.objects.filter(site=site, local_id=local_id).exists():
        raise Refused(
            "local_id_taken",
            _("A patient with local number %(id)s is already enrolled here. Search for them instead.")
            % {"id": local_id},
        )
    patient = Patient.objects.create(pk=client_id, site=site, enrolled_by=user, **facts)
    record(user, "patient.enrol", patient)
    return patient


@transaction.atomic
def consent(
    user: Any,
    patient: Patient,
    text: ConsentText,
    answer: Consent.Answer,
    *,
    client_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Consent:
    """Record a yes or a no to one version of the text. The same client id is the same answer.

    So a yes that waited on an offline phone, sent a second time, never overrides a later withdrawal. `at` is when it
    was said, if that was before now: a yes that arrives late does not override a withdrawal either.
    Raises Refused when the id stands for another answer.
    """
    known = Consent.objects.filter(pk=client_id).first() if client_id else None
    if known:
        if (known.patient_id, known.text_id, known.answer) != (patient.pk, text.pk, answer):
            raise Refused("id_taken", _("This consent's number stands for another answer. Ask the patient again."))
        return known
    given = Consent.objects.create(
        pk=client_id or uuid.uuid4(), patient=patient, programme=text.programme, text=text, answer=answer,
        recorded_by=user, at=at or timezone.now(),
    )  # fmt: skip
    record(user, f"consent.{answer}", given, text=text.version)
    return given


def consented(patient: Patient, programme: Programme) -> bool:
    newest = patient.consents.filter(programme=programme).order_by("-at", "-pk").first()
    return newest is not None and newest.answer == Consent.Answer.GIVEN


@transaction.atomic
def open_encounter(
    user: Any,
    patient: Patient,
    programme: Programme,
    *,
    client_id: uuid.UUID | None = None,
    claimed_at: datetime | None = None,
) -> Encounter:
    """Open a visit. Raises Refused without consent or outside the programme's ages. Idempotent by id."""
    known = Encounter.objects.filter(pk=client_id).first() if client_id else None
    if known:
        if (known.patient_id, known.programme_id) != (patient.pk, programme.pk):
            raise Refused("id_taken", _("This visit number belongs to another patient. Start the visit again."))
        return known
    if not programme.sites.filter(pk=patient.site_id).exists():
        raise Refused("not_here", _("This programme is not run at the patient's site."))
    why = rules.eligibility(programme.protocol(), age=patient.age, consented=consented(patient, programme))
    if why:
        raise Refused(why.value, _sentence(why, programme))
    encounter = Encounter.objects.create(
        pk=client_id or uuid.uuid4(), patient=patient, programme=programme, site_id=patient.site_id,
        started_by=user, claimed_at=claimed_at,
    )  # fmt: skip
    record(user, "encounter.open", encounter, programme=programme.code)
    return encounter


def read_answers(modality: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Answers checked against the questionnaire. Unknown codes are dropped; a blank answer stays unanswered.

    Raises BadAnswers naming every question whose number is impossible.
    """
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for question in questionnaire.QUESTIONS.get(modality, ()):
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
        texts = {q.code: _(q.text) for q in questionnaire.QUESTIONS[modality]}
        raise BadAnswers(problems, " ".join(f"{texts[code]} {what}" for code, what in problems.items()))
    return answers


def _number(value: Any) -> float:
    """The number that was typed; not a number where it is none, which lies in no range."""
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return float("nan")


def check_open(encounter: Encounter) -> None:
    """Raises Refused once the specialist has answered: what came later would be seen by nobody."""
    if Referral.objects.filter(encounter=encounter, state=Referral.State.CLOSED).exists():
        raise Refused("answered", _("The specialist has already answered this visit. Start a new visit."))


@transaction.atomic
def answer(user: Any, encounter: Encounter, raw: Mapping[str, Any]) -> None:
    """Store the questionnaire. Later answers replace earlier ones until a specialist has answered: then Refused."""
    check_open(encounter)
    encounter.answers = read_answers(encounter.programme.modality, raw)
    encounter.answered_at = timezone.now()
    encounter.save(update_fields=["answers", "answered_at"])
    encounter.touch()
    record(user, "encounter.answer", encounter)


UNOBTAINABLE = ("no_eye", "cataract", "cannot_open", "cannot_sit", "refused", "no_film")


@transaction.atomic
def mark_unobtainable(user: Any, encounter: Encounter, view: str, why: str) -> None:
    """Record that a view cannot be photographed; a human will decide.

    Raises Refused for an unknown reason, or once the specialist has answered.
    """
    check_open(encounter)
    if view not in encounter.programme.views or why not in UNOBTAINABLE:
        raise Refused("bad_reason", _("Choose why this photo cannot be taken."))
    encounter.unobtainable = {**encounter.unobtainable, view: why}
    encounter.save(update_fields=["unobtainable"])
    encounter.touch()
    record(user, "encounter.unobtainable", encounter, view=view, why=why)


def going_on(encounter: Encounter) -> bool:
    """Whether the visit waits to be handed in. One that a specialist answered before that is over."""
    referral = getattr(encounter, "referral", None)
    return encounter.handed_in_at is None and not (referral and referral.state == Referral.State.CLOSED)


def missing_views(encounter: Encounter) -> list[str]:
    """Required views that are neither there nor excused."""
    here = encounter.images.belonging()
    have = set(here.values_list("view", flat=True)) | set(encounter.unobtainable)
    return [view for view in encounter.programme.views if view not in have]


@transaction.atomic
def hand_in(user: Any, encounter: Encounter) -> None:
    """The field worker is done with the patient. Raises Refused while a required view is neither there nor excused."""
    if missing := missing_views(encounter):
        raise Refused(
            "missing_view",
            _("Still missing: %(views)s. Take the photo, or say why it cannot be taken.")
            % {"views": ", ".join(str(ViewCode(v).label) for v in missing)},
        )
    if encounter.handed_in_at is None:
        encounter.handed_in_at = timezone.now()
        encounter.save(update_fields=["handed_in_at"])
        record(user, "encounter.hand_in", encounter)
    encounter.touch()
