"""What a field worker types about a person."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models import Sex

OLDEST = 120


class EnrolForm(forms.Form):
    """A new patient. Age or birth year, whichever is known; the birth year is what is kept."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Where are you screening?"), empty_label=None)
    name = forms.CharField(
        label=_("Name"), max_length=120, error_messages={"required": _("Enter the name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"}),
    )  # fmt: skip
    sex = forms.ChoiceField(
        label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect, error_messages={"required": _("Choose one.")}
    )
    age = forms.IntegerField(
        label=_("Age in years"), required=False, min_value=0, max_value=OLDEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    birth_year = forms.IntegerField(
        label=_("or birth year"), required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "1968"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False,
        help_text=_("To reach the patient when the specialist has answered."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    local_id = forms.CharField(
        label=_("Local number"), max_length=40, required=False,
        help_text=_("The number on the patient's card, if there is one."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = self.fields["site"]
        assert isinstance(site, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        site.queryset = Site.objects.filter(pk__in=sites_of(user, Role.FIELD_WORKER))
        sites = list(site.queryset[:2])
        if len(sites) == 1:
            site.initial, site.required, site.widget = sites[0], False, forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        facts["site"] = facts.get("site") or self.fields["site"].initial
        year, age = facts.get("birth_year"), facts.get("age")
        this_year = timezone.localdate().year
        if year is not None and not this_year - OLDEST <= year <= this_year:
            self.add_error("birth_year", _("Enter a year with four digits, like 1968."))
        elif year is not None and age is not None and abs(this_year - age - year) > 1:
            self.add_error("age", _("Age and birth year do not fit together. Enter only one of them."))
        elif year is None and age is None and not self.errors.keys() & {"age", "birth_year"}:
            self.add_error("age", _("Enter the age or the birth year. A good guess will do."))
        elif year is None and age is not None:
            facts["birth_year"] = this_year - age
        return facts

    def facts(self) -> dict[str, Any]:
        """The patient's facts, as `enrol.enrol` takes them."""
        return {key: self.cleaned_data[key] for key in ("name", "sex", "birth_year", "phone", "local_id")}
