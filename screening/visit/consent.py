"""Consent: a yes or a no to one version of the wording, and whether it stands."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening.models import Consent, ConsentText, Patient, Programme
from screening.refusal import Incorrect, Refused
from screening.visit import withdrawn


def wording(programme: Programme, version: object, language: object) -> ConsentText:
    """The text that was read to the patient. Raises Incorrect where the programme never had it."""
    text = programme.consent_texts.filter(version=version, language=language).first()
    if text is None:
        said = _("No such wording in this language.")
        raise Incorrect("invalid", {"version": said}, said)
    return text


@transaction.atomic
def record_consent(
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
    if answer == Consent.Answer.WITHDRAWN:
        withdrawn.end(user, given)
    return given


@transaction.atomic
def withdraw(user: Any, patient: Patient, programme: Programme) -> Consent:
    """The patient takes the yes back: `withdrawn.end` says what becomes of the visits. Sent twice, it is done once.

    Raises Refused where there was none.
    """
    said = patient.consents.filter(programme=programme).select_related("text").order_by("-at", "-pk")
    said = said.exclude(answer=Consent.Answer.REFUSED)
    last, yes = said.first(), said.filter(answer=Consent.Answer.GIVEN).first()
    if last and last.answer == Consent.Answer.WITHDRAWN:
        return last
    if yes is None:
        raise Refused("no_consent", _("The patient has not consented: there is nothing to withdraw."))
    return record_consent(user, patient, yes.text, Consent.Answer.WITHDRAWN)


def given(patient: Patient) -> list[Any]:
    """Ids of the programmes to which the patient said yes and has not withdrawn, though perhaps said no since."""
    newest: dict[Any, str] = {}
    said = patient.consents.exclude(answer=Consent.Answer.REFUSED).order_by("at", "pk")
    for programme, answer in said.values_list("programme_id", "answer"):
        newest[programme] = answer
    return [programme for programme, answer in newest.items() if answer == Consent.Answer.GIVEN]


def consented(patient: Patient, programme: Programme) -> bool:
    newest = patient.consents.filter(programme=programme).order_by("-at", "-pk").first()
    return newest is not None and newest.answer == Consent.Answer.GIVEN
