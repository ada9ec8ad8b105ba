"""A threshold measured on the programme's own read pictures: what is there, what is missing, and measuring it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.access import allow, may
from inference.models import ModelVersion
from inference.thresholds.calibration import positives_needed
from screening.models import Programme
from screening.protocol import own_evidence
from screening.protocol.calibration_file import SCORED
from screening.refusal import Refused
from screening.views.protocol.in_force import overseen
from screening.words import refusals


class MeasureForm(forms.Form):
    """Which model, on which kind of picture, against what the specialists said, to prove what."""

    version: Any = forms.ModelChoiceField(ModelVersion.objects.none(), label=_("Model"), empty_label=None)
    capture_class = forms.ChoiceField(label=_("Kind of picture"))
    reference = forms.ChoiceField(label=_("Who counts as ill"))
    target = forms.FloatField(
        label=_("Sensitivity to prove, %"), min_value=50, max_value=99.9, initial=90,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, programme: Programme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scored = ModelVersion.objects.filter(modality=programme.modality, purpose__in=SCORED)
        in_force = [one.pk for purpose in SCORED if (one := programme.model_in_force(purpose))]
        self.fields["version"].queryset = scored.order_by("name", "-installed_at")  # type: ignore[attr-defined]
        self.fields["version"].initial = in_force[0] if in_force else None
        classes = [(one.code, _(one.name)) for one in programme.kind.capture_classes]
        self.fields["capture_class"].choices = classes  # type: ignore[attr-defined]
        answers = own_evidence.REFERENCES[programme.kind.sheet]
        self.fields["reference"].choices = [(one.value, one.label) for one in answers]  # type: ignore[attr-defined]

    @property
    def said(self) -> tuple[ModelVersion, str, str, float]:
        found = self.cleaned_data
        return found["version"], found["capture_class"], found["reference"], found["target"] / 100


@allow("models.view")
def look(request: HttpRequest, programme: str) -> HttpResponse:
    """How many of the programme's own people are there to measure on, how many are missing, who is left out and why."""
    chosen = overseen(request, programme)
    form = MeasureForm(chosen, request.GET if "version" in request.GET else None)
    shown = {"programme": chosen, "form": form, "may_propose": may(request.user, "models.propose")}
    if form.is_bound and form.is_valid():
        version, capture, reference, target = form.said
        found = own_evidence.own(chosen, version, capture, reference, request.user)
        needed = positives_needed(target)
        shown |= {
            "found": found, "needed": needed, "missing": max(0, needed - found.people_ill),
            "well": found.people - found.people_ill, "bar": min(found.people_ill, needed),
            "target": f"{form.cleaned_data['target']:g} %",
            "left_out": [(own_evidence.LEFT_OUT[why], found.left_out[why])
                         for why in own_evidence.LEFT_OUT if why in found.left_out],
        }  # fmt: skip
    return render(request, "screening/protocol/own_evidence.html", shown)


@allow("models.propose")
@require_POST
def measure(request: HttpRequest, programme: str) -> HttpResponse:
    """Measure, keep, and go to the explorer; what stands in the way is said where the question was asked."""
    chosen = overseen(request, programme)
    form = MeasureForm(chosen, request.POST)
    if not form.is_valid():
        return render(
            request, "screening/protocol/own_evidence.html", {"programme": chosen, "form": form, "may_propose": True}
        )
    try:
        kept = own_evidence.measure(request.user, chosen, *form.said)
    except Refused as refused:
        messages.error(request, refusals.sentence(refused))
        sent = request.POST.copy()
        sent.pop("csrfmiddlewaretoken", None)
        at = redirect("own_evidence", chosen.code)
        at["Location"] += f"?{sent.urlencode()}"
        return at
    return redirect("thresholds_handed_in", chosen.code, kept.pk)


urls: list[URLPattern] = [
    path("models/<slug:programme>/own/", look, name="own_evidence"),
    path("models/<slug:programme>/own/measure/", measure, name="own_evidence_measure"),
]
