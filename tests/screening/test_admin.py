"""The technician's admin: everything a technician needs, nothing of a patient, every change on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as MachineClient
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import access
from accounts.audit import first_broken
from accounts.models import AuditEvent, Membership, Role, User
from inference.models import ModelVersion, OperatingPoint
from screening.models import Certificate, ConsentText, ModelChoice, Programme, ThresholdChoice
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
ROOT = "/technician/"
CLINICAL = {"patient", "consent", "encounter", "image", "identityalert", "identityanswer", "decision", "consult",
            "outcome", "read", "draft", "notice", "run"}  # fmt: skip


@pytest.fixture
def tessa(cast: Cast, signed_in: SignIn) -> Client:
    """A browser with the technician signed in."""
    access.grant_technician(cast.tessa)
    return signed_in(cast.tessa)


def refused(response: Any) -> bool:
    return response.status_code in (302, 403, 404, 405)


# ---- what is and what is not there


def test_no_table_with_a_patient_in_it_is_registered() -> None:
    names = {model._meta.model_name for model in admin.site._registry}
    assert not names & CLINICAL
    assert {m._meta.model_name for m in apps.get_app_config("screening").get_models()} >= CLINICAL - {"run"}


def test_the_technician_holds_no_permission_on_a_clinical_table(cast: Cast, tessa: Client) -> None:
    user = User.objects.get(pk=cast.tessa.pk)
    held = {p for p in user.get_group_permissions() if p.split("_")[-1] in CLINICAL}
    assert held == set()
    assert not user.is_superuser


def test_every_page_of_the_admin_opens(cast: Cast, tessa: Client) -> None:
    make.models(cast.eye)
    shown = tessa.get(ROOT)
    assert shown.status_code == 200
    for model in admin.site._registry:
        name = f"{model._meta.app_label}.{model._meta.model_name}"
        at = f"{ROOT}{name.replace('.', '/')}/"
        allowed = access.TECHNICIAN.get(name, ())
        assert tessa.get(at).status_code == (200 if allowed else 403), name
        assert tessa.get(f"{at}add/").status_code == (200 if "add" in allowed else 403), name
        if (row := model._default_manager.first()) and allowed:
            page = tessa.get(f"{at}{row.pk}/change/")
            assert page.status_code == 200, name


@pytest.mark.parametrize("name", ["amina", "olivia", "samuel", "maya", "gateway", "stranger", None, "dora"])
def test_nobody_else_enters(cast: Cast, signed_in: SignIn, name: str | None) -> None:
    client = signed_in(name and cast.people[name])  # type: ignore[arg-type]
    for at in (ROOT, f"{ROOT}accounts/user/", f"{ROOT}screening/programme/add/"):
        assert refused(client.get(at))


def test_signing_in_to_the_admin_goes_through_the_one_sign_in_page(signed_in: SignIn, cast: Cast) -> None:
    assert signed_in(None).get(f"{ROOT}login/")["Location"].startswith("/sign-in/")


def test_a_staff_flag_without_the_duty_opens_nothing(cast: Cast, tessa: Client) -> None:
    Membership.objects.filter(user=cast.tessa).update(ends_at=timezone.now() - timedelta(days=1))
    for page in ("accounts/user/", "inference/modelversion/"):
        assert tessa.get(f"{ROOT}{page}", follow=True).status_code == 403


def test_the_admin_runs_under_the_strict_policy(tessa: Client) -> None:
    response = tessa.get(f"{ROOT}screening/programme/add/")
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "onclick=" not in page


# ---- people


def person(**more: str) -> dict[str, str]:
    empty = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    return {**{f"memberships-{key}": value for key, value in empty.items()}, **more}


def duty(role: str, site: Any = "", **more: str) -> dict[str, str]:
    said = {"role": role, "site": str(site and site.pk), "starts_at_0": "2026-01-01", "starts_at_1": "00:00", **more}
    return {"memberships-TOTAL_FORMS": "1", **{f"memberships-0-{key}": value for key, value in said.items()}}


def test_a_new_field_worker_can_sign_in_and_is_on_record(cast: Cast, tessa: Client) -> None:
    secret = "a-long-sentence-is-best"
    tessa.post(f"{ROOT}accounts/user/add/", {"username": "nadia", "name": "Nadia", "usable_password": "true",
                                              "password1": secret, "password2": secret, **person()})  # fmt: skip
    nadia = User.objects.get(username="nadia")
    assert nadia.check_password(secret)
    tessa.post(f"{ROOT}accounts/user/{nadia.pk}/change/",
               {"username": "nadia", "name": "Nadia", "is_active": "on",
                **person(**duty("field_worker", cast.north))})  # fmt: skip
    assert access.roles_of(nadia) == {Role.FIELD_WORKER}
    verbs = AuditEvent.objects.filter(subject_id=str(nadia.pk)).values_list("verb", "actor__username")
    assert list(verbs) == [("admin.add", "tessa"), ("admin.change", "tessa")]
    assert first_broken() is None


def test_the_record_names_fields_and_never_values(cast: Cast, tessa: Client) -> None:
    tessa.post(f"{ROOT}accounts/user/{cast.amina.pk}/change/",
               {"username": "amina", "name": "Secret Canary", "is_active": "on", **person()})  # fmt: skip
    cast.amina.refresh_from_db()
    assert cast.amina.name == "Secret Canary"
    event = AuditEvent.objects.get(verb="admin.change", subject_id=str(cast.amina.pk))
    assert event.facts == {"fields": ["Name"]}


def test_a_new_administrator_gets_in_and_an_ended_duty_shuts_the_door(
    cast: Cast, tessa: Client, signed_in: SignIn
) -> None:
    at = f"{ROOT}accounts/user/{cast.stranger.pk}/change/"
    said = {"username": "stranger", "name": "S", "is_active": "on"}
    tessa.post(at, {**said, **person(**duty("administrator"))})
    assert signed_in(cast.stranger).get(f"{ROOT}accounts/user/").status_code == 200
    held = Membership.objects.get(user=cast.stranger)
    ended = duty(
        "administrator", id=str(held.pk), user=str(cast.stranger.pk), ends_at_0="2026-01-02", ends_at_1="00:00"
    )
    tessa.post(at, {**said, **person(**ended, **{"memberships-INITIAL_FORMS": "1"})})
    cast.stranger.refresh_from_db()
    assert not cast.stranger.is_staff
    assert refused(signed_in(User.objects.get(pk=cast.stranger.pk)).get(f"{ROOT}accounts/user/"))


def test_nobody_gives_duties_to_themselves(cast: Cast, tessa: Client) -> None:
    tessa.post(f"{ROOT}accounts/user/{cast.tessa.pk}/change/",
               {"username": "tessa", "name": "T", "is_active": "on",
                **person(**duty("field_worker", cast.north))})  # fmt: skip
    tessa.post(f"{ROOT}accounts/membership/add/",
               {"user": str(cast.tessa.pk), "role": "reader", "site": str(cast.north.pk),
                "starts_at_0": "2026-01-01", "starts_at_1": "00:00"})  # fmt: skip
    assert access.roles_of(cast.tessa) == {Role.ADMINISTRATOR}


def test_no_one_makes_an_owner_or_takes_one_over(cast: Cast, tessa: Client) -> None:
    owner = User.objects.create_superuser("owner", password="owner-pass-phrase")
    at = f"{ROOT}accounts/user/{cast.amina.pk}/change/"
    tessa.post(at, {"username": "amina", "is_active": "on", "is_superuser": "on", "is_staff": "on", **person()})
    cast.amina.refresh_from_db()
    assert not (cast.amina.is_superuser or cast.amina.is_staff)
    assert refused(
        tessa.post(f"{ROOT}accounts/user/{owner.pk}/password/", {"password1": "x" * 20, "password2": "x" * 20})
    )
    owner.refresh_from_db()
    assert owner.check_password("owner-pass-phrase")


@pytest.mark.parametrize("what", ["accounts/user", "accounts/site", "accounts/membership", "screening/programme"])
def test_what_others_refer_to_is_never_deleted(cast: Cast, tessa: Client, what: str) -> None:
    model = apps.get_model(*what.split("/"))
    row = model._default_manager.first()
    assert refused(tessa.post(f"{ROOT}{what}/{row.pk}/delete/", {"post": "yes"}))
    tessa.post(f"{ROOT}{what}/", {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert model._default_manager.filter(pk=row.pk).exists()


# ---- programmes, models, thresholds


def programme(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "name": "Glaucoma", "code": "glaucoma", "modality": "fundus", "views": ["OD", "OS"],
        "sites": [str(cast.north.pk)], "retakes_allowed": "2", "recall_months": "12", "reads_needed": "1",
        "reading_mode": "blind_first", "use": "screening", "sample_rate": "0.05", **more,
    }  # fmt: skip


def test_a_programme_is_made_from_boxes_to_tick(cast: Cast, tessa: Client) -> None:
    tessa.post(f"{ROOT}screening/programme/add/", programme(cast))
    made = Programme.objects.get(code="glaucoma")
    assert (made.views, list(made.sites.all())) == (["OD", "OS"], [cast.north])
    assert AuditEvent.objects.filter(verb="admin.add", subject_id=str(made.pk)).exists()


@pytest.mark.parametrize(
    "wrong", [{"views": ["CXR"]}, {"views": []}, {"age_min": "50", "age_max": "40"}, {"reads_needed": "0"}]
)
def test_a_programme_that_makes_no_sense_is_refused(cast: Cast, tessa: Client, wrong: dict[str, Any]) -> None:
    assert tessa.post(f"{ROOT}screening/programme/add/", programme(cast, **wrong)).status_code == 200
    assert not Programme.objects.filter(code="glaucoma").exists()


def test_one_person_alone_brings_no_model_and_no_threshold_into_force_here(cast: Cast, tessa: Client) -> None:
    now = make.models(cast.eye)
    new = make.model_version("fundus", ModelVersion.Purpose.FINDING)
    before = ModelChoice.objects.count(), ThresholdChoice.objects.count()
    point = make.operating_point(now.finding, "fundus_phone")
    wishes = {"modelchoice": {"model_version": new.pk}, "thresholdchoice": {"operating_point": str(point.pk)}}
    for at, said in wishes.items():
        assert refused(tessa.get(f"{ROOT}screening/{at}/add/"))
        assert refused(tessa.post(f"{ROOT}screening/{at}/add/", {"programme": str(cast.eye.pk), **said}))
    assert (ModelChoice.objects.count(), ThresholdChoice.objects.count()) == before
    assert cast.eye.model_in_force("finding") == now.finding


def test_models_thresholds_and_texts_are_history(cast: Cast, tessa: Client) -> None:
    make.models(cast.eye)
    for model in (ModelVersion, OperatingPoint, ModelChoice, ThresholdChoice, ConsentText):
        row = model._default_manager.first()
        at = f"{ROOT}{model._meta.app_label}/{model._meta.model_name}/{row.pk}/"  # type: ignore[union-attr]
        assert refused(tessa.post(f"{at}delete/", {"post": "yes"}))
        assert refused(tessa.post(f"{at}change/", {"version": "9", "threshold": "0"}))


def test_only_readers_on_duty_get_certificates(cast: Cast, tessa: Client) -> None:
    at = f"{ROOT}screening/certificate/add/"
    tessa.post(at, {"programme": str(cast.chest.pk), "reader": str(cast.amina.pk)})
    assert not Certificate.objects.filter(reader=cast.amina).exists()
    tessa.post(at, {"programme": str(cast.chest.pk), "reader": str(cast.olivia.pk)})
    assert Certificate.objects.filter(reader=cast.olivia, programme=cast.chest).exists()


# ---- machines and second factors


def test_a_machine_client_gets_its_secret_once_and_only_what_was_ticked(cast: Cast, tessa: Client) -> None:
    page = tessa.post(f"{ROOT}allauth_idp_oidc/client/add/",
                      {"name": "Gateway", "owner": str(cast.gateway.pk), "scopes": ["encounter:read"]},
                      follow=True).content.decode()  # fmt: skip
    made = MachineClient.objects.get()
    secret = unescape(page.split("Secret: ")[1].split()[0])
    assert made.check_secret(secret)
    assert (made.get_scopes(), made.get_grant_types()) == (["encounter:read"], ["client_credentials"])
    assert secret not in tessa.get(f"{ROOT}allauth_idp_oidc/client/{made.pk}/change/").content.decode()
    assert secret not in str(list(AuditEvent.objects.values_list("facts", flat=True)))


def test_a_client_belongs_to_a_machine_never_to_a_person(cast: Cast, tessa: Client) -> None:
    tessa.post(f"{ROOT}allauth_idp_oidc/client/add/",
               {"name": "Trick", "owner": str(cast.amina.pk), "scopes": ["encounter:read"]})  # fmt: skip
    assert not MachineClient.objects.exists()


def test_a_lost_second_factor_is_deleted_and_its_secret_never_shown(cast: Cast, tessa: Client) -> None:
    factor = Authenticator.objects.create(user=cast.maya, type="totp", data={"secret": "CANARYSECRET"})
    at = f"{ROOT}mfa/authenticator/{factor.pk}/"
    assert "CANARYSECRET" not in tessa.get(f"{at}change/").content.decode()
    tessa.post(f"{at}delete/", {"post": "yes"})
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.filter(verb="admin.delete", subject_id=str(factor.pk)).exists()


# ---- the record itself


def test_the_audit_record_is_shown_and_edited_by_nobody(cast: Cast, tessa: Client) -> None:
    tessa.post(f"{ROOT}accounts/site/add/", {"code": "east", "name": "East", "directions": ""})
    event = AuditEvent.objects.latest("number")
    assert (event.verb, event.subject_type) == ("admin.add", "site")
    assert "admin.add" in tessa.get(f"{ROOT}accounts/auditevent/").content.decode()
    at = f"{ROOT}accounts/auditevent/{event.pk}/"
    assert refused(tessa.post(f"{at}change/", {"verb": "nothing"}))
    assert refused(tessa.post(f"{at}delete/", {"post": "yes"}))
    call_command("audit_verify")


def test_verifying_the_record_names_the_altered_event(cast: Cast, tessa: Client) -> None:
    for code in ("east", "west", "hill"):
        tessa.post(f"{ROOT}accounts/site/add/", {"code": code, "name": code, "directions": ""})
    middle = AuditEvent.objects.order_by("number")[1]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER accounts_auditevent_no_UPDATE")
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE accounts_auditevent SET verb = 'nothing' WHERE number = %s", [middle.number])
    with pytest.raises(CommandError, match=f"breaks at event {middle.number}"):
        call_command("audit_verify")
