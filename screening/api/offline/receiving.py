"""The bytes of a picture on their way in: raw or as a form, bounded, and checked against the sender's digest."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import UnreadablePostError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from screening.api.endpoint import check_length
from screening.refusal import Refused

FORM_OVERHEAD = 64 * 1024  # bytes of the form around the picture
FORM_LIMIT = 1_000_000  # bytes of a sealed form


class LengthRequired(APIException):
    """Without a length nobody could tell a whole picture from one that was cut off."""

    status_code = 411
    default_detail = _("Say how long the picture is (Content-Length).")
    default_code = "length_required"


def check_envelope(request: Request) -> None:
    """Raises UnsupportedMediaType for compressed bodies, LengthRequired for endless ones, TooLarge for huge ones."""
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity")
    if encoding.strip().lower() != "identity":
        # A compressed body is how a small request becomes a huge one; pictures are compressed already.
        raise UnsupportedMediaType(encoding, str(_("Send the picture as it is, without Content-Encoding.")))
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        raise LengthRequired
    check_length(request, settings.FIELDLIGHT_UPLOAD_LIMIT + FORM_OVERHEAD)


class Raw(BaseParser):
    """The body is the picture. What it really is, its own bytes say; the media type only lets it in."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        request = (parser_context or {})["request"]
        announced = check_length(request, settings.FIELDLIGHT_UPLOAD_LIMIT)
        data = stream.read()
        if len(data) < announced:
            raise UnreadablePostError("half a picture")
        return data


class Sealed(BaseParser):
    """The body is an envelope, of a form."""

    media_type = "application/vnd.fieldlight.sealed"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        announced = check_length((parser_context or {})["request"], FORM_LIMIT)
        data = stream.read()
        if len(data) < announced:
            raise UnreadablePostError("half an envelope")
        return data


def clock_error(request: Request) -> timedelta | None:
    """The server's clock minus the phone's, if the phone says its time (X-Phone-Time, ISO 8601)."""
    try:
        said = parse_datetime(request.headers.get("X-Phone-Time", ""))
    except ValueError:
        return None
    return timezone.now() - said if said and timezone.is_aware(said) else None


class Jpeg(Raw):
    media_type = "image/jpeg"


class Png(Raw):
    media_type = "image/png"


class Dicom(Raw):
    media_type = "application/dicom"


PARSERS = [Jpeg, Png, Dicom, MultiPartParser]


def picture(request: Request) -> tuple[bytes, dict[str, Any]]:
    """The picture's bytes and what is said of it, in the address or in the form."""
    check_envelope(request)
    body: Any = request.data
    said = dict(request.query_params.items())
    if isinstance(body, bytes):
        data = body
    else:
        file = body.get("image")
        data = bytes(file.read()) if hasattr(file, "read") else b""
        said |= {key: body[key] for key in ("view", "capture_class") if key in body}
    check_digest(request, data)
    return data, said


def check_digest(request: Request, data: bytes) -> None:
    """Raises Refused when the sender's SHA-256 (`X-Content-SHA256` in hex, or RFC 9530) is not that of the bytes."""
    claimed = [_hex(request.META.get("HTTP_X_CONTENT_SHA256", ""))]
    claimed += [_sf(request.META.get(name, "")) for name in ("HTTP_REPR_DIGEST", "HTTP_CONTENT_DIGEST")]
    actual = sha256(data).digest()
    if any(digest is not None and digest != actual for digest in claimed):
        raise Refused("digest_mismatch", str(_("The picture changed on its way here. Send it again.")))


def _hex(header: str) -> bytes | None:
    if not header.strip():
        return None
    try:
        return bytes.fromhex(header.strip())
    except ValueError:
        return b""


def _sf(header: str) -> bytes | None:
    for member in header.split(","):
        name, _equals, value = member.strip().partition("=")
        if name.lower() == "sha-256":
            try:
                return base64.b64decode(value.strip(":"), validate=True)
            except binascii.Error:
                return b""
    return None
