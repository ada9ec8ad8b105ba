"""The threshold explorer: what every threshold of a model would mean for a programme."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import may
from inference.models import ModelVersion
from inference.rounding import floored
from inference.thresholds.calibration import Row, positives_needed
from inference.thresholds.curve import Curve
from inference.thresholds.tables import Setting, Yield, yields_of
from screening.models import Calibration, Programme
from screening.models.choices import capture_class_label
from screening.protocol import calibration_file

# Steps of the slider: every number of missed people, and others evenly between, no more than a finger can tell apart.
STEPS, BETWEEN = 120, 40
PERCENT = {"inputmode": "decimal", "step": "any", "autocomplete": "off"}


class SettingForm(forms.Form):
    """Who would be screened, what must be proved, and what it costs. Shares in per cent, as people say them."""

    target = forms.FloatField(
        label=gettext_lazy("Sensitivity to prove, %"), min_value=50, max_value=99.9, initial=90,
        widget=forms.NumberInput(attrs=PERCENT),
    )  # fmt: skip
    prevalence = forms.FloatField(
        label=gettext_lazy("Ill among those screened, %"), min_value=0.01, max_value=99, required=False,
        widget=forms.NumberInput(attrs=PERCENT),
    )  # fmt: skip
    people = forms.IntegerField(
        label=gettext_lazy("People screened"), min_value=1, max_value=10**8, initial=1000, required=False
    )
    screen_cost = forms.FloatField(
        label=gettext_lazy("Cost of screening one"), min_value=0, max_value=10**9, initial=0, required=False,
        widget=forms.NumberInput(attrs=PERCENT),
    )  # fmt: skip
    confirm_cost = forms.FloatField(
        label=gettext_lazy("Cost of one confirmatory test"), min_value=0, max_value=10**9, initial=0, required=False,
        widget=forms.NumberInput(attrs=PERCENT),
    )  # fmt: skip

    def asked(self, target: float, prevalence: float) -> tuple[float, Setting]:
        """The target and the setting; what was left out or makes no sense is as in the evidence, the rest as typed."""
        start = {name: field.initial for name, field in self.fields.items()}
        if self.is_bound:
            self.full_clean()
        typed = self.cleaned_data if self.is_bound else {}
        said = {**start, "target": 100 * target, "prevalence": 100 * prevalence}
        said |= {name: value for name, value in typed.items() if value is not None}
        return said["target"] / 100, Setting(
            said["people"], said["prevalence"] / 100, said["screen_cost"], said["confirm_cost"]
        )


@dataclass(frozen=True)
class Source:
    """Where a curve comes from: a calibration that was handed in, or the pack itself."""

    programme: Programme
    version: ModelVersion
    curve: Curve
    target: float
    threshold: float | None
    kept: Calibration | None = None


@dataclass(frozen=True)
class Shown:
    """One threshold, counted and in words."""

    gain: Yield
    lower: float
    proved: bool

    def plotted(self, people: int) -> dict[str, Any]:
        row = self.gain.row
        return {
            "threshold": row.threshold, "sensitivity": row.sensitivity, "lower": self.lower,
            "specificity": row.specificity, "referred": self.gain.confirmatory_tests / people,
            "missed": self.gain.missed, "needless": self.gain.false_referrals, "proved": self.proved,
            "tests": self.gain.confirmatory_tests, "said": self.said(people),
        }  # fmt: skip

    def said(self, people: int) -> dict[str, str]:
        row, gain = self.gain.row, self.gain
        return {
            "threshold": f"{row.threshold:.4g}",
            "sensitivity": f"{_percent(row.sensitivity)} (≥\u00a0{_percent(self.lower, down=True)})",
            "specificity": _percent(row.specificity), "referred": _percent(gain.confirmatory_tests / people),
            "found": _count(gain.true_cases), "missed": _count(gain.missed), "needless": _count(gain.false_referrals),
            "cleared": _count(gain.cleared), "ppv": _percent(gain.ppv), "npv": _percent(gain.npv),
            "tests": _count(gain.confirmatory_tests), "tests_each": _amount(gain.tests_per_true_case),
            "cost": _amount(gain.cost_per_true_case) if gain.cost else "–",
        }  # fmt: skip


def _percent(share: float | None, *, down: bool = False) -> str:
    """One decimal; a bound is rounded down, so that none looks better than it is."""
    if share is None:
        return "–"
    return f"{100 * (floored(share, 3) if down else share):.1f}\u00a0%"


def _count(people: float) -> str:
    people = abs(people) if abs(people) < 0.05 else people  # what rounding left of nobody is not "-0.0"
    return f"{people:.0f}" if people >= 100 or people == round(people) else f"{people:.1f}"


def _amount(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.2f}"


# Words of the readout and heads of the table, in order.
WORDS = {
    "threshold": gettext_lazy("Threshold"),
    "sensitivity": gettext_lazy("Finds (at least)"),
    "specificity": gettext_lazy("Clears"),
    "referred": gettext_lazy("Referred"),
    "found": gettext_lazy("Ill and found (TP)"),
    "missed": gettext_lazy("Ill and missed (FN)"),
    "needless": gettext_lazy("Well and referred (FP)"),
    "cleared": gettext_lazy("Well and cleared (TN)"),
    "ppv": gettext_lazy("Referred who are ill (PPV)"),
    "npv": gettext_lazy("Cleared who are well (NPV)"),
    "tests": gettext_lazy("Confirmatory tests"),
    "tests_each": gettext_lazy("Tests per case found"),
    "cost": gettext_lazy("Cost per case found"),
}


def explorer(request: HttpRequest, source: Source) -> HttpResponse:
    """The page: the same address with other numbers answers what they would mean."""
    curve = source.curve
    form = SettingForm(request.GET if "target" in request.GET else None)
    target, setting = form.asked(source.target, curve.ill / (curve.ill + curve.well))
    proven = curve.proven(target)
    rows = steps(curve, [row for row in (proven, _chosen(source)) if row])
    shown = [Shown(gain, gain.sensitivity_lower, gain.sensitivity_lower >= target)
             for gain in yields_of(rows, setting, curve.confidence)]  # fmt: skip
    at = _at(request, rows, _chosen(source) or proven or rows[0])
    if not form.is_bound:  # numbers to start from, as the evidence has them
        form = SettingForm(initial={
            "target": _plain(100 * target), "prevalence": _plain(100 * (setting.prevalence or 0)),
            "people": setting.people,
            "screen_cost": 0, "confirm_cost": 0,
        })  # fmt: skip
    return render(request, "screening/protocol/thresholds.html", {
        "source": source, "programme": source.programme, "version": source.version, "curve": curve, "form": form,
        "capture": capfirst(capture_class_label(curve.capture_class)), "group": _group(curve.stratum), "target": target,
        "target_said": f"{_plain(100 * target)} %", "people": setting.people, "words": WORDS,
        "proven": proven and f"{proven.threshold:.4g}", "needed": positives_needed(target, curve.confidence),
        "rows": [{"said": one.said(setting.people), "proved": one.proved, "here": n == at}
                 for n, one in enumerate(shown)],
        "here": shown[at], "readout": _readout(shown[at], setting.people), "at": at, "last": len(rows) - 1,
        "threshold_said": f"{rows[at].threshold:.4g}", "threshold_exact": repr(rows[at].threshold),
        "target_exact": repr(target),
        "may_propose": may(request.user, "models.propose") and (not form.is_bound or form.is_valid()),
        "with_ai": _graded_with_ai(source),
        "plots": {
            "rows": [one.plotted(setting.people) for one in shown], "at": at, "target": target,
            "words": {key: str(word) for key, word in WORDS.items()} | {
                "lower": _("At least (lower bound)"), "target": _("To be proved"), "share": _("Share, %"),
                "people": _("People"), "threshold": _("Threshold"),
            },
        },
    })  # fmt: skip


def _graded_with_ai(source: Source) -> int:
    """How many grades of the set came from a reader who had seen the AI; 0 where nothing is said of it."""
    told = source.kept.content.get("set") if source.kept else None
    said = told.get("with_ai") if isinstance(told, dict) else None
    return said if isinstance(said, int) else 0


def steps(curve: Curve, also: list[Row]) -> list[Row]:
    """Where the slider stops: the highest threshold for each number of missed people, others between, and `also`."""
    last = {row.fn: row for row in curve.rows}
    kept = [*_evenly(list(last.values()), STEPS), *_evenly(list(curve.rows), BETWEEN), *also]
    return sorted({row.threshold: row for row in kept}.values(), key=lambda row: row.threshold)


def _evenly(rows: list[Row], most: int) -> list[Row]:
    if len(rows) <= most:
        return rows
    return [rows[round(n * (len(rows) - 1) / (most - 1))] for n in range(most)]


def _chosen(source: Source) -> Row | None:
    return None if source.threshold is None else source.curve.at(source.threshold)


def _at(request: HttpRequest, rows: list[Row], otherwise: Row) -> int:
    """Which step is looked at: by its threshold, by its number, or the one proposed."""
    said, step = number(request.GET.get("threshold")), number(request.GET.get("at"))
    if said is None and step is not None:
        return min(max(round(step), 0), len(rows) - 1)
    wanted = otherwise.threshold if said is None else said
    return min(range(len(rows)), key=lambda n: abs(rows[n].threshold - wanted))


def number(text: str | None) -> float | None:
    """A finite number somebody sent; None for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _plain(value: float) -> str:
    return f"{value:.4g}"


def _readout(one: Shown, people: int) -> list[dict[str, Any]]:
    said = one.said(people)
    return [{"key": key, "word": WORDS[key], "value": said[key]} for key in WORDS if key != "threshold"]


def _group(stratum: str) -> str:
    return stratum.replace(";", ", ").replace("=", " ") or _("everybody")


def sources(programme: Programme) -> list[dict[str, Any]]:
    """What can be explored here: curves that packs brought, and calibrations handed in."""
    found: list[dict[str, Any]] = []
    for version in ModelVersion.objects.filter(modality=programme.modality, purpose__in=calibration_file.SCORED):
        told = version.manifest.get("curve")
        known = programme.kind.class_codes
        for capture in [one for one in (told or {}).get("capture_classes", []) if one in known]:
            found.append({"version": version, "capture": capture_class_label(capture), "data": told["data"],
                          "kept": None,
                          "at": reverse("thresholds_of_pack", args=[programme.code, version.pk, capture])})  # fmt: skip
    for kept in programme.calibrations.select_related("model_version", "given_by"):
        found.append({"version": kept.model_version, "capture": capture_class_label(kept.capture_class),
                      "data": kept.data, "kept": kept,
                      "at": reverse("thresholds_handed_in", args=[programme.code, kept.pk])})  # fmt: skip
    return found
