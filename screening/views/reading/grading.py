"""The grading sheet: one form per view, and between form, draft and the raw grades the verbs take.

Whether a grade is complete is judged by `grades` alone; these forms only lay out the choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screening.models import Programme
from screening.models.choices import FINDINGS, view_label, views
from screening.rules import modality
from screening.rules.declaration import Sheet as Kind
from screening.rules.grades import (
    AMD,
    DME,
    ICDR,
    EyeGrade,
    Finding,
    Gradability,
    Grade,
    GradeError,
    Seen,
    Sign,
    TBLikelihood,
    finding_of,
    grade_of,
    worst,
)
from screening.words import refusals
from screening.words.codes import LIMITS, RECOMMENDATIONS, SIGNS, WHYS, ZONES
from screening.words.sentences import Badge

ADVICE_LENGTH = 1000
NOTE_LENGTH = 300
TICKS = ("glaucoma", "cataract", "other", "other_urgent")
WHY_UNGRADABLE = (
    ("", _("Why not? (you may leave this open)")),
    ("blurred", _("Blurred")),
    ("too_dark", _("Too dark or too bright")),
    ("glare", _("Light reflected")),
    ("field_cut_off", _("Part cut off")),
    ("no_photo", _("No photo")),
    ("other", _("Something else")),
)
LOOKS = {
    Finding.NORMAL: ("clear", "circle-check"),
    Finding.UNGRADABLE: ("again", "circle-help"),
    Finding.REFERABLE: ("refer", "circle-alert"),
    Finding.URGENT: ("urgent", "triangle-alert"),
}
BADGES = {Finding(code): Badge(code, *LOOKS[Finding(code)], words) for code, words in FINDINGS}


def _radio(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.RadioSelect)


def _tick(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


class Sheet(forms.Form):
    """What both kinds of sheet share. `prefix` is the view's code, so fields are named as GradeError names them."""

    # What cannot be said of a picture that cannot be graded.
    unseen: ClassVar[tuple[str, ...]] = ("icdr", "dme", "tb", "limits", "seen")
    # What is asked of a picture that can be graded; then what else may be entered, and its template.
    scale: ClassVar[tuple[str, ...]] = ()
    # The digit that chooses the first answer to the first of them; the next digit the second, and so on.
    first_digit: ClassVar[int] = 1
    more_title: ClassVar[Any] = _("Other findings")
    more_fields: ClassVar[str] = ""
    field_order = (
        "gradability", "reason", "seen", "limits", "icdr", "dme", "tb", "glaucoma", "cup_disc", "cataract", "amd",
        "other", "other_urgent", "recommendation", "note",
    )  # fmt: skip
    reason = forms.ChoiceField(label=_("Why not?"), choices=WHY_UNGRADABLE, required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=NOTE_LENGTH)

    def grade(self) -> dict[str, Any]:
        """The raw grade as it is stored: blanks left out, and nothing claimed about what cannot be seen."""
        if self.is_bound:
            self.is_valid()
        entered = self.cleaned_data if self.is_bound else self.initial
        said = {name: value for name, value in entered.items() if value not in ("", None, False, [], {})}
        if said.get("gradability") == Gradability.UNGRADABLE:
            return {name: value for name, value in said.items() if name not in self.unseen}
        said.pop("reason", None)
        return said

    @property
    def asked(self) -> list[tuple[forms.BoundField, str]]:
        """The questions of the scale, each with how many choices stand in a row, for the styles."""
        rows = {3: "three", 4: "four", 5: "five"}
        return [(self[name], rows[len(self.fields[name].choices)]) for name in self.scale]  # type: ignore[attr-defined]

    @property
    def graded(self) -> forms.BoundField:
        """The question that digits answer."""
        return self[self.scale[0]]

    @property
    def last_digit(self) -> int:
        return self.first_digit + len(self.graded.field.choices) - 1  # type: ignore[attr-defined]

    @property
    def more(self) -> bool:
        """Whether anything is entered under "other findings": then it is shown open."""
        beside = ("glaucoma", "cataract", "amd", "cup_disc", "other", "other_urgent", "note", "signs", "limits")
        entered = {name for name, value in self.grade().items() if (name, value) != ("limits", "good")}
        return bool(entered & set(beside)) or any(name in self.errors for name in beside)


class EyeSheet(Sheet):
    reason = forms.ChoiceField(
        label=_("Why not?"), required=False,
        choices=(*WHY_UNGRADABLE[:-2], ("media", _("Clouded (cataract, haemorrhage)")), *WHY_UNGRADABLE[-2:]),
    )  # fmt: skip
    scale = ("icdr", "dme")
    first_digit = ICDR.NONE.value
    more_fields = "screening/reading/eye.html"
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
    glaucoma = _tick(_("Glaucoma suspected"))
    cup_disc = forms.CharField(
        label=_("Cup–disc ratio"), required=False, max_length=4,
        widget=forms.TextInput({"inputmode": "decimal", "placeholder": "0.0 – 1.0", "autocomplete": "off"}),
    )  # fmt: skip
    cataract = _tick(_("Cataract that needs a clinic"))
    amd = forms.ChoiceField(
        label=_("Macular degeneration (AMD)"), required=False,
        choices=(("", _("none")), (AMD.EARLY.value, _("early")), (AMD.LATE.value, _("late (advanced or wet)"))),
    )  # fmt: skip
    other = _tick(_("Something else that needs a clinic"))


class FilmSheet(Sheet):
    scale = ("tb",)
    more_title = _("Signs, quality, recommendation")
    more_fields = "screening/reading/film.html"
    gradability = _radio(
        _("Film"), ((Gradability.GRADABLE.value, _("Can be read")), (Gradability.UNGRADABLE.value, _("Cannot")))
    )
    limits = forms.ChoiceField(label=_("Quality"), choices=LIMITS, required=False)
    tb = _radio(
        _("Tuberculosis"),
        (
            (TBLikelihood.UNLIKELY.value, _("Unlikely")),
            (TBLikelihood.POSSIBLE.value, _("Possible")),
            (TBLikelihood.LIKELY.value, _("Likely")),
            (TBLikelihood.ACTIVE.value, _("Active")),
        ),
    )
    other = _tick(_("Something else that needs a clinic"))
    other_urgent = _tick(_("Something else that is urgent"))
    recommendation = _radio(_("Recommendation"), RECOMMENDATIONS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        signs = (kwargs.get("initial") or {}).get("signs", {})
        ticked = {f"sign_{code}": True for code in signs} | {f"zones_{code}": zones for code, zones in signs.items()}
        kwargs["initial"] = {**(kwargs.get("initial") or {}), **ticked}
        super().__init__(*args, **kwargs)
        for sign, label in SIGNS.items():
            self.fields[f"sign_{sign}"] = _tick(label)
            self.fields[f"zones_{sign}"] = forms.MultipleChoiceField(
                label=label, choices=ZONES, required=False, widget=forms.CheckboxSelectMultiple
            )

    @property
    def signs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Every sign that may be ticked, with its zones."""
        return [(self[f"sign_{sign}"], self[f"zones_{sign}"]) for sign in SIGNS]

    def grade(self) -> dict[str, Any]:
        said = super().grade()
        zones = {sign: list(said.get(f"zones_{sign}", [])) for sign in SIGNS}
        signs = {sign.value: zones[sign] for sign in SIGNS if said.get(f"sign_{sign}") or zones[sign]}
        said = {name: value for name, value in said.items() if not name.startswith(("sign_", "zones_"))}
        return {**said, "signs": signs} if signs else {name: v for name, v in said.items() if name != "signs"}


class PlainSheet(Sheet):
    scale = ("seen",)
    more_title = _("Note")
    gradability = _radio(
        _("Picture"), ((Gradability.GRADABLE.value, _("Can be graded")), (Gradability.UNGRADABLE.value, _("Cannot")))
    )
    seen = _radio(
        _("Disease"),
        (
            (Seen.NORMAL.value, _("None")),
            (Seen.REFER.value, _("Needs a clinic")),
            (Seen.URGENT.value, _("Urgent")),
        ),
    )


SHEETS: Mapping[Kind, type[Sheet]] = {Kind.EYE: EyeSheet, Kind.FILM: FilmSheet, Kind.PLAIN: PlainSheet}


def in_words(grades: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Stored grades as (view, what was seen), for showing a read."""
    return [(view_label(view), _seen(view, grade)) for view, grade in grades.items() if view in dict(views())]


# What a scale says, with what stands before it.
SAID = (("icdr", "ICDR "), ("dme", "DME: "), ("tb", _("tuberculosis: ")), ("amd", "AMD: "), ("seen", _("disease: ")))


def _seen(view: str, grade: Mapping[str, Any]) -> str:
    sheet = SHEETS[modality.of_view(view).sheet]()
    said = [gettext("cannot be graded")] if grade.get("gradability") == Gradability.UNGRADABLE else []
    for name, title in SAID:
        if name in sheet.fields and str(grade.get(name, "")):
            chosen = str(dict(sheet.fields[name].choices).get(str(grade[name]), ""))  # type: ignore[attr-defined]
            said.append(str(title) + (f"{grade[name]} – {chosen}" if name == "icdr" else chosen))
    said += [str(sheet.fields[name].label) for name in TICKS if name in sheet.fields and grade.get(name)]
    said += [f"{SIGNS[Sign(sign)]} {' '.join(zones)}".strip() for sign, zones in grade.get("signs", {}).items()]
    said += [f"C/D {grade['cup_disc']}"] if grade.get("cup_disc") else []
    said += [str(dict(RECOMMENDATIONS)[grade["recommendation"]])] if grade.get("recommendation") else []
    return "; ".join([*said, *([str(grade["note"])] if grade.get("note") else [])])


class Advice(forms.Form):
    advice = forms.CharField(
        label=_("Advice to the field worker"), required=False, widget=forms.Textarea({"rows": 2, "dir": "auto"})
    )
    advice_codes = forms.MultipleChoiceField(
        label=_("For the patient, in their language"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, standard: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advice_codes"].choices = [(code, gettext(text)) for code, text in standard.items()]  # type: ignore[attr-defined]


class Sheets:
    """All sheets of one read, and the advice: blank, from a draft, or as just posted."""

    def __init__(
        self, programme: Programme, *, draft: Mapping[str, Any] | None = None, posted: QueryDict | None = None
    ) -> None:
        kind = SHEETS[programme.kind.sheet]
        kept = dict((draft or {}).get("grades", {}))
        self.programme = programme
        self.by_view = {v: kind(posted, prefix=v, initial=kept.get(v, {})) for v in programme.views}
        said = {name: (draft or {}).get(name, blank) for name, blank in (("advice", ""), ("advice_codes", []))}
        self.advice_form = Advice(programme.kind.advice, posted, initial=said)

    def grades(self) -> dict[str, dict[str, Any]]:
        return {view: sheet.grade() for view, sheet in self.by_view.items()}

    def advice(self) -> str:
        self.advice_form.is_valid()
        return str(self.advice_form.cleaned_data.get("advice", ""))[:ADVICE_LENGTH]

    def advice_codes(self) -> list[str]:
        self.advice_form.is_valid()
        return list(self.advice_form.cleaned_data.get("advice_codes", []))

    def entered(self) -> dict[str, Any]:
        """What a draft keeps."""
        codes = self.advice_codes()
        return {"grades": self.grades(), "advice": self.advice()} | ({"advice_codes": codes} if codes else {})

    def complain(self, error: GradeError) -> None:
        """Put the sentence beside the field it is about; also beside those of the other views."""
        for view, sheet in self.by_view.items():
            for name, sentence in _problems(self.programme, view, sheet).items():
                sheet.add_error(name, sentence)
        if not any(sheet.errors for sheet in self.by_view.values()):
            view, _dash, name = error.field.partition("-")
            self.by_view[view].add_error(name, refusals.sentence(error))

    def finding(self) -> Badge | None:
        """What the grades entered so far amount to, once every view is complete."""
        amounts = [self._view(view) for view in self.by_view]
        return BADGES[worst([grade.finding for grade in amounts if grade])] if all(amounts) else None

    def _view(self, view: str) -> Grade | None:
        try:
            return grade_of(self.programme.modality, self.by_view[view].grade())
        except GradeError:
            return None

    def reasons(self) -> list[tuple[str, str, str]]:
        """By which rule: for every view that is complete its name, its NHS grade (eyes) and why it is not normal."""
        found = [(view, self._view(view)) for view in self.by_view]
        return [
            (view_label(view), grade.rm if isinstance(grade, EyeGrade) else "", why_words(grade))
            for view, grade in found if grade
        ]  # fmt: skip


def why_words(grade: Grade) -> str:
    return ", ".join(str(WHYS[why]) for why in grade.whys)


def _problems(programme: Programme, view: str, sheet: Sheet) -> dict[str, str]:
    try:
        finding_of(programme.modality, {view: sheet.grade()})
    except GradeError as error:
        return {error.field.removeprefix(f"{view}-"): refusals.sentence(error)}
    return {}
