"""The programmes a user works in, complete enough for a phone to work offline."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import sites_of
from inference.models import ModelVersion
from screening.api.endpoint import Listing
from screening.api.protocol.programme_serializers import ProgrammeOut
from screening.models import Programme
from screening.rules.declaration import Modality, Question, View
from screening.words import sentences

# An optic disc haemorrhage or a 3 mm nodule must still be seen by eye on the reader's screen.
READERS_NEED = {"longest_side": 1600, "jpeg_quality": 75}


class Programmes(Listing):
    actions: ClassVar[dict[str, str]] = {"GET": "programme.list"}
    ordering: ClassVar[tuple[str, ...]] = ("code",)

    @extend_schema(responses=ProgrammeOut(many=True))
    def get(self, request: Request) -> Response:
        """Protocol, questions, consent texts, and for which kinds of photo the AI may judge."""
        rows = Programme.objects.visible_to(request.user).prefetch_related("sites", "consent_texts")
        pages = self.pagination_class()
        mine = set(sites_of(request.user).values_list("site__code", flat=True))
        listed = pages.paginate_queryset(rows, request, self) or []
        shown = ProgrammeOut([described(programme, mine) for programme in listed], many=True)
        return pages.get_paginated_response(shown.data)


def described(programme: Programme, mine: set[str]) -> dict[str, Any]:
    """A programme as a phone needs it. `mine`: codes of the sites the user may know of."""
    kind, finding = programme.kind, programme.model_in_force(ModelVersion.Purpose.FINDING)
    gate = programme.model_in_force(ModelVersion.Purpose.GATE)
    texts = {text.language: text for text in reversed(programme.consent_texts.all())}
    return {
        "id": programme.pk, "code": programme.code, "name": programme.name, "modality": programme.modality,
        "views": programme.views, "shown": [_view(kind.view(view)) for view in programme.views],
        "look": _look(kind), "turned_down": [_turned_down(kind, reason) for reason in kind.reasons],
        "age_min": programme.age_min, "age_max": programme.age_max,
        "retakes_allowed": programme.retakes_allowed,
        "sites": sorted(mine & {site.code for site in programme.sites.all()}),
        "capture_classes": [
            {
                "code": one.code,
                "words": _(one.name),
                "operating_point": bool(finding and programme.threshold_for(finding, one.code)),
            }
            for one in kind.capture_classes
        ],
        "questions": [_question(question) for question in kind.questions],
        "unobtainable": [
            {"code": code, "text": text} for code, text in sentences.unobtainable_choices(kind)
        ],
        "consent_texts": [texts[language] for language in sorted(texts)],
        "compression_floor": _floor([one for one in (finding, gate) if one]),
    }  # fmt: skip


def _view(view: View) -> dict[str, Any]:
    return {"code": view.code, "name": _(view.name), "short": view.short and _(view.short), "side": view.side}


def _look(kind: Modality) -> dict[str, Any]:
    look = kind.look
    return {
        "judge": look.judge, "figure": look.figure, "frame": look.frame, "aim": _(look.aim), "twin": _(kind.says.twin)
    }  # fmt: skip


def _turned_down(kind: Modality, reason: str) -> dict[str, str]:
    what, how = sentences.ungradable(reason, kind)
    return {"code": reason, "text": what, "advice": how}


def _floor(models: list[ModelVersion]) -> dict[str, int] | None:
    """The strictest floor of the models in force; None: send full size, as where one of them is not certified. People
    read the photos too, so it never goes below what a reader needs, however small a photo the models can do with."""
    certified = [model.manifest.get("compression_floor") for model in models]
    if not all(certified):
        return None
    strictest = {}
    for key, least in READERS_NEED.items():
        if known := [floor[key] for floor in certified if floor and floor.get(key) is not None]:
            strictest[key] = max(least, *known)
    return strictest or None


def _question(question: Question) -> dict[str, Any]:
    choices = [{"code": code, "text": _(text)} for code, text in question.choices]
    return {**asdict(question), "text": _(question.text), "choices": choices}
