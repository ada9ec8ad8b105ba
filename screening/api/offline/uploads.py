"""Resumable upload of sealed envelopes: tus 1.0 with creation, checksum, expiration and termination."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import http_date
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import Allow
from screening.api.endpoint import Endpoint, PerUser
from screening.api.offline.receiving import clock_error
from screening.models import Upload
from screening.offline import inbox, uploads

VERSION = "1.0.0"
BYTES = "application/offset+octet-stream"
ALGORITHMS = ("sha256", "sha1", "md5")
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
NUMBER = re.compile(r"[0-9]{1,15}")

RESUMABLE = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, required=True, description="1.0.0")
OFFSET = OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True)
LENGTH = OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True)
CHECKSUM = OpenApiParameter("Upload-Checksum", str, OpenApiParameter.HEADER, description="sha256 <base64>")
METADATA = OpenApiParameter(
    "Upload-Metadata", str, OpenApiParameter.HEADER, required=True, description="item, encounter, sha256 (docs)"
)
DONE = {204: None}


class OtherVersion(APIException):
    status_code = 412
    default_detail = "This server speaks tus 1.0.0."
    default_code = "tus_version"


class AllowTus(Allow):
    """What the server can do, anybody may ask."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method == "OPTIONS" or super().has_permission(request, view)


class Tus(Endpoint):
    """Every answer names the version; every request but OPTIONS must."""

    permission_classes = [AllowTus]
    problems: ClassVar[Mapping[str, str]] = {
        "410": "Unfinished for too long: begin it again.",
        "412": "Another version of tus than 1.0.0.",
        "460": "The checksum does not match: nothing of this request was kept.",
        "507": "The disk is full: wait as Retry-After says.",
    }
    throttle_classes = [PerUser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if override := request.headers.get("X-HTTP-Method-Override"):  # for proxies that let no PATCH through
            request.method = override.upper()
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            raise OtherVersion

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers["Tus-Resumable"] = VERSION
        if answer.status_code == OtherVersion.status_code:
            answer.headers["Tus-Version"] = VERSION
        return answer

    @extend_schema(exclude=True)
    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        said = {
            "Tus-Version": VERSION, "Tus-Max-Size": str(uploads.limit()), "Tus-Extension": EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }  # fmt: skip
        return Response(status=204, headers=said)


def number(request: Request, name: str) -> int:
    """A header that must be a whole number of bytes. Raises ParseError."""
    said = request.headers.get(name, "")
    if not NUMBER.fullmatch(said):
        raise ParseError(f"{name} must be a whole number, zero or more.")
    return int(said)


def metadata(request: Request) -> dict[str, str]:
    """The pairs of Upload-Metadata. Raises ParseError."""
    pairs: dict[str, str] = {}
    for member in filter(None, (part.strip() for part in request.headers.get("Upload-Metadata", "").split(","))):
        key, _space, value = member.partition(" ")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise ParseError(f"Upload-Metadata: the value of {key[:40]} is not base64 of text.") from None
    return pairs


def checksum(request: Request) -> tuple[str, bytes] | None:
    """The algorithm and the digest the sender gives. Raises ParseError for one this server does not know."""
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    algorithm, _space, value = said.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise ParseError(f"Upload-Checksum: one of {', '.join(ALGORITHMS)}.")
    try:
        return algorithm, base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ParseError("Upload-Checksum: the digest is not base64.") from None


def body_length(request: Request) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdigit() else 0


def take_body(request: Request, upload: Upload, at: int) -> Upload:
    """Store the request's bytes behind the upload's offset; once whole, hand it on."""
    announced, given = body_length(request), checksum(request)
    read: Callable[[int], bytes] = request._request.read
    if given:
        if announced > upload.length:
            raise uploads.TooLong
        upload = uploads.append_checked(upload, at, read(announced), *given)
    else:
        upload = uploads.append(upload, at, read, announced)
    if upload.whole and upload.finished_at is None:
        inbox.take_over(request.user, upload, clock_error(request))
    return upload


def facts(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Expires": http_date(upload.expires_at.timestamp())}


class Uploads(Tus):
    actions: ClassVar[dict[str, str]] = {"POST": "sealed.deliver"}

    @extend_schema(parameters=[RESUMABLE, LENGTH, METADATA, CHECKSUM], request=None, responses={201: None})
    def post(self, request: Request) -> HttpResponse:
        """Announce an envelope (its item, visit, SHA-256 and length); its first bytes may come along."""
        length, said = number(request, "Upload-Length"), metadata(request)
        try:
            item, encounter = uuid.UUID(said["item"]), uuid.UUID(said["encounter"])
            sha256 = bytes.fromhex(said["sha256"])
        except (KeyError, ValueError):
            raise ParseError("Upload-Metadata must name item, encounter and sha256.") from None
        if len(sha256) != 32:
            raise ParseError("Upload-Metadata: sha256 is 64 hex digits.")
        brings = body_length(request) > 0
        if brings and request.content_type != BYTES:
            raise UnsupportedMediaType(request.content_type)
        upload = uploads.begin(request.user, item=item, encounter=encounter, sha256=sha256.hex(), length=length)
        if (brings or length == 0) and upload.offset == 0:
            upload = take_body(request, upload, 0)
        return HttpResponse(status=201, headers={"Location": f"/api/v1/uploads/{upload.pk}", **facts(upload)})


class OneUpload(Tus):
    actions: ClassVar[dict[str, str]] = dict.fromkeys(("HEAD", "PATCH", "DELETE"), "sealed.deliver")

    @extend_schema(parameters=[RESUMABLE], responses={200: None})
    def head(self, request: Request, pk: uuid.UUID) -> HttpResponse:
        """How many bytes are stored for good."""
        upload = uploads.find(request.user, pk)
        return HttpResponse(
            headers={"Upload-Length": str(upload.length), "Cache-Control": "no-store", **facts(upload)},
        )

    @extend_schema(parameters=[RESUMABLE, OFFSET, CHECKSUM], request=None, responses=DONE)
    def patch(self, request: Request, pk: uuid.UUID) -> HttpResponse:
        """Bytes from the offset on. What arrives before a connection breaks is kept."""
        if request.content_type != BYTES:
            raise UnsupportedMediaType(request.content_type)
        at = number(request, "Upload-Offset")
        upload = take_body(request, uploads.find(request.user, pk), at)
        return HttpResponse(status=204, headers=facts(upload))

    @extend_schema(parameters=[RESUMABLE], responses=DONE)
    def delete(self, request: Request, pk: uuid.UUID) -> HttpResponse:
        """Give it up: the bytes are removed."""
        uploads.end(request.user, uploads.find(request.user, pk))
        return HttpResponse(status=204)
