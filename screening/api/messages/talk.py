"""What readers ask the field worker, and the answers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from screening.api.endpoint import Endpoint, Listing
from screening.api.reading.consult_serializers import AskIn, MessageOut, ReplyIn
from screening.api.reading.consults import readable
from screening.messages import talk
from screening.models import Encounter, Message


class AskAbout(Endpoint):
    actions: ClassVar[dict[str, str]] = {"POST": "consult.read"}

    @extend_schema(request=AskIn, responses={201: MessageOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Ask for new photos or a question. The consult waits for the answer, held by nobody. 409 if not held."""
        consult = readable(request.user, pk)
        body = AskIn(data=request.data)
        body.is_valid(raise_exception=True)
        wrong, text = body.validated_data.get("wrong"), body.validated_data["text"]
        if wrong:
            return self.shown(MessageOut, talk.ask_for_retake(request.user, consult, wrong, text), 201)
        return self.shown(MessageOut, talk.ask(request.user, consult, text), 201)


class Asked(Listing):
    actions: ClassVar[dict[str, str]] = {"GET": "encounter.record"}
    ordering: ClassVar[tuple[str, ...]] = ("at", "pk")

    @extend_schema(responses=MessageOut(many=True))
    def get(self, request: Request) -> Response:
        """What readers asked at this person's sites and nobody has answered, the oldest first."""
        return self.page(MessageOut, talk.to_answer(request.user))


class AskedAbout(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "encounter.view"}

    @extend_schema(responses=MessageOut(many=True))
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """All that readers asked about one visit, with the answers."""
        encounter = get_object_or_404(Encounter.objects.visible_to(request.user), pk=pk)
        return Response(MessageOut(talk.of_encounter(encounter), many=True).data)


class Reply(Endpoint):
    actions: ClassVar[dict[str, str]] = {"POST": "encounter.record"}

    @extend_schema(request=ReplyIn, responses={201: MessageOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Answer a question, or say that a wanted photo cannot be taken again. The consult returns to the worklist."""
        try:
            message = talk.open_for(request.user, pk)
        except Message.DoesNotExist:
            raise Http404 from None
        body = ReplyIn(data=request.data)
        body.is_valid(raise_exception=True)
        verb = talk.cannot if body.validated_data["cannot"] else talk.answer
        verb(request.user, message, body.validated_data["text"])
        return self.shown(MessageOut, Message.objects.select_related("answer", "consult").get(pk=pk), 201)
