"""Encounters: what a phone sends, and the whole status it gets back. Never a score."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access import sites_of
from accounts.models import Role
from screening import rules
from screening.api.codes import Code
from screening.api.visit.image_serializers import ImageOut
from screening.models import Consult, Patient, Programme
from screening.models.choices import ACTIONS, FINDINGS, PRIORITIES, views
from screening.words import sentences

STATES = ("open", "handed_in", "answered")


class ClaimedTime(serializers.DateTimeField):
    """A moment with the offset it was said with: it tells which day it was there."""

    def enforce_timezone(self, value: datetime) -> datetime:
        return value if timezone.is_aware(value) else super().enforce_timezone(value)


class EncounterIn(serializers.Serializer[Any]):
    patient = serializers.PrimaryKeyRelatedField(queryset=Patient.objects.none(), pk_field=serializers.UUIDField())
    programme = serializers.SlugRelatedField(slug_field="code", queryset=Programme.objects.none())
    claimed_at = ClaimedTime(
        allow_null=True, default=None, help_text="The phone's own clock: kept as a claim, never used for order."
    )

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        user = self.context.get("user")
        places = sites_of(user, Role.FIELD_WORKER, Role.MACHINE)
        fields["patient"].queryset = Patient.objects.visible_to(user).filter(site__in=places)  # type: ignore[attr-defined]
        fields["programme"].queryset = Programme.objects.visible_to(user)  # type: ignore[attr-defined]
        return fields


class EncounterQuery(serializers.Serializer[Any]):
    programme = serializers.SlugField(required=False)
    state = serializers.ChoiceField(STATES, required=False)
    changed_since = serializers.DateTimeField(
        required=False, help_text="Only encounters with something new since this time of the server."
    )


@extend_schema_field(
    {"oneOf": [{"type": "boolean"}, {"type": "number"}, {"type": "string", "maxLength": 100}], "nullable": True}
)
class Scalar(serializers.Field[Any, Any, Any, Any]):
    """true, false, a number, a short text, or null."""

    default_error_messages = {"invalid": "Give true, false, a number or a short text."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, (bool, int, float, str)) or (isinstance(data, str) and len(data) > 100):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class AnswersIn(serializers.Serializer[Any]):
    """Question code to answer. Later answers replace all earlier ones; what is left out is unanswered."""

    answers = serializers.DictField(child=Scalar(allow_null=True))


class UnobtainableIn(serializers.Serializer[Any]):
    why = Code(rules.modality.excuses)


class DecisionOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    action = serializers.ChoiceField(ACTIONS)
    reason = serializers.ChoiceField([reason.value for reason in rules.Reason])
    views = serializers.ListField(child=Code(views))
    recall_months = serializers.IntegerField(allow_null=True)
    decided_at = serializers.DateTimeField()


class ConsultState(serializers.Serializer[Any]):
    state = serializers.ChoiceField(Consult.State.choices)
    priority = serializers.ChoiceField(PRIORITIES)
    due_at = serializers.DateTimeField()


class OutcomeOut(serializers.Serializer[Any]):
    action = serializers.ChoiceField(ACTIONS)
    finding = serializers.ChoiceField(FINDINGS)
    number = serializers.IntegerField(help_text="Above 1: a correction of an earlier answer.")
    advice = serializers.CharField()
    advice_codes = serializers.ListField(child=serializers.CharField())
    recommendation = serializers.CharField()
    recall_months = serializers.IntegerField(allow_null=True)
    decided_at = serializers.DateTimeField()


class AnswerOut(serializers.Serializer[Any]):
    """Where the encounter stands and what to tell the patient, in the user's language."""

    stand = serializers.ChoiceField([stand.value for stand in sentences.Stand], source="badge.code")
    words = serializers.CharField(source="badge.words")
    what = serializers.CharField()
    when = serializers.CharField()
    where = serializers.CharField()
    why = serializers.CharField()
    who = serializers.CharField()
    advice = serializers.CharField()
    advice_for_patient = serializers.CharField(
        help_text="The standard sentences in the language the patient consented in, if it is another."
    )
    by_specialist = serializers.BooleanField()


class EncounterLine(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    programme = serializers.SlugField(source="programme.code")
    site = serializers.SlugField(source="site.code")
    state = serializers.ChoiceField(STATES)
    stand = serializers.ChoiceField([stand.value for stand in sentences.Stand])
    started_at = serializers.DateTimeField()
    day = serializers.DateField(help_text="Of the visit, where the patient was.")
    day_measured = serializers.BooleanField(
        help_text="False: what the phone's clock is wrong by is not known, and the day is that of the receipt."
    )
    received_at = serializers.DateTimeField(help_text="When the visit came here.")
    claimed_at = serializers.DateTimeField(allow_null=True)
    handed_in_at = serializers.DateTimeField(allow_null=True)


class EncounterOut(EncounterLine):
    answers = serializers.DictField()
    unobtainable = serializers.DictField(child=serializers.CharField())
    images = ImageOut(many=True)
    answer = AnswerOut()
    decision = DecisionOut(allow_null=True)
    referral = ConsultState(allow_null=True)
    outcome = OutcomeOut(allow_null=True)
