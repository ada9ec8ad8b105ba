"""Patients and their consents, in and out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models import Consent, Correction, Origin, Programme, Sex
from screening.patients.correct import FACTS
from screening.patients.facts import PatientFacts
from screening.refusal import Incorrect
from screening.visit.consent import wording


class PatientIn(PatientFacts):
    """Facts about a person. Anything else that is sent is ignored."""

    site = serializers.SlugField(
        required=False, help_text="Code of the user's site; may be left out when there is only one."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # Where the user records, not merely looks: a site manager enrols nobody at their site.
        sites = Site.objects.filter(pk__in=sites_of(self.context["user"], Role.FIELD_WORKER, Role.MACHINE))
        named = sites.filter(code=attrs["site"]) if "site" in attrs else sites
        found = list(named[:2])
        if len(found) != 1:
            raise serializers.ValidationError({"site": [_("Name one of your sites.")]})
        return {**attrs, "site": found[0]}


class CorrectionIn(PatientFacts):
    """The facts to put right, each with what it was, and why. What is not sent stays as it is."""

    was = serializers.DictField(
        child=serializers.CharField(allow_blank=True), help_text="Each of the facts as it was shown to who corrects it."
    )
    why = serializers.ChoiceField(Correction.Why.choices)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for fact in FACTS:
            fields[fact].required, fields[fact].default = False, serializers.empty
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        told = {fact: attrs[fact] for fact in FACTS if fact in attrs}
        return {"told": told, "was": attrs["was"], "why": Correction.Why(attrs["why"])}


class PatientOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    site = serializers.SlugField(source="site.code")
    name = serializers.CharField()
    sex = serializers.ChoiceField(Sex.choices)
    birth_year = serializers.IntegerField()
    phone = serializers.CharField()
    local_id = serializers.CharField()
    origin = serializers.ChoiceField(Origin.choices)
    enrolled_at = serializers.DateTimeField()


class LikePatientOut(PatientOut):
    """Somebody who may be the same person."""

    last_visit = serializers.DateField(allow_null=True, help_text="Its day, where the patient was.")


class LikePatientsOut(serializers.Serializer[Any]):
    results = LikePatientOut(many=True)


class PatientQuery(serializers.Serializer[Any]):
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="Words of name, local number, telephone, in any spelling; or a slip's code.",
    )


class ConsentIn(serializers.Serializer[Any]):
    """An answer to one wording, named by programme, version and language."""

    programme = serializers.SlugRelatedField(slug_field="code", queryset=Programme.objects.none())
    version = serializers.CharField(max_length=20)
    language = serializers.CharField(max_length=10)
    answer = serializers.ChoiceField(Consent.Answer.choices)
    id = serializers.UUIDField(
        required=False, help_text="Made by the phone. A consent sent again under its id is not recorded twice."
    )

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["programme"].queryset = Programme.objects.visible_to(self.context.get("user"))  # type: ignore[attr-defined]
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            text = wording(attrs["programme"], attrs["version"], attrs["language"])
        except Incorrect as wrong:
            raise serializers.ValidationError(wrong.problems) from None
        return {"text": text, "answer": Consent.Answer(attrs["answer"]), "client_id": attrs.get("id")}


class WithdrawalIn(serializers.Serializer[Any]):
    programme = serializers.SlugRelatedField(slug_field="code", queryset=Programme.objects.none())

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["programme"].queryset = Programme.objects.visible_to(self.context.get("user"))  # type: ignore[attr-defined]
        return fields


class ConsentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    programme = serializers.SlugField(source="programme.code")
    version = serializers.CharField(source="text.version")
    language = serializers.CharField(source="text.language")
    answer = serializers.ChoiceField(Consent.Answer.choices)
    at = serializers.DateTimeField()
