"""What a field worker types about a person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models import Correction, Patient, Sex
from screening.patients import facts
from screening.refusal import Incorrect

FACTS = ("name", "sex", "age", "birth_year", "phone", "local_id")


class _Typed(forms.CharField):
    """What was typed, as it is: `facts` judges it, as at the other doors."""

    def clean(self, value: Any) -> Any:
        return value


class PersonForm(forms.Form):
    """The facts about a person, as they were typed."""

    name = _Typed(
        label=_("Name"), max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"}),
    )  # fmt: skip
    sex = _Typed(label=_("Sex"), widget=forms.RadioSelect(choices=Sex.choices))
    birth_year = _Typed(
        label=_("Birth year"), required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "1968"}),
    )  # fmt: skip
    phone = _Typed(
        label=_("Telephone"), max_length=30, required=False,
        help_text=_("To reach the patient when the specialist has answered."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    local_id = _Typed(
        label=_("Local number"), max_length=40, required=False,
        help_text=_("The number on the patient's card, if there is one."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    kind = facts.PatientFacts

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        try:
            typed["facts"] = facts.read({name: typed.get(name) for name in FACTS if name in self.fields}, self.kind)
        except Incorrect as wrong:
            for name, problem in wrong.problems.items():
                self.add_error(name, problem)
        return typed


class EnrolForm(PersonForm):
    """A new patient. Age or birth year, whichever is known."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Where are you screening?"), empty_label=None)
    age = _Typed(
        label=_("Age in years"), required=False,
        widget=forms.NumberInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "min": "0", "max": str(facts.OLDEST)}
        ),
    )  # fmt: skip
    birth_year = _Typed(
        label=_("or birth year"), required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "1968"}),
    )  # fmt: skip

    kind = facts.TypedFacts

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = self.fields["site"]
        assert isinstance(site, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        site.queryset = Site.objects.filter(pk__in=sites_of(user, Role.FIELD_WORKER))
        sites = list(site.queryset[:2])
        if len(sites) == 1:
            site.initial, site.required, site.widget = sites[0], False, forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        typed["site"] = typed.get("site") or self.fields["site"].initial
        return typed


class CorrectForm(PersonForm):
    """What is known of a person, to be put right; what was shown of it goes along."""

    why = forms.ChoiceField(
        label=_("Why?"), choices=Correction.Why.choices, widget=forms.RadioSelect,
        error_messages={"required": facts.NO_SEX, "invalid_choice": facts.NO_SEX},
    )  # fmt: skip

    def __init__(self, patient: Patient, typed: Mapping[str, Any] | None = None) -> None:
        stands = {name: getattr(patient, name) for name in FACTS if name in self.base_fields}
        super().__init__(typed, initial=stands)
        for name, value in stands.items():
            self.fields[f"was_{name}"] = _Typed(widget=forms.HiddenInput, required=False, initial=value)

    @property
    def was(self) -> dict[str, str]:
        """Each fact as it was shown."""
        return {name: self.cleaned_data.get(f"was_{name}") or "" for name in FACTS if f"was_{name}" in self.fields}

    def shown_again(self, patient: Patient) -> None:
        """As it stands now: what was typed is kept, and what it is compared with is the newest."""
        typed: dict[str, Any] = {name: self.data.get(name) for name in self.fields}
        now = {f"was_{name}": str(getattr(patient, name)) for name in FACTS if f"was_{name}" in self.fields}
        self.data = {**typed, **now}
