"""The reader's endpoints: worklist, claim, draft, first impression, final read, outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from screening.api.endpoint import Endpoint, Listing
from screening.api.reading.consult_serializers import AmendIn, ConsultLine, ConsultOut, DraftIn, ReadIn
from screening.api.reading.desk import opened
from screening.api.visit.encounter_serializers import OutcomeOut
from screening.models import Consult, Encounter, Outcome, Read
from screening.reading import desk

Write = Callable[[Any, Consult, Any, str, Any], Read]


def readable(user: Any, pk: uuid.UUID) -> Consult:
    """A consult this reader may read, with what its page needs. Raises Http404, and Lost where consent is withdrawn."""
    rows = Consult.objects.readable_by(user)
    found = get_object_or_404(rows.select_related("encounter__programme", "encounter__patient", "decision"), pk=pk)
    if found.withdrawn_at is not None:
        raise desk.Lost(desk.why_not(user, found))
    return found


class Worklist(Listing):
    actions: ClassVar[dict[str, str]] = {"GET": "worklist.view"}
    ordering: ClassVar[tuple[str, ...]] = ("rank", "due_at", "pk")

    @extend_schema(responses=ConsultLine(many=True))
    def get(self, request: Request) -> Response:
        """What this reader can take now: the most urgent first, then by due time."""
        rows = Consult.objects.worklist(request.user)
        return self.page(ConsultLine, rows.select_related("encounter__programme", "encounter__patient"))


class AtDesk(Endpoint):
    """An endpoint that answers with the consult as this reader may see it now."""

    def consult(self, pk: uuid.UUID, status: int = 200) -> Response:
        return self.shown(ConsultOut, opened(self.request.user, readable(self.request.user, pk)), status)

    def entered(self, body: type[DraftIn], consult: Consult) -> dict[str, Any]:
        form = body(data=self.request.data, context=self.context | {"views": consult.encounter.programme.views})
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)


class OneConsult(AtDesk):
    actions: ClassVar[dict[str, str]] = {"GET": "consult.read"}

    @extend_schema(responses=ConsultOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """The consult. In a blind-first programme `ai` appears only after this reader's first impression."""
        return self.consult(pk)


class Claim(AtDesk):
    actions: ClassVar[dict[str, str]] = {"POST": "consult.claim"}

    @extend_schema(request=None, responses={200: ConsultOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Take the consult for 15 minutes, or renew. 409 (lost) while another reader holds it."""
        desk.claim(request.user, pk)
        return self.consult(pk)


class Release(AtDesk):
    actions: ClassVar[dict[str, str]] = {"POST": "consult.claim"}

    @extend_schema(request=None, responses={200: ConsultOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Give the claim back. Harmless when it is not held."""
        readable(request.user, pk).release(request.user)
        return self.consult(pk)


class DraftOf(AtDesk):
    actions: ClassVar[dict[str, str]] = {"PUT": "consult.read"}

    @extend_schema(request=DraftIn, responses=ConsultOut)
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        """Keep what has been entered so far, whether or not the claim still holds."""
        consult = readable(request.user, pk)
        desk.keep_draft(request.user, consult, self.entered(DraftIn, consult))
        return self.consult(pk)


class Opinions(AtDesk):
    """One stage of reading. The same opinion sent again is the same opinion (200)."""

    stage: ClassVar[str]

    def write(self, pk: uuid.UUID, verb: Write) -> Response:
        user = self.request.user
        consult = readable(user, pk)
        said = self.entered(ReadIn, consult)
        given = consult.reads.filter(reader_id=user.pk, stage=self.stage).order_by("-version").first()
        codes = said.get("advice_codes", [])
        if given and (given.grades, given.advice, given.advice_codes) == (said["grades"], said["advice"], codes):
            return self.consult(pk)
        verb(user, consult, said["grades"], said["advice"], codes)
        return self.consult(pk, 201)


class Impression(Opinions):
    actions: ClassVar[dict[str, str]] = {"POST": "consult.read"}
    stage: ClassVar[str] = Read.Stage.IMPRESSION

    @extend_schema(request=ReadIn, responses={200: ConsultOut, 201: ConsultOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """The first impression, given without the AI. The answer carries the AI."""
        return self.write(pk, desk.impression)


class Reads(Opinions):
    actions: ClassVar[dict[str, str]] = {"POST": "consult.read"}
    stage: ClassVar[str] = Read.Stage.FINAL

    @extend_schema(request=ReadIn, responses={200: ConsultOut, 201: ConsultOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """The final read. 409 (out_of_order) before the first impression in a blind-first programme."""
        return self.write(pk, desk.submit)


class Amendments(AtDesk):
    actions: ClassVar[dict[str, str]] = {"POST": "consult.read"}

    @extend_schema(request=AmendIn, responses={201: ConsultOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Correct one's own final read: a new version beside it, and a new answer if it changes anything."""
        consult = readable(request.user, pk)
        said = self.entered(AmendIn, consult)
        codes = said.get("advice_codes", [])
        desk.amend(request.user, consult, said["grades"], said["advice"], codes, why=said["why"])
        return self.consult(pk, 201)


class OutcomeOf(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "outcome.view"}

    @extend_schema(responses=OutcomeOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """The specialists' answer. 404 until there is one."""
        visible = Q(consult__in=Consult.objects.readable_by(request.user)) | Q(
            consult__encounter__in=Encounter.objects.visible_to(request.user)
        )
        outcome = Outcome.objects.filter(visible, consult=pk).order_by("-number").first()
        if outcome is None:
            raise Http404
        return self.shown(OutcomeOut, outcome)
