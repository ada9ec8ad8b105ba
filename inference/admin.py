"""The technician sees which models are installed and on what evidence. Nothing here can be edited."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from inference.models import ModelVersion, OperatingPoint


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at. Models are installed with `manage.py pack install`, which makes them sit their exam."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _pretty(value: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnly):
    list_display = ("name", "version", "modality", "purpose", "installed_at", "sha256")
    list_filter = ("modality", "purpose")
    fields = ("name", "version", "modality", "purpose", "installed_at", "sha256",
              "intended_use", "licence", "passed", "what_it_says")  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("intended use"))
    def intended_use(self, version: ModelVersion) -> str:
        return str(version.manifest.get("intended_use", "–"))

    @admin.display(description=_("licence"))
    def licence(self, version: ModelVersion) -> str:
        return str(version.manifest.get("licence", "–"))

    @admin.display(description=_("exam on this machine"))
    def passed(self, version: ModelVersion) -> SafeString:
        return _pretty(version.exam)

    @admin.display(description=_("manifest"))
    def what_it_says(self, version: ModelVersion) -> SafeString:
        return _pretty(version.manifest)


@admin.register(OperatingPoint)
class OperatingPointAdmin(ReadOnly):
    list_display = ("model_version", "label", "capture_class", "threshold", "evidence", "data", "valid")
    list_filter = ("label", "capture_class")
    list_select_related = ("model_version",)

    @admin.display(description=_("sensitivity (lower bound), specificity"))
    def evidence(self, point: OperatingPoint) -> str:
        return f"{point.sensitivity:.1%} (≥ {point.sensitivity_lower:.1%}), {point.specificity:.1%}"

    @admin.display(description=_("holds"), boolean=True)
    def valid(self, point: OperatingPoint) -> bool:
        return point.holds()
