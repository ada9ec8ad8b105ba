"""Who am I, and where."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Role


class SiteOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.SlugField()
    name = serializers.CharField()
    directions = serializers.CharField()


class DutyOut(serializers.Serializer[Any]):
    role = serializers.ChoiceField(Role.choices)
    site = serializers.SlugField(source="site.code", allow_null=True, default=None)
    until = serializers.DateTimeField(source="ends_at", allow_null=True)


class MeOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField()
    duties = DutyOut(many=True)
    sites = SiteOut(many=True)
