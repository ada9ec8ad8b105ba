"""What a phone pulls to work offline, and the receipts of what it delivered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from screening.models import FollowUp, Origin, SealedItem, Sex
from screening.words import sentences


class KeyOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    spki = serializers.CharField(help_text="Base64 of the DER SubjectPublicKeyInfo, RSA 3072.")
    current = serializers.BooleanField()


class LimitsOut(serializers.Serializer[Any]):
    """In bytes, but for `images`."""

    form = serializers.IntegerField()
    photo = serializers.IntegerField()
    envelope = serializers.IntegerField()
    preview = serializers.IntegerField()
    mark = serializers.IntegerField()
    images = serializers.IntegerField()


class OfflineOut(serializers.Serializer[Any]):
    now = serializers.DateTimeField()
    ticket = serializers.CharField(help_text="The author's ticket: goes into every sealed header as it is.")
    ticket_for = serializers.UUIDField()
    keys = KeyOut(many=True)
    limits = LimitsOut()
    idle_seconds = serializers.IntegerField()
    absolute_seconds = serializers.IntegerField()


class TokenOut(serializers.Serializer[Any]):
    token = serializers.CharField()


class VisitOut(serializers.Serializer[Any]):
    """Where a visit stands, in words that may be shown offline. Never a score."""

    encounter = serializers.UUIDField()
    programme = serializers.SlugField()
    started_at = serializers.DateTimeField()
    handed_in_at = serializers.DateTimeField(allow_null=True)
    stand = serializers.ChoiceField([stand.value for stand in sentences.Stand])
    tone = serializers.CharField()
    words = serializers.CharField()
    what = serializers.CharField()
    when = serializers.CharField()
    where = serializers.CharField()
    why = serializers.CharField()
    who = serializers.CharField()
    advice = serializers.CharField()
    by_specialist = serializers.BooleanField()
    on_paper = serializers.BooleanField(help_text="Whether there is a slip to print.")
    arriving = serializers.IntegerField(help_text="Announced photos that have not arrived yet.")


class PersonToday(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    site = serializers.SlugField(source="site.code")
    name = serializers.CharField()
    sex = serializers.ChoiceField(Sex.choices)
    birth_year = serializers.IntegerField()
    phone = serializers.CharField()
    local_id = serializers.CharField()
    origin = serializers.ChoiceField(Origin.choices)
    enrolled_at = serializers.DateTimeField()
    visits = VisitOut(many=True)


class TaskOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.CharField()
    urgent = serializers.BooleanField()
    patient = serializers.UUIDField(allow_null=True)
    encounter = serializers.UUIDField(allow_null=True)
    since = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField()
    detail = serializers.CharField()
    views = serializers.ListField(child=serializers.CharField())


class TodayOut(serializers.Serializer[Any]):
    now = serializers.DateTimeField()
    patients = PersonToday(many=True)
    tasks = TaskOut(many=True)


class TasksOut(serializers.Serializer[Any]):
    now = serializers.DateTimeField()
    tasks = TaskOut(many=True)


class FollowUpIn(serializers.Serializer[Any]):
    answer = serializers.ChoiceField(FollowUp.Answer.choices)
    on = serializers.DateField(allow_null=True, default=None, help_text="The day they went, or mean to go.")
    note = serializers.CharField(max_length=400, allow_blank=True, default="")


class FollowUpOut(FollowUpIn):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()


STATES = ("applied", "waiting", "refused", "shelved", "held")


class SealedReceipt(serializers.Serializer[Any]):
    """A phone deletes an item only with this in hand, and only if `sha256` is that of what it sealed."""

    item = serializers.UUIDField(source="pk")
    kind = serializers.ChoiceField(SealedItem.Kind.choices)
    state = serializers.SerializerMethodField()
    kept = serializers.SerializerMethodField()
    sha256 = serializers.CharField(help_text="Of what was inside; empty as long as it cannot be opened.")
    envelope_sha256 = serializers.CharField()
    code = serializers.CharField()
    words = serializers.SerializerMethodField()
    patient = serializers.UUIDField(allow_null=True)
    encounter = serializers.UUIDField(allow_null=True)
    image = serializers.UUIDField(source="image_id", allow_null=True)
    received_at = serializers.DateTimeField()

    def get_state(self, item: SealedItem) -> str:
        return "waiting" if item.state == SealedItem.State.RECEIVED else str(item.state)

    def get_kept(self, item: SealedItem) -> bool:
        return True

    def get_words(self, item: SealedItem) -> str:
        return sentences.delivered(item)


class ReceiptsOut(serializers.Serializer[Any]):
    results = SealedReceipt(many=True)


class SealedQuery(serializers.Serializer[Any]):
    items = serializers.CharField(help_text="Item ids, comma-separated, at most 100.")


class EnvelopeQuery(serializers.Serializer[Any]):
    envelope = serializers.RegexField(
        r"^[0-9a-f]{64}\Z", required=False, help_text="SHA-256 of the envelope: proves that one has it."
    )
