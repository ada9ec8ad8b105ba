"""Held deliveries over the API: the same list and the same decisions as the page."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from screening.api.endpoint import Endpoint
from screening.api.offline.phone_serializers import SealedReceipt
from screening.models import SealedItem
from screening.offline import held, inbox
from screening.rules.held import Choice
from screening.words.held import why_held


class HeldOut(serializers.Serializer[Any]):
    """One held delivery: what was typed, what stands in its way, and what may be decided by this person."""

    item = serializers.UUIDField(source="item.pk")
    kind = serializers.ChoiceField(SealedItem.Kind.choices, source="item.kind")
    code = serializers.CharField(source="item.code")
    words = serializers.SerializerMethodField()
    received_at = serializers.DateTimeField(source="item.received_at")
    encounter = serializers.UUIDField(source="item.encounter", allow_null=True)
    name = serializers.CharField()
    birth_year = serializers.IntegerField(allow_null=True)
    local_id = serializers.CharField()
    photos = serializers.IntegerField()
    like = serializers.UUIDField(source="like.pk", allow_null=True, default=None, help_text="Who is enrolled already.")
    choices = serializers.ListField(child=serializers.ChoiceField([one.value for one in Choice]))

    def get_words(self, one: held.Held) -> str:
        return why_held(one.item)


class HeldList(serializers.Serializer[Any]):
    results = HeldOut(many=True)


class DecisionIn(serializers.Serializer[Any]):
    choice = serializers.ChoiceField([one.value for one in Choice])
    why = serializers.CharField(max_length=400, allow_blank=True, default="", help_text="Needed to close it.")


class HeldItems(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "held.view"}

    @extend_schema(responses=HeldList)
    def get(self, request: Request) -> Response:
        """What waits for a decision at the user's sites, the oldest first."""
        return self.shown(HeldList, {"results": held.of(request.user)})


class Decision(Endpoint):
    actions: ClassVar[dict[str, str]] = {"POST": "held.decide"}

    @extend_schema(request=DecisionIn, responses=SealedReceipt)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Decide about one: the receipt as it stands then. 409 where somebody has decided meanwhile."""
        item = get_object_or_404(SealedItem.objects.held(request.user), pk=pk)
        said = self.asked(DecisionIn)
        return self.shown(SealedReceipt, inbox.decide(request.user, item, Choice(said["choice"]), said["why"]))
