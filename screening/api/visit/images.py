"""Pictures of an encounter: send one, get its receipt, list them."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from screening.api.endpoint import Endpoint
from screening.api.offline import receiving
from screening.api.visit import status
from screening.api.visit.encounters import to_record, to_see
from screening.api.visit.image_serializers import AsideIn, ImageOut, PictureForm, PictureIn, Receipt
from screening.models import Encounter, Image, SetAside
from screening.photo.kind import Kind
from screening.visit import pictures

DIGEST = OpenApiParameter(
    "X-Content-SHA256", str, OpenApiParameter.HEADER, description="SHA-256 of the picture in hex; checked if sent."
)
REPR_DIGEST = OpenApiParameter(
    "Repr-Digest", str, OpenApiParameter.HEADER, description="The same as RFC 9530 writes it: sha-256=:base64:"
)


class Images(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "encounter.view"}

    @extend_schema(operation_id="encounters_images_list", responses={200: ImageOut(many=True)})
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """The pictures received for an encounter, in the order they came."""
        encounter = to_see(request.user, pk)
        return Response(ImageOut(status.shown(encounter, encounter.images.all()), many=True).data)


class Picture(Endpoint):
    actions: ClassVar[dict[str, str]] = {"PUT": "image.add"}
    parser_classes = receiving.PARSERS

    @extend_schema(
        parameters=[PictureIn, DIGEST, REPR_DIGEST],
        request={kind.value: OpenApiTypes.BINARY for kind in Kind} | {"multipart/form-data": PictureForm},
        responses={200: Receipt, 201: Receipt},
    )
    def put(self, request: Request, pk: uuid.UUID, image_id: uuid.UUID) -> Response:
        """Hand in one picture under the phone's own id. Repeatable: 201 the first time, 200 again, 409 for another."""
        encounter = to_record(request.user, pk)
        data, said = receiving.picture(request)
        about = self.asked(PictureIn, said)
        image, new = pictures.accept(request.user, encounter, data=data, client_id=image_id, **about)
        receipt = status.receipt(encounter, image, sha256(data).hexdigest())
        return self.shown(Receipt, receipt, 201 if new else 200)


class Aside(Endpoint):
    actions: ClassVar[dict[str, str]] = {"POST": "image.add"}

    @extend_schema(operation_id="encounters_images_set_aside", request=AsideIn, responses={200: ImageOut})
    def post(self, request: Request, pk: uuid.UUID, image_id: uuid.UUID) -> Response:
        """Say that a picture does not belong to this patient or view: it is kept, and judged by nobody."""
        encounter, image = _to_move(request, pk, image_id)
        pictures.set_aside(request.user, image, SetAside.Why(self.asked(AsideIn)["why"]))
        return _moved(encounter, image)


class PutBack(Endpoint):
    actions: ClassVar[dict[str, str]] = {"POST": "image.add"}

    @extend_schema(operation_id="encounters_images_put_back", request=None, responses={200: ImageOut})
    def post(self, request: Request, pk: uuid.UUID, image_id: uuid.UUID) -> Response:
        """Undo setting a picture aside: it counts again."""
        encounter, image = _to_move(request, pk, image_id)
        pictures.put_back(request.user, image)
        return _moved(encounter, image)


def _to_move(request: Request, pk: uuid.UUID, image_id: uuid.UUID) -> tuple[Encounter, Image]:
    encounter = to_record(request.user, pk)
    return encounter, get_object_or_404(encounter.images.select_related("encounter"), pk=image_id)


def _moved(encounter: Encounter, image: Image) -> Response:
    return Response(ImageOut(status.shown(encounter, [image])[0]).data)
