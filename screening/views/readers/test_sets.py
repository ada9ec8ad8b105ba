"""Test sets: the lead of a programme's quality makes them, adds cases with their truth, and starts studies."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import allow
from accounts.audit import record
from accounts.models import User
from inference.blobs import StorageFull
from screening.models import Programme, Study, TestCase, TestSet
from screening.models.choices import view_label
from screening.readers import test_case
from screening.refusal import Refused
from screening.rules.grades import Finding, GradeError
from screening.views.readers.quality import led_programme
from screening.views.reading.grading import BADGES, Sheets, in_words
from screening.visit import pictures
from screening.words import refusals


class SetForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = TestSet
        fields = ("name", "offered", "sensitivity", "specificity", "months", "one_in")
        help_texts = {
            "sensitivity": gettext_lazy("Of the diseased, the share sent on: 0.8 is 80 %."),
            "specificity": gettext_lazy("Of the healthy, the share let go: 0.7 is 70 %."),
        }

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for name in ("sensitivity", "specificity"):
            if not 0 <= (said.get(name) or 0) <= 1:
                self.add_error(name, gettext_lazy("Give a share from 0 to 1."))
        return said


class CaseForm(forms.ModelForm):  # type: ignore[type-arg]
    capture_class = forms.ChoiceField(
        label=gettext_lazy("How are the photos taken?"), required=False,
        help_text=gettext_lazy("DICOM files say it themselves."),
    )  # fmt: skip

    class Meta:
        model = TestCase
        fields = ("age", "sex", "source", "suggestion", "drawn")

    def __init__(self, programme: Programme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = pictures.photo_classes(programme.kind)
        self.fields["capture_class"].choices = [("", "–"), *kinds.items()]  # type: ignore[attr-defined]


class StudyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Study
        fields = ("name", "readers", "washout_days", "seed")
        widgets = {"readers": forms.CheckboxSelectMultiple}

    def __init__(self, programme: Programme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].queryset = User.objects.filter(certificates__programme=programme)  # type: ignore[attr-defined]


@allow("quality.view")
@require_http_methods(["GET", "POST"])
def new_set(request: HttpRequest, programme: str) -> HttpResponse:
    """A new test set of the programme, still without cases."""
    led = led_programme(request, programme)
    form = SetForm(request.POST or None, instance=TestSet(programme=led, made_by_id=request.user.pk))
    if request.method == "POST" and form.is_valid():
        made = form.save()
        record(request.user, "test_set.make", made)
        return redirect("test_set", pk=made.pk)
    return render(
        request, "screening/readers/test_set_new.html", {"programme": led, "form": form}, status=_status(form)
    )


def _status(*checked: forms.BaseForm) -> int:
    return 422 if any(form.errors for form in checked) else 200


def _led(request: HttpRequest, pk: uuid.UUID) -> TestSet:
    return get_object_or_404(TestSet.objects.led_by(request.user).select_related("programme"), pk=pk)


def _page(request: HttpRequest, one: TestSet, **more: Any) -> HttpResponse:
    programme = one.programme
    sheets = more.pop("sheets", None) or Sheets(programme)
    refused = bool(more)
    context = {
        "set": one, "programme": programme, "form": SetForm(instance=one), "case_form": CaseForm(programme),
        "sheets": [(v, view_label(v), sheet) for v, sheet in sheets.by_view.items()],
        "study_form": StudyForm(programme), "studies": one.studies.all(),
        "cases": [(c, BADGES[Finding(c.finding)], in_words(c.truth)) for c in one.cases.filter(retired_at=None)],
    }  # fmt: skip
    return render(request, "screening/readers/test_set.html", context | more, status=422 if refused else 200)


@allow("quality.view")
@require_http_methods(["GET", "POST"])
def test_set(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A set with its cases; what passing takes and how often a case is hidden may be changed."""
    one = _led(request, pk)
    if request.method == "GET":
        return _page(request, one)
    form = SetForm(request.POST, instance=one)
    if not form.is_valid():
        return _page(request, one, form=form)
    form.save()
    record(request.user, "test_set.change", one, one_in=one.one_in)
    messages.success(request, _("Kept."))
    return redirect("test_set", pk=pk)


@allow("quality.view")
@require_POST
def add_case(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A case: its pictures, what is told of the patient, and the truth, entered like a read."""
    one = _led(request, pk)
    sheets = Sheets(one.programme, posted=request.POST)
    number = (one.cases.aggregate(last=Max("number"))["last"] or 0) + 1
    form = CaseForm(one.programme, request.POST, instance=TestCase(test_set=one, number=number))
    problem = ""
    try:
        if form.is_valid():
            sent, how = _pictures(request, one.programme), form.cleaned_data["capture_class"]
            test_case.add(request.user, form.instance, sheets.grades(), sent, how)
            messages.success(request, _("The case is added."))
            return redirect("test_set", pk=pk)
    except GradeError as error:
        sheets.complain(error)
        problem = refusals.sentence(error)
    except (Refused, StorageFull) as refusal:
        problem = refusals.sentence(refusal)
    return _page(request, one, case_form=form, sheets=sheets, problem=problem)


def _pictures(request: HttpRequest, programme: Programme) -> dict[str, bytes]:
    sent = {view: request.FILES.getlist(f"picture-{view}")[:1] for view in programme.views}
    return {view: file.read() for view, files in sent.items() for file in files}


@allow("quality.view")
@require_POST
def retire_case(request: HttpRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """The case is used no more. What was read of it stays."""
    case = get_object_or_404(TestCase, test_set=_led(request, pk), number=number, retired_at=None)
    case.retired_at = timezone.now()
    case.save(update_fields=["retired_at"])
    record(request.user, "test_case.retire", case)
    return redirect("test_set", pk=pk)


@allow("quality.view")
@require_POST
def new_study(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Start a reader study with the cases of this set."""
    one = _led(request, pk)
    form = StudyForm(one.programme, request.POST, instance=Study(test_set=one, made_by_id=request.user.pk))
    if not form.is_valid():
        return _page(request, one, study_form=form)
    study = form.save()
    record(request.user, "study.make", study, readers=study.readers.count())
    messages.success(request, _("The study is open: its readers find it on their page."))
    return redirect("test_set", pk=pk)


urls: list[URLPattern] = [
    path("quality/<slug:programme>/sets/new/", new_set, name="new_test_set"),
    path("test-sets/<uuid:pk>/", test_set, name="test_set"),
    path("test-sets/<uuid:pk>/cases/", add_case, name="add_test_case"),
    path("test-sets/<uuid:pk>/cases/<int:number>/retire/", retire_case, name="retire_test_case"),
    path("test-sets/<uuid:pk>/studies/", new_study, name="new_study"),
]
