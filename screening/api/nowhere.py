"""Addresses that do not exist."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.http import Http404
from rest_framework.request import Request

from screening.api.endpoint import Endpoint


class Nowhere(Endpoint):
    """A problem and not a page: a client of the API cannot read HTML."""

    schema = None  # type: ignore[assignment]
    actions: ClassVar[dict[str, str]] = dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), "me.view")

    def get(self, request: Request, **kwargs: Any) -> NoReturn:
        raise Http404

    post = put = patch = delete = get
