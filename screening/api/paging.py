"""Lists come in pages with a cursor. Each view names its `ordering`; the newest (or most urgent) come first."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    # Rows that share the first column of an ordering are counted off, and a long worklist shares one urgency.
    offset_cutoff = 100_000

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError):
            # A cursor made by hand decodes to anything; the database then cannot compare with it.
            raise NotFound(self.invalid_cursor_message) from None
