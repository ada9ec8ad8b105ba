"""What a phone must know of a programme to work offline."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from screening.api.codes import Code
from screening.models.choices import capture_classes, modalities, views


class CaptureClassOut(serializers.Serializer[Any]):
    code = Code(capture_classes)
    words = serializers.CharField()
    operating_point = serializers.BooleanField(
        help_text="Whether a threshold is in force. Without one the AI judges nothing: a human reads."
    )


class ChoiceOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class QuestionOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()
    kind = serializers.ChoiceField(["yes_no", "number", "choice"])
    danger = serializers.BooleanField()
    choices = ChoiceOut(many=True)
    low = serializers.FloatField()
    high = serializers.FloatField()


class ConsentTextOut(serializers.Serializer[Any]):
    version = serializers.CharField()
    language = serializers.CharField()
    text = serializers.CharField()


class ProgrammeOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.SlugField()
    name = serializers.CharField()
    modality = Code(modalities)
    views = serializers.ListField(child=Code(views))
    age_min = serializers.IntegerField(allow_null=True)
    age_max = serializers.IntegerField(allow_null=True)
    retakes_allowed = serializers.IntegerField()
    sites = serializers.ListField(child=serializers.SlugField(), help_text="Of the user's own sites.")
    capture_classes = CaptureClassOut(many=True)
    questions = QuestionOut(many=True)
    consent_texts = ConsentTextOut(many=True, help_text="The newest wording in each language.")
    unobtainable = ChoiceOut(many=True, help_text="Why a view cannot be photographed.")
    compression_floor = serializers.DictField(
        allow_null=True, help_text="How far a phone may compress a photo, as the model in force certifies."
    )
