"""Sealed items: deliver a form, ask for receipts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from screening.api.endpoint import Endpoint
from screening.api.offline.phone_serializers import EnvelopeQuery, ReceiptsOut, SealedQuery, SealedReceipt
from screening.api.offline.receiving import Sealed, check_digest, clock_error
from screening.models import SealedItem
from screening.offline import inbox

AT_MOST = 100
PHONE_TIME = OpenApiParameter(
    "X-Phone-Time", str, OpenApiParameter.HEADER, description="The phone's own clock now: says how wrong it is."
)


class Item(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "sealed.deliver", "PUT": "sealed.deliver"}
    parser_classes = [Sealed]
    problems: ClassVar[Mapping[str, str]] = {
        "400": "The query or the body cannot be read.",
        "507": "The disk is full: wait as Retry-After says.",
    }

    @extend_schema(parameters=[EnvelopeQuery], responses=SealedReceipt)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """The receipt of an item."""
        envelope = self.asked(EnvelopeQuery, request.query_params).get("envelope", "")
        item = SealedItem.objects.visible_to(request.user, envelope).filter(pk=pk).first()
        if item is None:
            inbox.check_under_way(request.user, pk)
            raise Http404
        return self.shown(SealedReceipt, item)

    @extend_schema(
        parameters=[PHONE_TIME],
        request={Sealed.media_type: OpenApiTypes.BINARY},
        responses={200: SealedReceipt, 201: SealedReceipt},
    )
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        """Deliver a sealed form: 201 the first time, 200 again. The capture is its author's, whoever delivers."""
        data: Any = request.data
        if not isinstance(data, bytes) or not data:
            raise ParseError("The body is the envelope.")
        check_digest(request, data)
        delivery = inbox.Delivery(
            request.user, pk, SealedItem.Kind.FORM, data, clock_error=clock_error(request)
        )  # fmt: skip
        result = inbox.receive(delivery)
        return self.shown(SealedReceipt, result.item, 201 if result.new else 200)


class Items(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "sealed.deliver"}
    problems: ClassVar[Mapping[str, str]] = {"400": "The query cannot be read."}

    @extend_schema(operation_id="sealed_receipts", parameters=[SealedQuery], responses=ReceiptsOut)
    def get(self, request: Request) -> Response:
        """The receipts of several items; those that are not there or not visible are left out."""
        said = self.asked(SealedQuery, request.query_params)["items"].split(",")[:AT_MOST]
        try:
            wanted = [uuid.UUID(one.strip()) for one in said if one.strip()]
        except ValueError:
            raise ParseError("items: ids, comma-separated.") from None
        found = SealedItem.objects.visible_to(request.user).filter(pk__in=wanted)
        return self.shown(ReceiptsOut, {"results": found})
