"""Machines sign in by OAuth client credentials: from the command that lets one in to the result it asks for."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as Machine
from allauth.idp.oidc.models import Token
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Membership, User
from tests import factories
from tests.cast import Cast
from tests.screening.api_client import Api

ALL = ("programme:read", "patient:write", "encounter:read", "encounter:write", "image:write")


def admit(name: str = "Gateway two", site: str = "north", scopes: tuple[str, ...] = ALL) -> tuple[str, str]:
    """Run the command; its id and secret, as printed."""
    out = io.StringIO()
    call_command("machine_client", name, "--site", site, *[f"--scope={scope}" for scope in scopes], stdout=out)
    words = [line.split() for line in out.getvalue().splitlines()]
    return words[0][-1], words[1][-1]


def ask(client_id: str, secret: str, **more: str) -> Any:
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return Client().post(
        "/api/v1/token", {"grant_type": "client_credentials", **more}, headers={"Authorization": f"Basic {basic}"}
    )


def signed_in(scopes: tuple[str, ...] = ALL) -> Api:
    return Api(token=ask(*admit(scopes=scopes)).json()["access_token"])


def owner() -> User:
    return User.objects.get(username="machine-gateway-two")


def test_a_machine_enrols_hands_in_and_hears_the_answer(cast: Cast, store: Path) -> None:
    gateway = signed_in()
    assert gateway.get("me").json()["duties"] == [{"role": "machine", "site": "north", "until": None}]
    programme = next(p for p in gateway.get("programmes").json()["results"] if p["code"] == "tb-chest")
    text = programme["consent_texts"][0]
    patient, encounter = f"patients/{factories.an_id()}", f"encounters/{factories.an_id()}"
    enrolled = gateway.put(patient, {"name": "From the scanner", "sex": "male", "birth_year": 1970})
    assert enrolled.status_code == 201
    consent = {"programme": "tb-chest", "version": text["version"], "language": text["language"], "answer": "given"}
    assert gateway.post(f"{patient}/consents", consent).status_code == 201
    opened = gateway.put(encounter, {"patient": enrolled.json()["id"], "programme": "tb-chest"})
    assert (opened.status_code, opened.json()["site"]) == (201, "north")
    data = factories.photo_bytes(3, "chest")
    sent = gateway.upload(f"{encounter}/images/{factories.an_id()}?view=CXR&capture_class=film_lightbox", data)
    assert sent.status_code == 201, sent.content
    assert gateway.put(f"{encounter}/answers", {"answers": {"cough": True}}).json()["answers"] == {"cough": True}
    assert gateway.post(f"{encounter}/hand-in").json()["state"] == "handed_in"
    assert gateway.get("encounters").json()["results"][0]["id"] == opened.json()["id"]


def test_a_machine_sees_only_what_it_started_and_no_patient_list(cast: Cast) -> None:
    gateway = signed_in()
    theirs = factories.visit(cast.eye, cast.north)
    assert gateway.get("encounters").json()["results"] == []
    assert gateway.get(f"encounters/{theirs.pk}").status_code == 404
    assert gateway.get("patients").status_code == 403
    taken = gateway.put(f"encounters/{theirs.pk}", {"patient": str(theirs.patient_id), "programme": "diabetic-eye"})
    assert (taken.status_code, taken.json()["code"]) == (400, "invalid"), "a patient it did not enrol is unknown to it"


def test_a_token_does_only_what_its_scopes_say(cast: Cast) -> None:
    gateway = signed_in(("programme:read",))
    assert gateway.get("programmes").status_code == 200
    for method, path in [("GET", "encounters"), ("POST", "patients"), ("GET", "schema"), ("GET", "worklist")]:
        assert gateway.send(method, path, {}).status_code == 403, path


def test_a_client_gets_no_scope_it_was_not_given(cast: Cast) -> None:
    machine = admit(scopes=("programme:read",))
    assert ask(*machine, scope="programme:read image:write").status_code == 400
    assert ask(*machine, scope="programme:read").json()["scope"] == "programme:read"


@pytest.mark.parametrize("token", ["nonsense", "", "a b", "ey.ey.ey"])
def test_a_bad_token_is_401_and_never_an_anonymous_pass(cast: Cast, token: str) -> None:
    response = Api(token=token or " ").get("me")
    assert (response.status_code, response.json()["code"]) == (401, "authentication_failed")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_bad_token_is_refused_even_beside_a_good_session(cast: Cast) -> None:
    assert Api(cast.amina, token="nonsense").get("me").status_code == 401


def test_a_wrong_secret_gets_no_token(cast: Cast) -> None:
    client_id, _secret = admit()
    assert ask(client_id, "guess").status_code == 401
    assert not Token.objects.exists()


def test_a_disabled_owner_is_out_at_once(cast: Cast) -> None:
    gateway = signed_in()
    User.objects.filter(pk=owner().pk).update(is_active=False)
    assert gateway.get("me").status_code == 401


def test_a_removed_duty_closes_the_token(cast: Cast) -> None:
    gateway = signed_in()
    Membership.objects.filter(user=owner()).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert gateway.get("programmes").status_code == 403


def test_an_expired_token_and_a_deleted_client_are_401(cast: Cast) -> None:
    gateway = signed_in()
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert gateway.get("me").status_code == 401
    Token.objects.update(expires_at=None)
    assert gateway.get("me").status_code == 200
    Machine.objects.all().delete()
    assert gateway.get("me").status_code == 401


def test_a_token_bound_to_another_resource_is_refused(cast: Cast) -> None:
    machine = admit()
    for resource, status in [("http://testserver/api/v1/", 200), ("http://elsewhere.test/", 401)]:
        token = ask(*machine, resource=resource).json()["access_token"]
        assert Api(token=token).get("me").status_code == status


def test_a_token_has_no_power_from_its_owners_other_duties(cast: Cast) -> None:
    gateway = signed_in()
    Membership.objects.create(user=owner(), site=cast.north, role="field_worker")
    assert gateway.get("patients").status_code == 403


def test_a_token_opens_no_page(cast: Cast) -> None:
    token = ask(*admit()).json()["access_token"]
    response = Client().get("/patients/", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 302


def test_secrets_are_kept_only_as_hashes_and_admission_is_audited(cast: Cast) -> None:
    client_id, secret = admit()
    machine = Machine.objects.get(pk=client_id)
    assert secret not in machine.secret and machine.check_secret(secret)
    event = AuditEvent.objects.get(verb="machine.admit")
    assert event.subject_id == client_id and secret not in str(event.facts)
    assert not owner().has_usable_password()


def test_the_command_says_what_is_wrong(cast: Cast) -> None:
    with pytest.raises(CommandError, match="no site west"):
        admit(site="west")
    admit()
    with pytest.raises(CommandError, match="already"):
        admit()


def test_secrets_cannot_be_guessed_at_any_speed(cast: Cast, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"token": "3/m/ip"}
    client_id, secret = admit()
    answers = [ask(client_id, "wrong").status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429] or answers == [400, 400, 400, 429]
    assert ask(client_id, secret).status_code == 429
