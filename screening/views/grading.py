"""The grading sheet: one form per view, and between form, draft and the raw grades the verbs take.

Whether a grade is complete is judged by `grades` alone; these forms only lay out the choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screening.grades import DME, ICDR, Finding, Gradability, GradeError, TBLikelihood, finding_of, worst
from screening.models import Modality, Programme, ViewCode
from screening.wording import Badge

ADVICE_LENGTH = 1000
WHY_UNGRADABLE = (
    ("", _("Why not? (you may leave this open)")),
    ("blurred", _("Blurred")),
    ("too_dark", _("Too dark or too bright")),
    ("glare", _("Light reflected")),
    ("field_cut_off", _("Part cut off")),
    ("media", _("Clouded (cataract, haemorrhage)")),
    ("no_photo", _("No photo")),
    ("other", _("Something else")),
)
FINDINGS = {
    Finding.NORMAL: Badge("normal", "clear", "circle-check", _("No referable disease")),  # type: ignore[arg-type]
    Finding.UNGRADABLE: Badge("ungradable", "again", "circle-help", _("Cannot be graded")),  # type: ignore[arg-type]
    Finding.REFERABLE: Badge("referable", "refer", "circle-alert", _("Referable disease")),  # type: ignore[arg-type]
    Finding.URGENT: Badge("urgent", "urgent", "triangle-alert", _("Urgent disease")),  # type: ignore[arg-type]
}
PHRASES_EYE = (
    _("Please take the photos again with the pupil wide open."),
    _("Control of blood sugar and blood pressure matters most now."),
    _("Please send the patient to the eye clinic for a full examination."),
)
PHRASES_CHEST = (
    _("Please collect sputum for a rapid molecular test."),
    _("Please take a new film, frontal and at full breath."),
    _("Isolate and examine the patient today."),
)


def _radio(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.RadioSelect)


class Sheet(forms.Form):
    """What both kinds of sheet share. `prefix` is the view's code, so fields are named as GradeError names them."""

    reason = forms.ChoiceField(label=_("Why not?"), choices=WHY_UNGRADABLE, required=False)

    def grade(self) -> dict[str, Any]:
        """The raw grade as it is stored: blanks left out, and nothing claimed about what cannot be seen."""
        if self.is_bound:
            self.is_valid()
        entered = self.cleaned_data if self.is_bound else self.initial
        said = {name: value for name, value in entered.items() if value not in ("", None, False)}
        if said.get("gradability") == Gradability.UNGRADABLE:
            return {name: value for name, value in said.items() if name not in ("icdr", "dme", "tb")}
        said.pop("reason", None)
        return said


class EyeSheet(Sheet):
    gradability = _radio(
        _("Photo"), ((Gradability.GRADABLE.value, _("Can be graded")), (Gradability.UNGRADABLE.value, _("Cannot")))
    )
    icdr = _radio(
        _("Retinopathy (ICDR)"),
        (
            (str(ICDR.NONE.value), _("None")),
            (str(ICDR.MILD.value), _("Mild")),
            (str(ICDR.MODERATE.value), _("Moderate")),
            (str(ICDR.SEVERE.value), _("Severe")),
            (str(ICDR.PROLIFERATIVE.value), _("Proliferative")),
        ),
    )
    dme = _radio(
        _("Macular oedema (DME)"),
        (
            (DME.NONE.value, _("None")),
            (DME.NOT_CENTRAL.value, _("Not at the centre")),
            (DME.CENTRAL.value, _("At the centre")),
        ),
    )
    other = forms.BooleanField(label=_("Something else that needs a clinic"), required=False)


class FilmSheet(Sheet):
    gradability = _radio(
        _("Film"), ((Gradability.GRADABLE.value, _("Can be read")), (Gradability.UNGRADABLE.value, _("Cannot")))
    )
    tb = _radio(
        _("Tuberculosis"),
        (
            (TBLikelihood.UNLIKELY.value, _("Unlikely")),
            (TBLikelihood.POSSIBLE.value, _("Possible")),
            (TBLikelihood.LIKELY.value, _("Likely")),
            (TBLikelihood.ACTIVE.value, _("Active")),
        ),
    )
    other = forms.BooleanField(label=_("Something else that needs a clinic"), required=False)
    other_urgent = forms.BooleanField(label=_("Something else that is urgent"), required=False)


def in_words(grades: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Stored grades as (view, what was seen), for showing a read."""
    return [(str(ViewCode(view).label), _seen(grade)) for view, grade in grades.items() if view in ViewCode.values]


def _seen(grade: Mapping[str, Any]) -> str:
    if grade.get("gradability") == Gradability.UNGRADABLE:
        return gettext("cannot be graded")
    sheet = FilmSheet() if "tb" in grade else EyeSheet()
    said = []
    for name, title in (("icdr", "ICDR "), ("dme", "DME: "), ("tb", gettext("tuberculosis: "))):
        if name in sheet.fields and str(grade.get(name, "")):
            chosen = str(dict(sheet.fields[name].choices).get(str(grade[name]), ""))  # type: ignore[attr-defined]
            said.append(title + (f"{grade[name]} – {chosen}" if name == "icdr" else chosen))
    said += [str(sheet.fields[name].label) for name in ("other", "other_urgent") if grade.get(name)]
    return "; ".join(said)


class Advice(forms.Form):
    advice = forms.CharField(
        label=_("Advice to the field worker"), required=False, widget=forms.Textarea({"rows": 2, "dir": "auto"})
    )


class Sheets:
    """All sheets of one read, and the advice: blank, from a draft, or as just posted."""

    def __init__(
        self, programme: Programme, *, draft: Mapping[str, Any] | None = None, posted: QueryDict | None = None
    ) -> None:
        kind = FilmSheet if programme.modality == Modality.CHEST else EyeSheet
        kept = dict((draft or {}).get("grades", {}))
        self.programme = programme
        self.by_view = {v: kind(posted, prefix=v, initial=kept.get(v, {})) for v in programme.views}
        self.advice_form = Advice(posted, initial={"advice": (draft or {}).get("advice", "")})
        self.phrases = PHRASES_CHEST if programme.modality == Modality.CHEST else PHRASES_EYE

    def grades(self) -> dict[str, dict[str, Any]]:
        return {view: sheet.grade() for view, sheet in self.by_view.items()}

    def advice(self) -> str:
        self.advice_form.is_valid()
        return str(self.advice_form.cleaned_data.get("advice", ""))[:ADVICE_LENGTH]

    def entered(self) -> dict[str, Any]:
        """What a draft keeps."""
        return {"grades": self.grades(), "advice": self.advice()}

    def complain(self, error: GradeError) -> None:
        """Put the sentence beside the field it is about; also beside those of the other views."""
        for view, sheet in self.by_view.items():
            for name, sentence in _problems(self.programme, view, sheet).items():
                sheet.add_error(name, sentence)
        if not any(sheet.errors for sheet in self.by_view.values()):
            view, _dash, name = error.field.partition("-")
            self.by_view[view].add_error(name, gettext(error.sentence))

    def finding(self) -> Badge | None:
        """What the grades entered so far amount to, once every view is complete."""
        found = []
        for view, grade in self.grades().items():
            try:
                found.append(finding_of(self.programme.modality, {view: grade}))
            except GradeError:
                return None
        return FINDINGS[worst(found)]


def _problems(programme: Programme, view: str, sheet: Sheet) -> dict[str, str]:
    try:
        finding_of(programme.modality, {view: sheet.grade()})
    except GradeError as error:
        return {error.field.removeprefix(f"{view}-"): gettext(error.sentence)}
    return {}
