"""Encounters: open, answer, excuse a view, hand in, and ask where it stands."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from screening.api.endpoint import Endpoint, Listing
from screening.api.offline.receiving import clock_error
from screening.api.visit import status
from screening.api.visit.encounter_serializers import (
    AnswersIn,
    EncounterIn,
    EncounterLine,
    EncounterOut,
    EncounterQuery,
    UnobtainableIn,
)
from screening.models import Encounter
from screening.refusal import Refused
from screening.visit.answers import mark_unobtainable, record_answers
from screening.visit.begin import just_now, open_encounter
from screening.visit.hand_in import hand_in


def to_see(user: Any, pk: uuid.UUID) -> Encounter:
    """The encounter with its status. Raises Http404 for unknown and for not theirs alike."""
    encounter = status.find(Encounter.objects.visible_to(user), pk)
    if encounter is None:
        raise Http404
    return encounter


def to_record(user: Any, pk: uuid.UUID) -> Encounter:
    """The encounter, to add to. Raises Http404 where it may not be seen, PermissionDenied where only seen."""
    encounter = to_see(user, pk)
    if not Encounter.objects.recordable_by(user).filter(pk=pk).exists():
        raise PermissionDenied
    return encounter


class Encounters(Listing):
    actions: ClassVar[dict[str, str]] = {"GET": "encounter.view"}
    ordering: ClassVar[tuple[str, ...]] = ("-started_at", "-pk")

    @extend_schema(parameters=[EncounterQuery], responses=EncounterLine(many=True))
    def get(self, request: Request) -> Response:
        """The encounters of the user's sites, newest first; a machine's are those it started."""
        asked = self.asked(EncounterQuery, request.query_params)
        rows = Encounter.objects.visible_to(request.user).with_standing()
        if "programme" in asked:
            rows = rows.filter(programme__code=asked["programme"])
        if "state" in asked:
            rows = status.lifecycle(rows, asked["state"])
        if "changed_since" in asked:
            rows = status.changed_since(rows, asked["changed_since"])
        pages = self.pagination_class()
        listed = pages.paginate_queryset(rows, request, self) or []
        return pages.get_paginated_response(EncounterLine([status.line(row) for row in listed], many=True).data)


class OneEncounter(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "encounter.view", "PUT": "encounter.record"}

    @extend_schema(responses=EncounterOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """The whole status: pictures, answer in plain words, decision, consult, outcome. Never a score."""
        return self.shown(EncounterOut, status.of(to_see(request.user, pk)))

    @extend_schema(request=EncounterIn, responses={200: EncounterOut, 201: EncounterOut})
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        """Open a visit under the phone's own id: 201 the first time, 200 again, 409 for another patient."""
        said = self.asked(EncounterIn)
        known = Encounter.objects.filter(pk=pk).exists()
        if known and not Encounter.objects.recordable_by(request.user).filter(pk=pk).exists():
            raise Refused("id_taken", _("This visit number belongs to another patient. Start the visit again."))
        began = just_now(said["claimed_at"], clock_error(request))
        open_encounter(
            request.user, said["patient"], said["programme"], client_id=pk, claimed_at=said["claimed_at"], began=began
        )
        return self.shown(EncounterOut, status.of(to_see(request.user, pk)), 200 if known else 201)


class Answers(Endpoint):
    actions: ClassVar[dict[str, str]] = {"PUT": "encounter.record"}

    @extend_schema(request=AnswersIn, responses=EncounterOut)
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        """Store the questionnaire. Unknown questions are dropped, impossible numbers refused."""
        encounter = to_record(request.user, pk)
        record_answers(request.user, encounter, self.asked(AnswersIn)["answers"])
        return self.shown(EncounterOut, status.of(to_see(request.user, pk)))


class Unobtainable(Endpoint):
    actions: ClassVar[dict[str, str]] = {"PUT": "encounter.record"}

    @extend_schema(request=UnobtainableIn, responses=EncounterOut)
    def put(self, request: Request, pk: uuid.UUID, view: str) -> Response:
        """Say why a view cannot be photographed. A human will look; it is never taken for healthy."""
        encounter = to_record(request.user, pk)
        mark_unobtainable(request.user, encounter, view, self.asked(UnobtainableIn)["why"])
        return self.shown(EncounterOut, status.of(to_see(request.user, pk)))


class HandIn(Endpoint):
    actions: ClassVar[dict[str, str]] = {"POST": "encounter.record"}

    @extend_schema(request=None, responses={200: EncounterOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """The visit is complete. Repeatable. Refused (422, missing_view) while a view is neither there nor excused."""
        encounter = to_record(request.user, pk)
        hand_in(request.user, encounter)
        return self.shown(EncounterOut, status.of(to_see(request.user, pk)))
