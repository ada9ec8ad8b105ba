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
from screening.api.reading.desk import opened
from screening.api.reading.referral_serializers import AmendIn, DraftIn, ReadIn, ReferralLine, ReferralOut
from screening.api.visit.encounter_serializers import OutcomeOut
from screening.models import Encounter, Outcome, Read, Referral
from screening.reading import desk

Write = Callable[[Any, Referral, Any, str, Any], Read]


def readable(user: Any, pk: uuid.UUID) -> Referral:
    """A referral this reader may read, with what its page needs. Raises Http404."""
    rows = Referral.objects.readable_by(user)
    return get_object_or_404(rows.select_related("encounter__programme", "encounter__patient", "decision"), pk=pk)


class Worklist(Listing):
    actions: ClassVar[dict[str, str]] = {"GET": "worklist.view"}
    ordering: ClassVar[tuple[str, ...]] = ("rank", "due_at", "pk")

    @extend_schema(responses=ReferralLine(many=True))
    def get(self, request: Request) -> Response:
        """What this reader can take now: the most urgent first, then by due time."""
        rows = Referral.objects.worklist(request.user)
        return self.page(ReferralLine, rows.select_related("encounter__programme", "encounter__patient"))


class AtDesk(Endpoint):
    """An endpoint that answers with the referral as this reader may see it now."""

    def referral(self, pk: uuid.UUID, status: int = 200) -> Response:
        return self.shown(ReferralOut, opened(self.request.user, readable(self.request.user, pk)), status)

    def entered(self, body: type[DraftIn], referral: Referral) -> dict[str, Any]:
        form = body(data=self.request.data, context=self.context | {"views": referral.encounter.programme.views})
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)


class OneReferral(AtDesk):
    actions: ClassVar[dict[str, str]] = {"GET": "referral.read"}

    @extend_schema(responses=ReferralOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """The referral. In a blind-first programme `ai` appears only after this reader's first impression."""
        return self.referral(pk)


class Claim(AtDesk):
    actions: ClassVar[dict[str, str]] = {"POST": "referral.claim"}

    @extend_schema(request=None, responses={200: ReferralOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Take the referral for 15 minutes, or renew. 409 (lost) while another reader holds it."""
        desk.claim(request.user, pk)
        return self.referral(pk)


class Release(AtDesk):
    actions: ClassVar[dict[str, str]] = {"POST": "referral.claim"}

    @extend_schema(request=None, responses={200: ReferralOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Give the claim back. Harmless when it is not held."""
        readable(request.user, pk).release(request.user)
        return self.referral(pk)


class DraftOf(AtDesk):
    actions: ClassVar[dict[str, str]] = {"PUT": "referral.read"}

    @extend_schema(request=DraftIn, responses=ReferralOut)
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        """Keep what has been entered so far, whether or not the claim still holds."""
        referral = readable(request.user, pk)
        desk.keep_draft(request.user, referral, self.entered(DraftIn, referral))
        return self.referral(pk)


class Opinions(AtDesk):
    """One stage of reading. The same opinion sent again is the same opinion (200)."""

    stage: ClassVar[str]

    def write(self, pk: uuid.UUID, verb: Write) -> Response:
        user = self.request.user
        referral = readable(user, pk)
        said = self.entered(ReadIn, referral)
        given = referral.reads.filter(reader_id=user.pk, stage=self.stage).order_by("-version").first()
        codes = said.get("advice_codes", [])
        if given and (given.grades, given.advice, given.advice_codes) == (said["grades"], said["advice"], codes):
            return self.referral(pk)
        verb(user, referral, said["grades"], said["advice"], codes)
        return self.referral(pk, 201)


class Impression(Opinions):
    actions: ClassVar[dict[str, str]] = {"POST": "referral.read"}
    stage: ClassVar[str] = Read.Stage.IMPRESSION

    @extend_schema(request=ReadIn, responses={200: ReferralOut, 201: ReferralOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """The first impression, given without the AI. The answer carries the AI."""
        return self.write(pk, desk.impression)


class Reads(Opinions):
    actions: ClassVar[dict[str, str]] = {"POST": "referral.read"}
    stage: ClassVar[str] = Read.Stage.FINAL

    @extend_schema(request=ReadIn, responses={200: ReferralOut, 201: ReferralOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """The final read. 409 (out_of_order) before the first impression in a blind-first programme."""
        return self.write(pk, desk.submit)


class Amendments(AtDesk):
    actions: ClassVar[dict[str, str]] = {"POST": "referral.read"}

    @extend_schema(request=AmendIn, responses={201: ReferralOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Correct one's own final read: a new version beside it, and a new answer if it changes anything."""
        referral = readable(request.user, pk)
        said = self.entered(AmendIn, referral)
        codes = said.get("advice_codes", [])
        desk.amend(request.user, referral, said["grades"], said["advice"], codes, why=said["why"])
        return self.referral(pk, 201)


class OutcomeOf(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "outcome.view"}

    @extend_schema(responses=OutcomeOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """The specialists' answer. 404 until there is one."""
        visible = Q(referral__in=Referral.objects.readable_by(request.user)) | Q(
            referral__encounter__in=Encounter.objects.visible_to(request.user)
        )
        outcome = Outcome.objects.filter(visible, referral=pk).order_by("-number").first()
        if outcome is None:
            raise Http404
        return self.shown(OutcomeOut, outcome)
