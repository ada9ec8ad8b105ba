"""Pictures of patients. Every look is written down before a byte leaves, and nothing is kept on the way."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allow
from accounts.audit import record
from inference import blobs
from screening import photo
from screening.models import Announced, Consult, Image
from screening.photo.sealed_original import SealBroken
from screening.reading import desk, tiles, what_the_ai_saw
from screening.views.reading import marks
from screening.visit import pictures

logger = logging.getLogger(__name__)
JPEG, PNG = "image/jpeg", "image/png"
LOOK = 3600  # seconds that the tiles of one look may be fetched


def _visible(request: HttpRequest, pk: uuid.UUID) -> Image:
    image = Image.objects.visible_to(request.user).distinct().filter(pk=pk).first()
    if image is None:
        raise Http404
    return image


def _serve(request: HttpRequest, pk: uuid.UUID, variant: str, find: Callable[[Image], bytes]) -> HttpResponse:
    """One variant of a picture the user may see. Unknown, not theirs and not there are the same 404."""
    image = _visible(request, pk)
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
    return _serve(request, pk, "display", lambda image: blobs.get(blobs.display(image.display_sha256)))


@allow("image.view")
@require_GET
def thumb(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A small copy, at most 320 pixels long."""
    return _serve(request, pk, "thumb", lambda image: blobs.get(blobs.thumbnail(image.display_sha256)))


@allow("image.add")
@require_GET
def preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The small picture a phone sent ahead, for the field worker and only until the photo itself is here."""
    ahead = Announced.objects.recordable_by(request.user).missing().filter(encounter__withdrawn_at=None)
    coming = ahead.filter(pk=pk, preview=True).first()
    if coming is None:
        raise Http404
    try:
        data = blobs.get(blobs.preview(coming.pk))
    except FileNotFoundError:
        raise Http404 from None
    record(request.user, "image.view", coming, variant="preview")
    return _picture(data, JPEG)


@allow("image.full")
@require_GET
def full(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Every pixel of the original, rendered the first time a reader asks."""
    return _serve(request, pk, "full", _full)


def _full(image: Image) -> bytes:
    name = f"full/{image.display_sha256[:2]}/{image.display_sha256}.jpg"
    if blobs.exists(name):
        return blobs.get(name)
    try:
        data = photo.full(pictures.original_bytes(image))
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
        consult = (
            Consult.objects.readable_by(request.user)
            .select_related("encounter__programme", "decision")
            .filter(encounter_id=image.encounter_id)
            .first()
        )
        if consult is None or not desk.ai_shown(request.user, consult):
            raise FileNotFoundError
        found = what_the_ai_saw.on_picture(consult, image)
        if not found.heat:
            raise FileNotFoundError
        return blobs.get(found.heat)

    return _serve(request, pk, "heat", find)


@allow("image.full")
@require_POST
def look(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Begin to look at a picture in tiles, one way. Written down once; the tiles that follow belong to this look."""
    image = _visible(request, pk)
    try:
        way = _way(image, request.POST)
        said = tiles.ensure(image, way)
    except (tiles.NoSuchWay, FileNotFoundError):
        raise Http404 from None
    record(request.user, "image.view", image, variant="tiles", way=way)
    width, height = said["levels"][0]["width"], said["levels"][0]["height"]
    word = _signer(request, image, way).sign("look").removeprefix("look:")
    base = reverse("image_tile", args=[image.pk, word, way, 0, 0, 0]).removesuffix("0/0_0.jpg")
    return JsonResponse(
        {"way": way, "width": width, "height": height, "tile": said["tile"], "overlap": said["overlap"],
         "levels": len(said["levels"]), "window": said.get("window"), "base": base},
        headers={"Cache-Control": "no-store, private"},
    )  # fmt: skip


def _way(image: Image, sent: QueryDict) -> str:
    """Which way is asked for: by name, or by a window's centre and width. Raises NoSuchWay."""
    if "centre" not in sent:
        return sent.get("way", "original")
    try:
        return tiles.stepped(image, float(sent.get("centre", "")), float(sent.get("width", "")))
    except (ValueError, OverflowError):
        raise tiles.NoSuchWay from None


def _signer(request: HttpRequest, image: Image, way: str) -> TimestampSigner:
    return TimestampSigner(salt=f"look {request.user.pk} {image.pk} {way}")


@allow("image.full")
@require_GET
def tile(request: HttpRequest, pk: uuid.UUID, word: str, way: str, level: int, x: int, y: int) -> HttpResponse:
    """One tile of a look that was written down less than an hour ago, to the person who looks, while they may."""
    image = _visible(request, pk)
    try:
        _signer(request, image, way).unsign(f"look:{word}", max_age=LOOK)
        return _picture(tiles.tile(image, way, level, x, y), JPEG)
    except (BadSignature, FileNotFoundError):
        raise Http404 from None


urls: list[URLPattern] = [
    *marks.urls,
    path("images/<uuid:pk>/display.jpg", display, name="image_display"),
    path("images/<uuid:pk>/thumb.jpg", thumb, name="image_thumb"),
    path("images/<uuid:pk>/preview.jpg", preview, name="image_preview"),
    path("images/<uuid:pk>/full.jpg", full, name="image_full"),
    path("images/<uuid:pk>/look/", look, name="image_look"),
    path("images/<uuid:pk>/tiles/<str:word>/<str:way>/<int:level>/<int:x>_<int:y>.jpg", tile, name="image_tile"),
    path("images/<uuid:pk>/heat.png", heat, name="image_heat"),
]
