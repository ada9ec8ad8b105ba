"""Pictures: what is said of one that is sent, and the receipt."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from screening.api.codes import Code
from screening.models import SetAside
from screening.models.choices import capture_classes, views

STATES = ("pending", "good", "ungradable", "failed", "received", "aside")


class PictureIn(serializers.Serializer[Any]):
    """What the sender says of a picture. `capture_class` may be left out for DICOM only."""

    view = Code(views)
    capture_class = Code(capture_classes, required=False, allow_blank=True)


class PictureForm(PictureIn):
    image = serializers.FileField()


class AsideIn(serializers.Serializer[Any]):
    why = serializers.ChoiceField(SetAside.Why.choices)


class Receipt(serializers.Serializer[Any]):
    """Only with this in hand may a phone delete its copy, and only if `sha256` is that of its bytes."""

    id = serializers.UUIDField(help_text="The id it is kept under: another one if the same photo was here before.")
    encounter = serializers.UUIDField(source="encounter_id")
    view = Code(views)
    capture_class = Code(capture_classes)
    sha256 = serializers.CharField(source="original_sha256", help_text="Of the bytes as they were received.")
    received_at = serializers.DateTimeField()
    state = serializers.ChoiceField(STATES)


class ImageOut(Receipt):
    reason = serializers.CharField(help_text="Why it cannot be graded, as a code; else empty.")
    advice = serializers.CharField(help_text="How to take a better one; else empty.")
    identity_alert = serializers.BooleanField(help_text="Whether somebody must say whose picture it is.")
