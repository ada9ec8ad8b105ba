"""Who may do what: one table, deny by default.

An action missing from the table is refused to everybody; a view without `@allow` is refused by the
middleware. Which *rows* an allowed person sees is the business of `XQuerySet.visible_to(user)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.models import Group, Permission
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.models import Membership, Role, User

FW, RD, SM = Role.FIELD_WORKER, Role.READER, Role.SITE_MANAGER
PM, AD, MC = Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR, Role.MACHINE

EVERYBODY = frozenset(Role)

TABLE: dict[str, frozenset[Role]] = {
    "home": EVERYBODY,
    "me.view": EVERYBODY,
    "programme.list": frozenset({FW, RD, SM, PM, MC}),
    "patient.list": frozenset({FW, SM}),
    "patient.view": frozenset({FW, SM}),
    "patient.enrol": frozenset({FW, MC}),
    "patient.correct": frozenset({FW, SM}),
    "consent.withdraw": frozenset({FW, SM}),
    "encounter.view": frozenset({FW, SM, MC}),
    "encounter.record": frozenset({FW, MC}),
    "image.add": frozenset({FW, MC}),
    "image.view": frozenset({FW, RD, SM}),
    "image.full": frozenset({RD}),
    "image.heat": frozenset({RD}),
    "identity.resolve": frozenset({FW, SM}),
    "worklist.view": frozenset({RD}),
    "consult.claim": frozenset({RD}),
    "consult.read": frozenset({RD}),
    "quality.view": frozenset({RD}),
    "outcome.view": frozenset({FW, RD, SM, MC}),
    "notice.see": frozenset({FW, SM}),
    "figures.view": frozenset({PM, SM}),
    "models.view": frozenset({PM, SM, AD}),
    "models.propose": frozenset({PM, AD}),
    "models.sign": frozenset({PM}),
    "models.withdraw": frozenset({PM, AD}),
    "alarm.answer": frozenset({PM}),
    "sealed.deliver": frozenset(Role) - {MC},
    "task.list": frozenset({FW, SM}),
    "follow_up.record": frozenset({FW, SM}),
    "held.view": frozenset({FW, SM}),
    "held.decide": frozenset({FW, SM}),
    "shelf.view": frozenset({AD}),
    "shelf.settle": frozenset({AD}),
    "health.view": frozenset({AD}),
    "technician.enter": frozenset({AD}),
    "api.schema": EVERYBODY,
}

# What a machine's token must carry for an action, besides the role. People's sessions carry no scopes.
SCOPES: dict[str, str] = {
    "me.view": "programme:read",
    "programme.list": "programme:read",
    "patient.enrol": "patient:write",
    "encounter.view": "encounter:read",
    "encounter.record": "encounter:write",
    "image.add": "image:write",
    "outcome.view": "encounter:read",
}

# What the technician may do in the admin, per model. No table that holds a patient, a photo or a read is here.
TECHNICIAN: dict[str, tuple[str, ...]] = {
    "accounts.user": ("view", "add", "change"),
    "accounts.site": ("view", "add", "change"),
    "accounts.membership": ("view", "add", "change"),
    "accounts.auditevent": ("view",),
    "inference.modelversion": ("view",),
    "inference.operatingpoint": ("view",),
    "screening.programme": ("view", "add", "change"),
    "screening.consenttext": ("view", "add"),
    "screening.certificate": ("view", "add", "change"),
    "screening.modelchoice": ("view",),
    "screening.thresholdchoice": ("view",),
    "allauth_idp_oidc.client": ("view", "add", "change", "delete"),
    "mfa.authenticator": ("view", "delete"),
}


def roles_of(user: Any) -> frozenset[Role]:
    """The roles a user holds now, at any site."""
    return frozenset(Role(r) for r in Membership.objects.of(user).values_list("role", flat=True))


def sites_of(user: Any, *roles: Role) -> Any:
    """Ids (a lazy queryset) of the sites where the user holds one of the roles now."""
    return Membership.objects.of(user, *roles).exclude(site=None).values("site_id")


def may(user: Any, action: str) -> bool:
    """Whether the user's duties permit the action at all. Unknown actions and strangers: no."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    return bool(TABLE.get(action, frozenset()) & roles_of(user))


V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def allow(action: str) -> Callable[[V], V]:
    """Guard a page: strangers are sent to sign in, people without the duty get 403."""
    if action not in TABLE:
        raise LookupError(f"{action} is not in accounts.access.TABLE")

    def guard(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may(request.user, action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access_action = action  # type: ignore[attr-defined]
        return cast(V, guarded)

    return guard


def public(view: V) -> V:
    """Mark a page that anybody may open (the sign-in page, the health check)."""
    view.access_action = "public"  # type: ignore[attr-defined]
    return view


def grant_technician(user: User) -> None:
    """Make the user an administrator: the duty, and the way into the admin."""
    duty = Membership.objects.filter(user=user, site=None, role=AD)
    if not duty.update(ends_at=None):
        Membership.objects.create(user=user, site=None, role=AD)
    open_admin(user)


def open_admin(user: User) -> None:
    """Let the user into the admin with exactly the permissions of TECHNICIAN."""
    group, _ = Group.objects.get_or_create(name="Technicians")
    wanted = [(*name.split("."), verb) for name, verbs in TECHNICIAN.items() for verb in verbs]
    group.permissions.set(
        Permission.objects.get(content_type__app_label=app, content_type__model=model, codename=f"{verb}_{model}")
        for app, model, verb in wanted
    )
    user.groups.add(group)
    user.is_staff = True
    user.save(update_fields=["is_staff"])


def close_admin(user: User) -> None:
    """Close the admin to a user whose duty as administrator has ended."""
    user.groups.remove(*Group.objects.filter(name="Technicians"))
    user.is_staff = False
    user.save(update_fields=["is_staff"])
