"""What every endpoint has in common: it declares its actions, reads a checked body, and pages its lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from screening.api.paging import Pages
from screening.api.schema import Described


class TooLarge(APIException):
    status_code = 413
    default_detail = "The request is too large."
    default_code = "too_large"


def check_length(request: Request, limit: int) -> int:
    """How many bytes the sender announced. Raises TooLarge, before any is read, above `limit` bytes."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > limit:
        raise TooLarge
    return length


class PerUser(UserRateThrottle):
    """So many requests a minute per user and process (settings)."""

    # Counted in this process's memory: in the database every read would become a write.
    cache = LocMemCache("throttle", {})


class Json(JSONParser):
    """JSON up to the limit of ordinary forms: DRF itself would read any amount."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        check_length((parser_context or {})["request"], settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        told = super().parse(stream, media_type, parser_context)
        if _holds_nul(told):
            raise ParseError(_("The text holds a character (NUL) that cannot be kept. Remove it and send again."))
        return told


def _holds_nul(told: Any) -> bool:
    """Whether any text in a JSON value holds a NUL: PostgreSQL can neither store nor compare it."""
    waiting = [told]
    while waiting:
        match waiting.pop():
            case str(text) if "\0" in text:
                return True
            case list(items):
                waiting.extend(items)
            case dict(fields):
                waiting.extend([*fields, *fields.values()])
    return False


class Endpoint(APIView):
    """Deny by default: a method without an entry in `actions` is refused to everybody."""

    actions: ClassVar[Mapping[str, str]] = {}
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    problems: ClassVar[Mapping[str, str]] = {}  # what it may answer beside what all may
    parser_classes = [Json]
    throttle_classes = [PerUser]
    schema = Described()

    def asked(self, body: type[Serializer[Any]], data: Any = None) -> dict[str, Any]:
        """The request's body (or `data`) as checked values. Raises ValidationError."""
        form = body(data=self.request.data if data is None else data, context=self.context)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def shown(self, kind: type[Serializer[Any]], row: Any, status: int = 200) -> Response:
        return Response(kind(row, context=self.context).data, status=status)

    def page(self, kind: type[Serializer[Any]], rows: QuerySet[Any, Any]) -> Response:
        pages = Pages()
        listed = pages.paginate_queryset(rows, self.request, self)
        return pages.get_paginated_response(kind(listed, many=True, context=self.context).data)

    @property
    def context(self) -> dict[str, Any]:
        return {"request": self.request, "user": self.request.user}


class Listing(Endpoint):
    """An endpoint whose GET answers a page of rows."""

    pagination_class = Pages
