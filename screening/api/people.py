"""Who am I, what are my duties, where do I work."""

from __future__ import annotations

from typing import ClassVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import sites_of
from accounts.models import Membership, Site, User
from screening.api.endpoint import Endpoint, Listing
from screening.api.people_serializers import MeOut, SiteOut


class Me(Endpoint):
    actions: ClassVar[dict[str, str]] = {"GET": "me.view"}

    @extend_schema(responses=MeOut)
    def get(self, request: Request) -> Response:
        """The signed-in person or machine, with the duties that hold now."""
        user = cast(User, request.user)
        duties = Membership.objects.of(user).select_related("site").order_by("role", "site__code")
        sites = Site.objects.filter(pk__in=sites_of(user))
        me = {
            "id": user.pk, "username": user.get_username(), "name": str(user), "language": user.language,
            "duties": duties, "sites": sites,
        }  # fmt: skip
        return self.shown(MeOut, me)


class Sites(Listing):
    actions: ClassVar[dict[str, str]] = {"GET": "me.view"}
    ordering: ClassVar[tuple[str, ...]] = ("code",)

    @extend_schema(responses=SiteOut(many=True))
    def get(self, request: Request) -> Response:
        """The sites where the user has a duty."""
        return self.page(SiteOut, Site.objects.filter(pk__in=sites_of(request.user)))
