"""What a phone must know of a programme to work offline."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from screening.api.codes import Code
from screening.models.choices import capture_classes, modalities, views
from screening.rules.declaration import Judge, Side


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


class ViewOut(serializers.Serializer[Any]):
    code = Code(views)
    name = serializers.CharField(help_text="As it stands in a sentence.")
    short = serializers.CharField(allow_blank=True)
    side = serializers.ChoiceField([side.value for side in Side], allow_null=True, help_text="Of the patient.")


class TurnedDownOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField(help_text="What is wrong.")
    advice = serializers.CharField(help_text="How to take a better one.")


class LookOut(serializers.Serializer[Any]):
    judge = serializers.ChoiceField([judge.value for judge in Judge], help_text="What the phone measures of a photo.")
    figure = serializers.CharField(allow_blank=True, help_text="Which little drawing shows where a view is.")
    frame = serializers.ChoiceField(["round", "square"], help_text="What to aim at.")
    aim = serializers.CharField(help_text="How to aim.")
    twin = serializers.CharField(help_text="What is said of a photo that was taken for another view.")


class ProgrammeOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.SlugField()
    name = serializers.CharField()
    modality = Code(modalities)
    views = serializers.ListField(child=Code(views))
    shown = ViewOut(many=True, help_text="The views in words.")
    look = LookOut()
    turned_down = TurnedDownOut(
        many=True, help_text="Why a photo is turned down. The last one stands for every code that is not here."
    )
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
