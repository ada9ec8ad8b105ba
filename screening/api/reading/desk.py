"""A consult as one reader may see it now."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from screening.models import Consult, Draft, Image, Read
from screening.reading import desk, what_the_ai_saw


def opened(user: Any, consult: Consult) -> tuple[Consult, dict[str, Any]]:
    """The consult, and what `ConsultOut` shows beside its line. The key "ai" is there only if it may be shown."""
    encounter = consult.encounter
    images = list(encounter.images.belonging())
    draft = Draft.objects.filter(consult=consult, reader=user).first()
    beside = {
        "views": encounter.programme.views, "reading_mode": encounter.programme.reading_mode,
        "answers": encounter.answers, "unobtainable": encounter.unobtainable,
        "images": [_picture(image) for image in images], "draft": draft.entered if draft else None,
        "reads": Read.objects.visible_to(user).filter(consult=consult).prefetch_related("marks"),
    }  # fmt: skip
    if desk.ai_shown(user, consult):
        beside["ai"] = _ai(consult, images)
    return consult, beside


def _picture(image: Image) -> dict[str, Any]:
    names = ("id", "view", "capture_class", "width", "height", "received_at")
    addresses = {
        "display": reverse("image_display", args=[image.pk]),
        "thumbnail": reverse("image_thumb", args=[image.pk]),
    }
    return {name: getattr(image, name) for name in names} | addresses


def _ai(consult: Consult, images: list[Image]) -> dict[str, Any]:
    found = what_the_ai_saw.of(consult, images)
    return {
        "action": consult.decision.action,
        "reason": consult.decision.reason,
        "pictures": [_insight(found[str(image.pk)]) for image in images],
    }


def _insight(found: what_the_ai_saw.Insight) -> dict[str, Any]:
    score, point = found.score, found.point
    return {
        "image": found.image.pk, "state": found.state, "reason": found.reason, "words": found.words,
        "score": score, "threshold": point.threshold if point else None,
        "distance": score - point.threshold if point and score is not None else None,
        "heat": reverse("image_heat", args=[found.image.pk]) if found.heat else None,
        "models": found.models, "operating_point": point,
    }  # fmt: skip
