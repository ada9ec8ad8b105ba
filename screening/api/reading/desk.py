"""A referral as one reader may see it now."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from screening.models import Draft, Image, Read, Referral
from screening.reading import desk, what_the_ai_saw


def opened(user: Any, referral: Referral) -> tuple[Referral, dict[str, Any]]:
    """The referral, and what `ReferralOut` shows beside its line. The key "ai" is there only if it may be shown."""
    encounter = referral.encounter
    images = list(encounter.images.belonging())
    draft = Draft.objects.filter(referral=referral, reader=user).first()
    beside = {
        "views": encounter.programme.views, "reading_mode": encounter.programme.reading_mode,
        "answers": encounter.answers, "unobtainable": encounter.unobtainable,
        "images": [_picture(image) for image in images], "draft": draft.entered if draft else None,
        "reads": Read.objects.visible_to(user).filter(referral=referral).prefetch_related("marks"),
    }  # fmt: skip
    if desk.ai_shown(user, referral):
        beside["ai"] = _ai(referral, images)
    return referral, beside


def _picture(image: Image) -> dict[str, Any]:
    names = ("id", "view", "capture_class", "width", "height", "received_at")
    addresses = {
        "display": reverse("image_display", args=[image.pk]),
        "thumbnail": reverse("image_thumb", args=[image.pk]),
    }
    return {name: getattr(image, name) for name in names} | addresses


def _ai(referral: Referral, images: list[Image]) -> dict[str, Any]:
    found = what_the_ai_saw.of(referral, images)
    return {
        "action": referral.decision.action,
        "reason": referral.decision.reason,
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
