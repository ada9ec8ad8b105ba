"""The comparison of a model on trial with the one in force: what both said, and whose decision would flip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inference.models import ModelVersion
from screening.models import Encounter, Programme
from screening.models.choices import capture_class_label
from screening.protocol.comparison import Call, Comparison, Pair, agreement
from screening.views.figures.charts import Chart, said

WORDS: Mapping[Call, Any] = {
    Call.FOUND: gettext_lazy("disease found"),
    Call.CLEAR: gettext_lazy("clear"),
    Call.UNFIT: gettext_lazy("not fit to grade"),
    Call.HUMAN: gettext_lazy("a human reads"),
}
GATE_WORDS = {**WORDS, Call.CLEAR: gettext_lazy("fit to grade")}
SHOWN_FLIPS = 50
# Plots and tones: what both say alike, and what would change, each with its own colour and its own name.
ALIKE, FLIPS = "clear", "open"


def trial_page(request: HttpRequest, programme: Programme, purpose: str, found: Comparison) -> HttpResponse:
    chart = scatter(found)
    words = GATE_WORDS if purpose == ModelVersion.Purpose.GATE else WORDS
    return render(
        request,
        "screening/protocol/trial.html",
        {
            "programme": programme, "found": found, "chart": chart, "plots": [chart.plotted()] if chart else [],
            "agreement": said(agreement(found.pairs)), "agreed": agreement(found.pairs),
            "correlation": None if found.correlation is None else f"{found.correlation:.2f}",
            "tables": [_table(found, name, words) for name in found.by_class()],
            "flips": _flips(request, found, words),
        },
    )  # fmt: skip


def scatter(found: Comparison) -> Chart | None:
    """Every picture as a point: the score now across, the candidate's up. None where nothing was scored by both."""
    scored = [pair for pair in found.pairs if pair.current is not None and pair.candidate is not None]
    if not scored:
        return None
    names = ((ALIKE, _("Same decision"), False), (FLIPS, _("Would be decided otherwise"), True))
    series = [
        {"name": name, "tone": tone, "values": [[p.current, p.candidate] for p in scored if p.flips is flips]}
        for tone, name, flips in names
    ]  # fmt: skip
    axes = [_("Score of the model in force"), _("Score of the model on trial")]
    rows = [[capture_class_label(p.capture_class), f"{p.current:.3f}", f"{p.candidate:.3f}"] for p in scored[:200]]
    return Chart("trial", _("Scores of both models, picture by picture"), "scatter", axes, series,
                 [_("Kind of picture"), *axes], rows)  # fmt: skip


def _table(found: Comparison, capture_class: str, words: Mapping[Call, Any]) -> dict[str, Any]:
    """What the model in force says down, what the candidate says across."""
    counts, pairs = found.by_class()[capture_class], found.of(capture_class)
    used = [call for call in Call if any(call in both for both in counts)]
    rows = [
        {"name": words[now], "cells": [{"n": counts.get((now, then), 0), "same": now == then} for then in used]}
        for now in used
    ]  # fmt: skip
    return {"title": capture_class_label(capture_class), "head": [words[call] for call in used], "rows": rows,
            "said": said(agreement(pairs)), "pictures": len(pairs)}  # fmt: skip


def _flips(request: HttpRequest, found: Comparison, words: Mapping[Call, Any]) -> list[dict[str, Any]]:
    """Missed disease first: what was found and would be clear."""
    worst = sorted(found.flips, key=lambda pair: (pair.current_call != Call.FOUND, pair.candidate_call != Call.CLEAR))
    shown = worst[:SHOWN_FLIPS]
    visits = {pair.encounter for pair in shown}
    opens = set(Encounter.objects.visible_to(request.user).filter(pk__in=visits).values_list("pk", flat=True))
    return [_flip(pair, words, opens=pair.encounter in opens) for pair in shown]


def _flip(pair: Pair, words: Mapping[Call, Any], *, opens: bool) -> dict[str, Any]:
    shares = [None if score is None else f"{score:.3f}" for score in (pair.current, pair.candidate)]
    return {
        "pair": pair, "number": str(pair.image)[:8], "kind": capture_class_label(pair.capture_class),
        "now": words[pair.current_call],
        "then": words[pair.candidate_call], "scores": shares, "opens": opens,
    }  # fmt: skip
