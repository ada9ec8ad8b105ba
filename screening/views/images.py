"""Pictures of patients. Every look is written down before a byte leaves, and nothing is kept on the way."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from accounts.access import allow
from accounts.audit import record
from inference import blobs
from screening import insight, intake, photo, reading
from screening.models import Image, Referral
from screening.sealing import SealBroken

logger = logging.getLogger(__name__)
JPEG, PNG = "image/jpeg", "image/png"


def _serve(request: HttpRequest, pk: uuid.UUID, variant: str, find: Callable[[Image], bytes]) -> HttpResponse:
    """One variant of a picture the user may see. Unknown, not theirs and not there are the same 404."""
    image = Image.objects.visible_to(request.user).distinct().filter(pk=pk).first()
    if image is None:
        raise Http404
    try:
        data = find(image)
    except FileNotFoundError:
        raise Http404 from None
    # If the trace cannot be written, this raises, and no byte of the patient is sent.
    record(request.user, "image.view", image, variant=variant)
    return _picture(data, PNG if variant == "heat" else JPEG)


def _picture(data: bytes, media_type: str) -> HttpResponse:
    # No ETag and no ranges: "not modified" or half a picture would be a look that nobody wrote down.
    name = "heat.png" if media_type == PNG else "photo.jpg"
    return HttpResponse(
        data,
        content_type=media_type,
        headers={
            "Cache-Control": "no-store, private",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Content-Disposition": f'inline; filename="{name}"',
        },
    )


@allow("image.view")
@require_GET
def display(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The picture on the screen: upright, without metadata, at most 2048 pixels long."""
    return _serve(request, pk, "display", lambda image: blobs.get(blobs.display(image.photo)))


@allow("image.view")
@require_GET
def thumb(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A small copy, at most 320 pixels long."""
    return _serve(request, pk, "thumb", lambda image: blobs.get(blobs.thumbnail(image.photo)))


@allow("image.full")
@require_GET
def full(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Every pixel of the original, rendered the first time a reader asks."""
    return _serve(request, pk, "full", _full)


def _full(image: Image) -> bytes:
    name = f"full/{image.photo[:2]}/{image.photo}.jpg"
    if blobs.exists(name):
        return blobs.get(name)
    try:
        data = photo.full(intake.original_bytes(image))
    except (SealBroken, photo.PhotoRefused):
        logger.exception("the original of image %s cannot be rendered", image.pk)
        raise FileNotFoundError(name) from None
    blobs.put(name, data)
    return data


@allow("image.heat")
@require_GET
def heat(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Where the model found its reasons. Not there for a reader who may not see the AI yet."""

    def find(image: Image) -> bytes:
        referral = (
            Referral.objects.readable_by(request.user)
            .select_related("encounter__programme", "decision")
            .filter(encounter_id=image.encounter_id)
            .first()
        )
        if referral is None or not reading.ai_shown(request.user, referral):
            raise FileNotFoundError
        found = insight.on_picture(referral, image)
        if not found.heat:
            raise FileNotFoundError
        return blobs.get(found.heat)

    return _serve(request, pk, "heat", find)


urls: list[URLPattern] = [
    path("images/<uuid:pk>/display.jpg", display, name="image_display"),
    path("images/<uuid:pk>/thumb.jpg", thumb, name="image_thumb"),
    path("images/<uuid:pk>/full.jpg", full, name="image_full"),
    path("images/<uuid:pk>/heat.png", heat, name="image_heat"),
]
