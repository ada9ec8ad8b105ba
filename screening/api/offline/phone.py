"""What a phone pulls at sign-in and asks for when it is online."""

from __future__ import annotations

import base64
import uuid
from dataclasses import asdict
from typing import Any, ClassVar, cast

from django.conf import settings
from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import idle
from accounts.models import User
from screening.api.endpoint import Endpoint
from screening.api.offline.phone_serializers import FollowUpIn, FollowUpOut, OfflineOut, TasksOut, TodayOut, TokenOut
from screening.api.offline.receiving import FORM_LIMIT
from screening.api.visit.encounters import to_see
from screening.follow_up import ask, to_do
from screening.models import FollowUp
from screening.offline import author_ticket, envelope, patients_for_phone, phone_form, phone_keys, uploads


class Csrf(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "me.view"}

    @extend_schema(responses=TokenOut)
    def get(self, request: Request) -> Response:
        """A token for X-CSRFToken, good for this session."""
        return self.shown(TokenOut, {"token": get_token(request._request)})


class Offline(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "sealed.deliver"}

    @extend_schema(responses=OfflineOut)
    def get(self, request: Request) -> Response:
        """The author's ticket, the public keys to seal for, and the limits."""
        user = cast(User, request.user)
        keys = phone_keys.keys()
        return self.shown(
            OfflineOut,
            {
                "now": timezone.now(), "ticket": author_ticket.issue(user), "ticket_for": user.pk,
                "keys": [_key(key, key is keys[-1]) for key in keys], "limits": _limits(),
                "idle_seconds": idle.patience(user).total_seconds(), "absolute_seconds": settings.SESSION_COOKIE_AGE,
            },
        )  # fmt: skip


def _key(key: phone_keys.PhoneKey, current: bool) -> dict[str, Any]:
    return {
        "id": key.id, "current": current,
        "spki": base64.b64encode(envelope.spki(key.private.public_key())).decode(),
    }  # fmt: skip


def _limits() -> dict[str, int]:
    return {
        "form": FORM_LIMIT, "photo": settings.FIELDLIGHT_UPLOAD_LIMIT, "envelope": uploads.limit(),
        "preview": phone_form.PREVIEW_LIMIT, "mark": phone_form.MARK_LIMIT, "images": phone_form.IMAGES_LIMIT,
    }  # fmt: skip


class Today(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "patient.list"}

    @extend_schema(responses=TodayOut)
    def get(self, request: Request) -> Response:
        """My patients of the last weeks with where they stand, and what is to do: to be kept while signed in."""
        return self.shown(
            TodayOut,
            {
                "now": timezone.now(),
                "patients": patients_for_phone.patients(request.user),
                "tasks": _tasks(request.user),
            },
        )


class Tasks(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "task.list"}

    @extend_schema(responses=TasksOut)
    def get(self, request: Request) -> Response:
        """What is to do: photos to take again, questions, referred patients to ask after, news."""
        return self.shown(TasksOut, {"now": timezone.now(), "tasks": _tasks(request.user)})


def _tasks(user: Any) -> list[dict[str, Any]]:
    return [asdict(errand) for errand in to_do.of(user)]


class FollowUps(Endpoint):
    actions: ClassVar[dict[str, str]] = {"PUT": "follow_up.record"}

    @extend_schema(request=FollowUpIn, responses={200: FollowUpOut, 201: FollowUpOut})
    def put(self, request: Request, pk: uuid.UUID, follow_up: uuid.UUID) -> Response:
        """Say what became of a referred patient: 201 the first time, 200 when the very same is sent again."""
        encounter = to_see(request.user, pk)
        said = self.asked(FollowUpIn)
        known = FollowUp.objects.filter(pk=follow_up).exists()
        answer = FollowUp.Answer(said.pop("answer"))
        made = ask.record_follow_up(request.user, encounter, answer, client_id=follow_up, **said)
        return self.shown(FollowUpOut, made, 200 if known else 201)
