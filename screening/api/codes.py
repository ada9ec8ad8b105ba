"""Codes of the declared modalities in the API: looked up when a request is answered, as pages look them up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rest_framework import serializers


class Code(serializers.ChoiceField):
    """One of the codes that `among` gives now. The framework makes each field anew for every body."""

    def __init__(self, among: Callable[[], Iterable[Any]], **how: Any) -> None:
        super().__init__(list(among()), **how)
