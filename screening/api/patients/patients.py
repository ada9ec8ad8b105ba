"""Patients: find, enrol, record consent."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import sites_of
from accounts.models import Role
from screening.api.endpoint import Endpoint, Listing
from screening.api.patients.patient_serializers import (
    ConsentIn,
    ConsentOut,
    CorrectionIn,
    LikePatientsOut,
    PatientIn,
    PatientOut,
    PatientQuery,
    WithdrawalIn,
)
from screening.models import Consent, Patient
from screening.patients.correct import correct, correctable_by
from screening.patients.enrol import enrol
from screening.patients.similar import similar
from screening.visit.consent import record_consent, withdraw


class Patients(Listing):
    actions: ClassVar[dict[str, str]] = {"GET": "patient.list", "POST": "patient.enrol"}
    ordering: ClassVar[tuple[str, ...]] = ("-enrolled_at", "-pk")

    @extend_schema(parameters=[PatientQuery], responses=PatientOut(many=True))
    def get(self, request: Request) -> Response:
        """The patients of the user's sites, newest first; those searched for by how well they fit."""
        words = self.asked(PatientQuery, request.query_params).get("q", "")
        if words:
            self.ordering = ("rank", *Patients.ordering)  # type: ignore[misc]
        return self.page(PatientOut, Patient.objects.visible_to(request.user).matching(words).select_related("site"))

    @extend_schema(request=PatientIn, responses={201: PatientOut})
    def post(self, request: Request) -> Response:
        """Enrol under an id made by the server. Not repeatable: a phone that may retry uses PUT."""
        facts = self.asked(PatientIn)
        return self.shown(PatientOut, enrol(request.user, **facts), 201)


class LikePatients(Endpoint):
    # It shows names of others: no machine may see those.
    actions: ClassVar[dict[str, str]] = {"POST": "patient.list"}

    @extend_schema(request=PatientIn, responses=LikePatientsOut)
    def post(self, request: Request) -> Response:
        """Who may be this person, before somebody enrols: up to five, the likest first. Changes nothing.

        A POST, so that no name stands in an address. The body is that of an enrolment.
        """
        facts = self.asked(PatientIn)
        found = similar(request.user, facts.pop("site"), facts)
        return self.shown(LikePatientsOut, {"results": found})


class OnePatient(Endpoint):
    actions: ClassVar[dict[str, str]] = {
        "GET": "patient.view",
        "PUT": "patient.enrol",
        "PATCH": "patient.correct",
    }

    @extend_schema(responses=PatientOut)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        visible = Patient.objects.visible_to(request.user).select_related("site")
        return self.shown(PatientOut, get_object_or_404(visible, pk=pk))

    @extend_schema(request=PatientIn, responses={200: PatientOut, 201: PatientOut})
    def put(self, request: Request, pk: uuid.UUID) -> Response:
        """Enrol under the phone's own id: 201 the first time, 200 when the very same is sent again, else 409."""
        facts = self.asked(PatientIn)
        known = Patient.objects.filter(pk=pk).exists()
        patient = enrol(request.user, client_id=pk, **facts)
        return self.shown(PatientOut, patient, 200 if known else 201)

    @extend_schema(request=CorrectionIn, responses=PatientOut)
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Put facts right. 409 `changed` where one is not any more what the sender was shown: `errors` says what it is.

        Sent twice, it is done once.
        """
        patient = get_object_or_404(correctable_by(request.user), pk=pk)
        return self.shown(PatientOut, correct(request.user, patient, **self.asked(CorrectionIn)))


class Consents(Endpoint):
    actions: ClassVar[dict[str, str]] = {"POST": "patient.enrol"}

    @extend_schema(request=ConsentIn, responses={200: ConsentOut, 201: ConsentOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Record a yes or a no. The answer that already holds, sent again, is not recorded twice (200)."""
        patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
        if not sites_of(request.user, Role.FIELD_WORKER, Role.MACHINE).filter(site_id=patient.site_id).exists():
            raise PermissionDenied
        said = self.asked(ConsentIn)
        known = self._known(patient, said)
        if known and not said["client_id"]:
            return self.shown(ConsentOut, known)
        return self.shown(ConsentOut, record_consent(request.user, patient, **said), 200 if known else 201)

    def _known(self, patient: Patient, said: dict[str, Any]) -> Consent | None:
        if said["client_id"]:
            return Consent.objects.filter(pk=said["client_id"]).first()
        held = patient.consents.filter(programme=said["text"].programme).order_by("-at", "-pk").first()
        same = held and (held.text_id, held.answer) == (said["text"].pk, said["answer"])
        return held if same else None


class Withdrawals(Endpoint):
    actions: ClassVar[dict[str, str]] = {"POST": "consent.withdraw"}

    @extend_schema(request=WithdrawalIn, responses=ConsentOut)
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """The patient takes a yes back. Visits begun before are ended: nobody looks at their pictures any more.

        Sent twice, it is done once.
        """
        patient = get_object_or_404(correctable_by(request.user), pk=pk)
        said = self.asked(WithdrawalIn)
        return self.shown(ConsentOut, withdraw(request.user, patient, said["programme"]))
