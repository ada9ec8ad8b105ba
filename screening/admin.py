"""Programmes, consent texts, reading certificates, and which models and thresholds are in force.

No patient, encounter, image, decision or read is registered here, and none may ever be.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import Audited
from accounts.models import Membership, Role, User
from inference.models import ModelVersion
from screening.models import Certificate, ConsentText, ModelChoice, Programme, ThresholdChoice, choices
from screening.rules import MODALITIES


class ProgrammeForm(forms.ModelForm):  # type: ignore[type-arg]
    views = forms.MultipleChoiceField(
        label=_("Required views"), choices=choices.views, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Programme
        fields = (
            "name", "code", "modality", "views", "sites", "age_min", "age_max", "retakes_allowed", "recall_months",
            "symptoms_refer", "human_reads_all", "drift_fallback", "use", "reads_needed", "reading_mode", "sample_rate",
        )  # fmt: skip
        widgets = {"sites": forms.CheckboxSelectMultiple}

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        modality = said.get("modality") or self.instance.modality
        known = MODALITIES.get(modality)
        if not set(said.get("views", [])) <= set(known.view_codes if known else ()):
            raise ValidationError({"views": _("These views do not belong to this part of the body.")})
        low, high = said.get("age_min"), said.get("age_max")
        if low is not None and high is not None and low > high:
            raise ValidationError({"age_max": _("The highest age is below the lowest.")})
        if not 1 <= (said.get("reads_needed") or 0) <= 3:
            raise ValidationError({"reads_needed": _("Between one and three readers look at a consult.")})
        if not 0 <= (said.get("sample_rate") or 0) <= 1:
            raise ValidationError({"sample_rate": _("Give a share from 0 to 1: 0.05 is one in twenty.")})
        return said


@admin.register(Programme)
class ProgrammeAdmin(Audited):
    form = ProgrammeForm
    list_display = ("name", "code", "modality", "gate", "finding", "human_reads_all")
    list_filter = ("modality",)

    @admin.display(description=_("quality model in force"))
    def gate(self, programme: Programme) -> str:
        return str(programme.model_in_force(ModelVersion.Purpose.GATE) or _("none: a human reads"))

    @admin.display(description=_("finding model in force"))
    def finding(self, programme: Programme) -> str:
        return str(programme.model_in_force(ModelVersion.Purpose.FINDING) or _("none: a human reads"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Visits, models and consent texts refer to these: another part of the body is another programme.
        return ("code", "modality") if obj else ()


@admin.register(Certificate)
class CertificateAdmin(Audited):
    list_display = ("reader", "programme", "adjudicates", "leads_quality", "granted_at", "expires_on")
    list_filter = ("programme", "adjudicates")
    list_select_related = ("reader", "programme")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "reader":
            readers = Membership.objects.in_force().filter(role=Role.READER)
            kwargs["queryset"] = User.objects.filter(pk__in=readers.values("user_id"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AddOnly(Audited):
    """History: what was once in force stays on record. A new row takes over; none is changed."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ConsentText)
class ConsentTextAdmin(AddOnly):
    list_display = ("programme", "version", "language", "created_at")
    list_filter = ("programme", "language")


class History(AddOnly):
    """What was in force, when, and who stood for it. Proposed and signed on the page Models, by two people."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ModelChoice)
class ModelChoiceAdmin(History):
    list_display = ("programme", "purpose", "model_version", "why", "since", "chosen_by", "approved_by")
    list_filter = ("programme", "purpose")
    list_select_related = ("programme", "model_version", "chosen_by", "approved_by")


@admin.register(ThresholdChoice)
class ThresholdChoiceAdmin(History):
    list_display = ("programme", "operating_point", "site", "withdrawn", "since", "chosen_by", "approved_by")
    list_filter = ("programme",)
    list_select_related = ("programme", "operating_point", "site", "chosen_by", "approved_by")
