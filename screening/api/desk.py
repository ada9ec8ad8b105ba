"""A referral as one reader may see it now."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from screening import insight, reading
from screening.models import Draft, IdentityAnswer, Image, Read, Referral


def pictures(referral: Referral) -> list[Image]:
    """The encounter's pictures, without those somebody said do not belong to it."""
    images = referral.encounter.images.exclude(identity_alerts__answer__says=IdentityAnswer.Says.WRONG)
    for image in images:
        image.display = reverse("image_display", args=[image.pk])  # type: ignore[attr-defined]
        image.thumbnail = reverse("image_thumb", args=[image.pk])  # type: ignore[attr-defined]
    return list(images)


def opened(user: Any, referral: Referral) -> Referral:
    """The referral with what `ReferralOut` shows beside its columns; `ai` is set only if it may be shown."""
    images = pictures(referral)
    draft = Draft.objects.filter(referral=referral, reader=user).first()
    reads = Read.objects.visible_to(user).filter(referral=referral)
    shown = {"images": images, "draft": draft.entered if draft else None, "reads": reads}
    if reading.ai_shown(user, referral):
        shown["ai"] = _ai(referral, images)
    for name, value in shown.items():
        setattr(referral, name, value)
    return referral


def _ai(referral: Referral, images: list[Image]) -> dict[str, Any]:
    found = insight.of(referral, images)
    return {
        "action": referral.decision.action,
        "reason": referral.decision.reason,
        "pictures": [_insight(found[str(image.pk)]) for image in images],
    }


def _insight(found: insight.Insight) -> dict[str, Any]:
    score, point = found.score, found.point
    return {
        "image": found.image.pk, "state": found.state, "reason": found.reason, "words": found.words,
        "score": score, "threshold": point.threshold if point else None,
        "distance": score - point.threshold if point and score is not None else None,
        "heat": reverse("image_heat", args=[found.image.pk]) if found.heat else None,
        "models": found.models, "operating_point": point,
    }  # fmt: skip
