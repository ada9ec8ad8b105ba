"""What a field worker types about a person."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access import sites_of
from accounts.models import Role, Site
from screening.models import Sex
from screening.patients import facts
from screening.refusal import Incorrect

FACTS = ("name", "sex", "age", "birth_year", "phone", "local_id")


class _Typed(forms.CharField):
    """What was typed, as it is: `facts` judges it, as at the other doors."""

    def clean(self, value: Any) -> Any:
        return value


class EnrolForm(forms.Form):
    """A new patient. Age or birth year, whichever is known."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Where are you screening?"), empty_label=None)
    name = _Typed(
        label=_("Name"), max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"}),
    )  # fmt: skip
    sex = _Typed(label=_("Sex"), widget=forms.RadioSelect(choices=Sex.choices))
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

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = self.fields["site"]
        assert isinstance(site, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        site.queryset = Site.objects.filter(pk__in=sites_of(user, Role.FIELD_WORKER))
        sites = list(site.queryset[:2])
        if len(sites) == 1:
            site.initial, site.required, site.widget = sites[0], False, forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        typed["site"] = typed.get("site") or self.fields["site"].initial
        try:
            typed["facts"] = facts.read({name: typed.get(name) for name in FACTS}, facts.TypedFacts)
        except Incorrect as wrong:
            for name, problem in wrong.problems.items():
                self.add_error(name, problem)
        return typed
