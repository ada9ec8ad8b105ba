"""The OpenAPI description: problems declared once for every operation, and how one signs in."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import Direction
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers

from accounts.adapter import TokenAdapter
from accounts.permissions import Allow
from screening import rules
from screening.api.problems import MEDIA_TYPE
from screening.models import Consent, Consult, FollowUp, Message, SealedItem
from screening.models.choices import PRIORITIES, capture_classes, views
from screening.rules.held import Choice
from screening.words import consult_reasons

# Lists of choices that several bodies share. Named here, or the generator numbers them by their hash.
NAMES = {
    "View": views(),
    "CaptureClass": capture_classes(),
    "ConsultStateName": Consult.State,
    "InsightState": [state.value for state in rules.ImageState],
    "Priority": PRIORITIES,
    "ShownPriority": [*rules.Priority, consult_reasons.ROUTINE],
    "EncounterState": ["open", "handed_in", "answered"],
    "ConsentAnswer": Consent.Answer,
    "FollowUpAnswer": FollowUp.Answer,
    "MessageKind": Message.Kind,
    "SealedReceiptKindEnum": SealedItem.Kind,
    "HeldChoice": [one.value for one in Choice],
    "ImageState": ["pending", "good", "ungradable", "failed", "received", "aside"],
}
spectacular_settings.apply_patches({"ENUM_NAME_OVERRIDES": NAMES})  # type: ignore[no-untyped-call]

# What any operation may answer besides its success; those in WRITES only where something is sent.
READS = {
    "401": "Nobody is signed in, or the token is unknown or has expired.",
    "403": "Signed in, but this is not among the person's duties or the token's scopes.",
    "404": "Unknown, or not visible from here: the two cannot be told apart.",
    "429": "Too many requests: wait as Retry-After says.",
    "503": "Busy: wait as Retry-After says, then send the very same again.",
}
WRITES = {
    "400": "Fields are missing or wrong: `errors` names them.",
    "409": "Somebody was there before, or it is too early: `code` says which.",
    "411": "The length of the body was not said.",
    "413": "Too large.",
    "415": "A media type or an encoding that is not taken.",
    "422": "Understood and refused: `code` and `detail` say why and what to do.",
}


class Problem(serializers.Serializer[Any]):
    """Problem details, RFC 9457. Programs decide by `code`; people read `detail`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(required=False)
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


class Described(AutoSchema):
    """An operation's description with the problems it may answer."""

    def _get_response_bodies(self, direction: Direction = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        problem = self.resolve_serializer(Problem, direction)
        content = {MEDIA_TYPE: {"schema": problem.ref}}
        own = getattr(self.view, "problems", {})
        for status, words in {**READS, **(WRITES if self.method != "GET" else {}), **own}.items():
            bodies.setdefault(status, {"content": content, "description": words})
        if self._is_list_view():
            bodies.setdefault("400", {"content": content, "description": WRITES["400"]})
        return dict(sorted(bodies.items()))


class MachineScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.tokens.MachineAuthentication"
    name = "machine"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": "/api/v1/token", "scopes": TokenAdapter.scope_display}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class SchemaView(SpectacularAPIView):
    """This description, for whoever is signed in and has a duty."""

    permission_classes = [Allow]
    actions: ClassVar[dict[str, str]] = {"GET": "api.schema"}
