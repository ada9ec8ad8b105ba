"""The technician's admin: people, places, duties and machine clients. No patient is within reach.

Every change is written to the audit record in the same transaction; nothing that others refer to is deleted.
"""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.idp.oidc import admin as oidc_admin
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import close_admin, may, open_admin
from accounts.audit import record
from accounts.models import AuditEvent, Membership, Role, Site, User

admin.site.site_header = admin.site.site_title = _("Fieldlight for the technician")
admin.site.index_title = _("People, places, programmes, models")
# One way in for everybody: the product's own sign-in page with its limits and second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def on_duty(request: HttpRequest) -> bool:
    """A duty that has ended closes every page of the admin at once, whatever "staff" still says."""
    if request.user.is_authenticated and not may(request.user, "technician.enter"):
        raise PermissionDenied
    return request.user.is_authenticated


admin.site.has_permission = on_duty  # type: ignore[method-assign]
for theirs in (oidc_admin.Client, oidc_admin.Token, mfa_admin.Authenticator):
    # The stock pages show secrets and every OAuth knob; ours (below) show what a clinic needs.
    admin.site.unregister(theirs)


def touched(message: Any) -> list[str]:
    """What a change message of the admin says was touched: names of fields, never their values."""
    parts = message if isinstance(message, list) else []
    named = [(verb, said) for part in parts for verb, said in part.items()]
    return [f for verb, said in named for f in said.get("fields", [f"{said.get('name', '')} {verb}".strip()])]


class Audited(admin.ModelAdmin):  # type: ignore[type-arg]
    """A page of the admin for a technician on duty, whose every change is in the audit record."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._on_duty(request) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._on_duty(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._on_duty(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._on_duty(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._on_duty(request) and super().has_delete_permission(request, obj)

    def _on_duty(self, request: HttpRequest) -> bool:
        # A staff flag outlives a duty that ended on its date; the duty itself is what counts.
        return request.user.is_superuser or may(request.user, "technician.enter")

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record(request.user, "admin.add", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record(request.user, "admin.change", obj, fields=touched(message))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            record(request.user, "admin.delete", row)
        return super().log_deletions(request, queryset)


class Duties(admin.TabularInline):  # type: ignore[type-arg]
    """A person's duties. A duty is ended by its date, so that it stays known who had it when."""

    model = Membership
    fields = ("role", "site", "starts_at", "ends_at")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj != request.user and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Nobody gives duties to themselves.
        return obj != request.user and super().has_change_permission(request, obj)


@admin.register(User)
class PersonAdmin(Audited, UserAdmin):  # type: ignore[type-arg]
    fieldsets = (
        (None, {"fields": ("username", "name", "language", "password")}),
        (_("Sign-in"), {"fields": ("is_active", "last_login", "date_joined"),
                        "description": _("Untick “active” when somebody leaves: what they did stays known.")}),
    )  # fmt: skip
    add_fieldsets = ((None, {"fields": ("username", "name", "language", "usable_password", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "name", "duties", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role", "memberships__site")
    search_fields = ("username", "name")
    ordering = ("username",)
    filter_horizontal = ()
    inlines = (Duties,)

    @admin.display(description=_("duties now"))
    def duties(self, user: User) -> str:
        held = Membership.objects.of(user).select_related("site")
        return ", ".join(f"{m.get_role_display()} ({m.site or '*'})" for m in held) or "–"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not above and super().has_change_permission(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet[Any, Any], change: bool) -> None:
        super().save_formset(request, form, formset, change)
        settle_technician(form.instance)


def settle_technician(user: User) -> None:
    """Open or close the admin to a user as their duties say. An owner made on the command line stays one."""
    if user.is_superuser:
        return
    if Membership.objects.of(user, Role.ADMINISTRATOR).exists():
        open_admin(user)
    elif user.is_staff:
        close_admin(user)


@admin.register(Site)
class SiteAdmin(Audited):
    list_display = ("name", "code", "directions")
    search_fields = ("name", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


@admin.register(Membership)
class MembershipAdmin(Audited):
    list_display = ("user", "role", "site", "starts_at", "ends_at")
    list_filter = ("role", "site")
    search_fields = ("user__username", "user__name")
    autocomplete_fields = ("user",)
    list_select_related = ("user", "site")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.user_id != request.user.pk) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        settle_technician(obj.user)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.exclude(username=request.user.get_username())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(AuditEvent)
class AuditAdmin(Audited):
    """Who did what to which row, newest first. Ids only; nobody edits it."""

    list_display = ("number", "at", "actor", "verb", "subject_type", "subject_id", "facts")
    list_filter = ("verb", "subject_type")
    search_fields = ("subject_id", "actor__username")
    list_select_related = ("actor",)
    ordering = ("-number",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ClientForm(forms.ModelForm):  # type: ignore[type-arg]
    """A machine client: which machine user it signs in as, and what its tokens may do."""

    scopes = forms.MultipleChoiceField(
        label=_("May"), widget=forms.CheckboxSelectMultiple, choices=lambda: list(get_adapter().scope_display.items())
    )

    class Meta:
        model = Client
        fields = ("name", "owner", "scopes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["scopes"] = self.instance.get_scopes()
        owner = self.fields.get("owner")
        if isinstance(owner, forms.ModelChoiceField):
            machines = Membership.objects.in_force().filter(role=Role.MACHINE)
            owner.queryset = User.objects.filter(pk__in=machines.values("user_id"))
            owner.required = True

    def clean_scopes(self) -> str:
        return "\n".join(self.cleaned_data["scopes"])


@admin.register(Client)
class MachineAdmin(Audited):
    """Machine clients (OAuth 2.0 client credentials). Deleting one ends its tokens at once."""

    form = ClientForm
    list_display = ("name", "id", "owner", "created_at")
    search_fields = ("name", "id")

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        if not change:
            secret = get_adapter().generate_client_secret()
            obj.set_secret(secret)
            obj.grant_types = Client.GrantType.CLIENT_CREDENTIALS
            obj.default_scopes = obj.scopes
            said = gettext("Client id: %(id)s  Secret: %(secret)s  The secret is shown only now: copy it.")
            self.message_user(request, said % {"id": obj.pk, "secret": secret}, messages.WARNING)
        super().save_model(request, obj, form, change)


@admin.register(Authenticator)
class SecondFactorAdmin(Audited):
    """Second factors. Delete one when a telephone is lost; its secret is never shown."""

    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")
    list_display = ("user", "type", "created_at", "last_used_at")
    search_fields = ("user__username",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
