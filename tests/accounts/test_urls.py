"""Every address x every person x their own, a foreign and an unknown object.

A route of ours without a row in ROUTES fails, and so does a row whose route is gone: add the page's row with it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import TABLE, may
from accounts.middleware import is_guarded
from accounts.models import User
from screening.models import Alarm, Certificate, IdentityAlert, Message, Programme, Study
from screening.protocol import in_force
from screening.readers import exams
from tests import factories as make
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("store")


@dataclass(frozen=True)
class Route:
    """What a route asks for: method -> action (None: public), the kind of object its `pk` or `programme` names.

    `absent`: the person's own object may lack what is asked for (no heat map was made), which is a 404 as well.
    `sends`: what a POST must say to be about something at all.
    `makes`: the id is made by the client, so an unknown one is not a 404 but a request without a body.
    """

    actions: dict[str, str | None]
    object: str | None = None
    more: dict[str, str] = field(default_factory=dict)
    absent: bool = False
    makes: bool = False
    sends: dict[str, str] = field(default_factory=dict)


def page(action: str | None, object: str | None = None, *methods: str, **more: Any) -> Route:
    flags = {flag: more.pop(flag) for flag in ("absent", "makes", "sends") if flag in more}
    return Route(dict.fromkeys(methods or ("GET",), action), object, more, **flags)


ROUTES: dict[str, Route] = {
    # the shell
    "": page("home"),
    "language/": page(None, None, "POST"),
    "health/": page(None),
    "unlock/": page(None, None, "GET", "POST"),
    "strings/<slug:language>.json": page(None, None, language="ar"),
    "held/": page("held.view"),
    "held/<uuid:pk>/": page("held.decide", None, "POST", pk=str(uuid.uuid4()), absent=True),
    "health/shelf/": page("shelf.view"),
    "health/shelf/<uuid:pk>/": page("shelf.settle", None, "POST", pk=str(uuid.uuid4()), absent=True),
    "app/": page(None),
    "sw.js": page(None),
    "app.webmanifest": page(None),
    # the field worker's pages
    "patients/": page("patient.list"),
    "patients/new/": page("patient.enrol", None, "GET", "POST"),
    "patients/<uuid:pk>/": page("patient.view", "patient"),
    "patients/<uuid:pk>/correct/": page("patient.correct", "patient", "GET", "POST"),
    "patients/<uuid:pk>/consent/<slug:programme>/": page(
        "encounter.record", "patient", "GET", "POST", programme="diabetic-eye", absent=True
    ),
    "patients/<uuid:pk>/withdraw/<slug:programme>/": page(
        "consent.withdraw", "patient", "GET", "POST", programme="diabetic-eye", absent=True
    ),
    "encounters/<uuid:pk>/": page("encounter.view", "encounter"),
    "encounters/<uuid:pk>/questions/": page("encounter.record", "encounter", "GET", "POST"),
    "encounters/<uuid:pk>/images/": page("image.add", "encounter", "POST", sends={"view": "OD"}),
    "encounters/<uuid:pk>/unobtainable/": page("encounter.record", "encounter", "POST", sends={"view": "OD"}),
    "encounters/<uuid:pk>/hand-in/": page("encounter.record", "encounter", "POST"),
    "encounters/<uuid:pk>/seen/": page("notice.see", "encounter", "POST"),
    "encounters/<uuid:pk>/slip/": page("outcome.view", "encounter", absent=True),
    "encounters/<uuid:pk>/slip.pdf": page("outcome.view", "encounter", absent=True),
    "encounters/<uuid:pk>/explain/": page("outcome.view", "encounter", absent=True),
    "encounters/<uuid:pk>/follow-up/": page("follow_up.record", "encounter", "GET", "POST"),
    "alerts/<uuid:pk>/": page("identity.resolve", "alert", "POST"),
    # the reader's desk
    "worklist/": page("worklist.view"),
    "worklist/next/": page("consult.claim", None, "POST"),
    "worklist/views/": page("worklist.view", None, "POST"),
    "worklist/views/drop/": page("worklist.view", None, "POST"),
    "referrals/<uuid:pk>/next/": page("consult.claim", "consult", "POST"),
    "referrals/<uuid:pk>/marks/": page("consult.read", "consult", "POST", sends={"mark": "0"}),
    "referrals/<uuid:pk>/": page("consult.read", "consult"),
    "referrals/<uuid:pk>/claim/": page("consult.claim", "consult", "POST"),
    "referrals/<uuid:pk>/release/": page("consult.claim", "consult", "POST"),
    "referrals/<uuid:pk>/draft/": page("consult.read", "consult", "POST"),
    "referrals/<uuid:pk>/impression/": page("consult.read", "consult", "POST"),
    "referrals/<uuid:pk>/final/": page("consult.read", "consult", "POST"),
    "referrals/<uuid:pk>/amend/": page("consult.read", "consult", "GET", "POST"),
    "referrals/<uuid:pk>/retake/": page("consult.read", "consult", "POST"),
    "referrals/<uuid:pk>/ask/": page("consult.read", "consult", "POST"),
    "referrals/<uuid:pk>/phrases/": page("consult.read", "consult", "POST"),
    "messages/<uuid:pk>/answer/": page("encounter.record", "message", "POST"),
    "quality/": page("quality.view"),
    # Olivia leads the quality and sees the truth: she sits no exam of her own.
    "quality/exams/<uuid:pk>/start/": page("quality.view", "set", "POST", absent=True),
    "quality/sittings/<uuid:pk>/": page("quality.view", "sitting"),
    "quality/sittings/<uuid:pk>/next/": page("quality.view", "sitting", "POST"),
    "quality/studies/<uuid:pk>/next/": page("quality.view", "study", "POST"),
    "quality/studies/<uuid:pk>/table.csv": page("quality.view", "study"),
    "quality/<slug:programme>/": page("quality.view", "programme"),
    "quality/<slug:programme>/readers/<uuid:pk>/": page("quality.view", "reader", programme="diabetic-eye"),
    "quality/<slug:programme>/sets/new/": page("quality.view", "programme", "GET", "POST"),
    "test-sets/<uuid:pk>/": page("quality.view", "set", "GET", "POST"),
    "test-sets/<uuid:pk>/cases/": page("quality.view", "set", "POST"),
    "test-sets/<uuid:pk>/cases/<int:number>/retire/": page("quality.view", "set", "POST", number="1"),
    "test-sets/<uuid:pk>/studies/": page("quality.view", "set", "POST"),
    "images/<uuid:pk>/display.jpg": page("image.view", "image", absent=True),
    "images/<uuid:pk>/thumb.jpg": page("image.view", "image", absent=True),
    "images/<uuid:pk>/preview.jpg": page("image.add", "image", absent=True),
    "images/<uuid:pk>/full.jpg": page("image.full", "image", absent=True),
    "images/<uuid:pk>/look/": page("image.full", "image", "POST", absent=True),
    "images/<uuid:pk>/tiles/<str:word>/<str:way>/<int:level>/<int:x>_<int:y>.jpg": page(
        "image.full", "image", absent=True, word="x", way="original", level="0", x="0", y="0"
    ),
    "images/<uuid:pk>/set-aside/": page("image.add", "image", "POST", sends={"why": "mistake"}),
    "images/<uuid:pk>/put-back/": page("image.add", "image", "POST"),
    "images/<uuid:pk>/heat.png": page("image.heat", "image", absent=True),
    # the manager's figures
    "figures/": page("figures.view"),
    "figures/<slug:programme>/": page("figures.view", "programme"),
    "figures/<slug:programme>/by/<slug:dimension>.csv": page("figures.view", "programme", dimension="site"),
    "figures/<slug:programme>/<slug:which>.csv": page("figures.view", "programme", which="not_screened"),
    "figures/<slug:programme>/<slug:which>/": page("figures.view", "programme", which="not_screened"),
    # the models of a programme
    "models/": page("models.view"),
    "models/<slug:programme>/": page("models.view", "programme"),
    "models/<slug:programme>/propose/": page("models.propose", "programme", "POST"),
    "models/<slug:programme>/trial/": page("models.propose", "programme", "POST"),
    "models/<slug:programme>/trial/<slug:purpose>/": page("models.view", "programme", purpose="finding", absent=True),
    "models/<slug:programme>/roll-back/": page("models.withdraw", "programme", "POST", sends={"purpose": "finding"}),
    "models/<slug:programme>/withdraw/": page("models.withdraw", "programme", "POST", absent=True),
    "models/<slug:programme>/cards/<slug:version>/": page("models.view", "programme", version="0" * 64, absent=True),
    "models/<slug:programme>/calibrations/": page("models.propose", "programme", "POST"),
    "models/<slug:programme>/calibrations/<uuid:pk>/": page(
        "models.view", "programme", pk=str(uuid.uuid4()), absent=True
    ),
    "models/<slug:programme>/packs/<slug:version>/<slug:capture>/": page(
        "models.view", "programme", version="0" * 64, capture="dicom", absent=True
    ),
    "models/<slug:programme>/thresholds/": page("models.propose", "programme", "POST", absent=True),
    "models/<slug:programme>/own/": page("models.view", "programme"),
    "models/<slug:programme>/own/measure/": page("models.propose", "programme", "POST"),
    "proposals/<uuid:pk>/sign/": page("models.sign", "proposal", "POST"),
    "alarms/<uuid:pk>/answer/": page("alarm.answer", "alarm_of_drift", "POST"),
    # the API
    "api/v1/schema": page("api.schema"),
    "api/v1/me": page("me.view"),
    "api/v1/sites": page("me.view"),
    "api/v1/programmes": page("programme.list"),
    "api/v1/patients": Route({"GET": "patient.list", "POST": "patient.enrol"}),
    "api/v1/patients/like": Route({"POST": "patient.list"}),
    "api/v1/patients/<uuid:pk>": Route(
        {"GET": "patient.view", "PUT": "patient.enrol", "PATCH": "patient.correct"}, "patient", makes=True
    ),
    "api/v1/patients/<uuid:pk>/consents": page("patient.enrol", "patient", "POST"),
    "api/v1/patients/<uuid:pk>/withdrawals": page("consent.withdraw", "patient", "POST"),
    "api/v1/encounters": page("encounter.view"),
    "api/v1/encounters/<uuid:pk>": Route({"GET": "encounter.view", "PUT": "encounter.record"}, "encounter", makes=True),
    "api/v1/encounters/<uuid:pk>/answers": page("encounter.record", "encounter", "PUT"),
    "api/v1/encounters/<uuid:pk>/unobtainable/<slug:view>": page("encounter.record", "encounter", "PUT", view="OD"),
    "api/v1/encounters/<uuid:pk>/hand-in": page("encounter.record", "encounter", "POST"),
    "api/v1/encounters/<uuid:pk>/images": page("encounter.view", "encounter"),
    "api/v1/encounters/<uuid:pk>/images/<uuid:image_id>/set-aside": page(
        "image.add", "encounter", "POST", image_id=str(uuid.uuid4()), absent=True
    ),
    "api/v1/encounters/<uuid:pk>/images/<uuid:image_id>/put-back": page(
        "image.add", "encounter", "POST", image_id=str(uuid.uuid4()), absent=True
    ),
    "api/v1/encounters/<uuid:pk>/images/<uuid:image_id>": page(
        "image.add", "encounter", "PUT", image_id=str(uuid.uuid4())
    ),
    "api/v1/encounters/<uuid:pk>/follow-ups/<uuid:follow_up>": page(
        "follow_up.record", "encounter", "PUT", follow_up=str(uuid.uuid4())
    ),
    "api/v1/csrf": page("me.view"),
    "api/v1/offline": page("sealed.deliver"),
    "api/v1/today": page("patient.list"),
    "api/v1/tasks": page("task.list"),
    "api/v1/held": page("held.view"),
    "api/v1/held/<uuid:pk>": page("held.decide", None, "POST", pk=str(uuid.uuid4()), absent=True),
    "api/v1/sealed": page("sealed.deliver"),
    "api/v1/sealed/<uuid:pk>": page("sealed.deliver", None, "GET", "PUT", pk=str(uuid.uuid4()), absent=True),
    "api/v1/uploads/": page("sealed.deliver", None, "POST"),
    "api/v1/uploads/<uuid:pk>": page("sealed.deliver", None, "DELETE", "HEAD", pk=str(uuid.uuid4()), absent=True),
    "api/v1/encounters/<uuid:pk>/messages": page("encounter.view", "encounter"),
    "api/v1/messages": page("encounter.record"),
    "api/v1/messages/<uuid:pk>/answer": page("encounter.record", "message", "POST"),
    "api/v1/referrals/<uuid:pk>/amendments": page("consult.read", "consult", "POST"),
    "api/v1/referrals/<uuid:pk>/messages": page("consult.read", "consult", "POST"),
    "api/v1/worklist": page("worklist.view"),
    "api/v1/referrals/<uuid:pk>": page("consult.read", "consult"),
    "api/v1/referrals/<uuid:pk>/claim": page("consult.claim", "consult", "POST"),
    "api/v1/referrals/<uuid:pk>/release": page("consult.claim", "consult", "POST"),
    "api/v1/referrals/<uuid:pk>/draft": page("consult.read", "consult", "PUT"),
    "api/v1/referrals/<uuid:pk>/impression": page("consult.read", "consult", "POST"),
    "api/v1/referrals/<uuid:pk>/reads": page("consult.read", "consult", "POST"),
    "api/v1/referrals/<uuid:pk>/outcome": page("outcome.view", "consult", absent=True),
    "api/v1/": Route(dict.fromkeys(("GET", "POST", "PUT", "DELETE"), "me.view"), absent=True),
}

OURS = ("screening.", "accounts.", "inference.", "deploy.")


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address and its view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern), pattern.callback


EVERY = dict(routes())
OWN = {route: view for route, view in EVERY.items() if view.__module__.startswith(OURS)}


def test_every_route_of_ours_has_a_row() -> None:
    assert not set(OWN) - set(ROUTES), "add these to ROUTES, with their action and object"
    assert not set(ROUTES) - set(OWN), "these rows have no route any more"


def test_every_view_is_guarded() -> None:
    """What is left over are the admin's redirects from addresses of long ago: the middleware refuses them."""
    unguarded = {route: view.__module__ for route, view in EVERY.items() if not is_guarded(view)}
    assert not {route for route in unguarded if not route.startswith("technician/")}
    assert set(unguarded.values()) <= {"django.views.generic.base", "django.contrib.contenttypes.views"}


@pytest.mark.parametrize("route", sorted(set(ROUTES) & set(OWN)))
def test_every_view_declares_the_action_of_its_row(route: str) -> None:
    view, row = OWN[route], ROUTES[route]
    declared = getattr(getattr(view, "cls", None), "actions", None)
    if declared is not None:
        assert {method: declared.get(method) for method in row.actions} == row.actions
        assert set(declared) <= set(row.actions) | {"PATCH"}
    else:
        assert {getattr(view, "access_action", None)} == {action or "public" for action in row.actions.values()}
    assert {action for action in row.actions.values() if action} <= set(TABLE)


# -------------------------------------------------------------------------------------------------------- the walk


@dataclass(frozen=True)
class World:
    """Per person: the key of their own and of a foreign object of each kind."""

    own: dict[str, dict[str, str]]
    foreign: dict[str, dict[str, str]]


def keys(consult: Any, alert: IdentityAlert, programme: str) -> dict[str, str]:
    encounter = consult.encounter
    return {
        "patient": str(encounter.patient_id), "encounter": str(encounter.pk), "consult": str(consult.pk),
        "image": str(alert.image_id), "alert": str(alert.pk), "programme": programme, **at_the_models(encounter),
        "message": str(Message.objects.create(consult=consult, kind=Message.Kind.QUESTION, text="Which eye?").pk),
    }  # fmt: skip


def at_the_models(encounter: Any) -> dict[str, str]:
    """A proposal that waits for a signature, and an alarm of the drift watch."""
    finding = encounter.programme.model_in_force("finding")
    technician = User.objects.get(username="tessa")
    alarm = Alarm.objects.create(programme=encounter.programme, site=encounter.site, model_version=finding,
                                 measure="score", value=1, limit=0.2, recent=50, reference=400)  # fmt: skip
    kind = "fundus_tabletop" if encounter.programme.modality == "fundus" else "dicom"
    proposal = in_force.propose(
        technician, encounter.programme, finding, [make.operating_point(finding, kind, 0.7)], site=encounter.site
    )
    return {"proposal": str(proposal.pk), "alarm_of_drift": str(alarm.pk)}


def exams_of(programme: Programme, reader: User) -> dict[str, str]:
    """A test set of a programme, with an exam and a study of one reader."""
    one = make.test_set(programme, make.NORMAL_EYE if programme.modality == "fundus" else make.NORMAL_CHEST)
    study = Study.objects.create(name=f"Study of {reader}", test_set=one)
    study.readers.add(reader)
    sitting = exams.start(reader, one)
    return {"set": str(one.pk), "sitting": str(sitting.pk), "study": str(study.pk), "reader": str(reader.pk)}


@pytest.fixture
def world(cast: Cast) -> World:
    for programme in (cast.eye, cast.chest):
        make.models(programme)
    consults = {
        "north eye": make.referred(cast.eye, cast.north),
        "south eye": make.referred(cast.eye, cast.south),
        "north chest": make.referred(cast.chest, cast.north),
    }
    machine = make.open_encounter(cast.gateway, make.enrolled(cast.north, by=cast.gateway), cast.eye)
    make.handed_in(machine, 0.9, 0.1)
    consults["machine"] = machine.consult
    found = {}
    for name, consult in consults.items():
        image = consult.encounter.images.all()[0]
        other = consults["south eye" if name != "south eye" else "north eye"].encounter.images.all()[0]
        alert = IdentityAlert.objects.create(image=image, other=other, kind=IdentityAlert.Kind.TWO_PATIENTS)
        found[name] = keys(consult, alert, "diabetic-eye")
    # Olivia leads the quality of her programme; the other one's sets are not hers, nor is another's sitting.
    Certificate.objects.filter(reader=cast.olivia).update(leads_quality=True)
    hers, theirs = exams_of(cast.eye, cast.olivia), exams_of(cast.chest, cast.rania)
    for name in found:
        found[name] |= theirs | {"programme": "tb-chest"} if name == "north chest" else hers
    cast.chest.sites.clear()
    strange = {**found["south eye"], "programme": "tb-chest"}
    return World(
        own={
            "amina": found["north eye"], "samuel": found["north eye"], "olivia": found["north eye"],
            "maya": found["north eye"], "gateway": found["machine"],
        },
        foreign={
            "amina": strange, "samuel": strange, "olivia": found["north chest"],
            "gateway": {**found["north eye"], "patient": found["south eye"]["patient"]},
        },
    )  # fmt: skip


KINDS = (
    "patient", "encounter", "consult", "image", "alert", "message", "proposal", "alarm_of_drift", "set", "sitting",
    "study", "reader",
)  # fmt: skip
UNKNOWN = dict.fromkeys(KINDS, str(uuid.uuid4())) | {"programme": "no-such-programme"}
PEOPLE = ["", "amina", "olivia", "samuel", "maya", "tessa", "gateway", "dora", "edgar", "stranger"]
DONE = {200, 201, 202, 204, 302, 303, 400, 409, 412, 413, 415, 422, 428}


def address(route: str, row: Route, objects: dict[str, str]) -> str:
    values = dict(row.more)
    if row.object:
        values["programme" if row.object == "programme" else "pk"] = objects[row.object]
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: values[found[1]], route)


def ask(client: Client, method: str, url: str, row: Route) -> Any:
    """One request whose changes are taken back."""
    sent: dict[str, Any] = {"data": row.sends} if method == "POST" else {}
    if url.startswith("/api/") and method != "GET":
        sent["content_type"] = "application/json"
    with transaction.atomic():
        answer = getattr(client, method.lower())(url, **sent)
        transaction.set_rollback(True)
    return answer


def said(response: Any, objects: dict[str, str], kind: str | None) -> bytes:
    """The answer without what differs by nature: the id that was asked for, and the form's token."""
    body = b"".join(response) if response.streaming else response.content
    if kind:
        body = body.replace(objects[kind].encode(), b"ID")
    return re.sub(rb"(csrf\w*(?:token)?\W+(?:value\W+)?)[A-Za-z0-9]{64}", rb"\1", body)


@pytest.mark.parametrize("name", PEOPLE)
def test_walk(cast: Cast, world: World, name: str) -> None:
    person: User | None = getattr(cast, name) if name else None
    client = Client()
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    visitor = Visitor(client, person, world.own.get(name, world.own["amina"]), world.foreign.get(name))
    wrong = [problem for route in sorted(set(ROUTES) & set(OWN)) for problem in visitor.tries(route, ROUTES[route])]
    assert not wrong, "\n".join(wrong)


@dataclass(frozen=True)
class Visitor:
    """One person (None: nobody signed in) at every door."""

    client: Client
    person: User | None
    own: dict[str, str]
    foreign: dict[str, str] | None

    def tries(self, route: str, row: Route) -> Iterator[str]:
        """What is wrong with the answers at one route, in words."""
        for method, action in row.actions.items():
            answer = ask(self.client, method, address(route, row, self.own), row)
            if answer.status_code not in self.expected(route, row, action):
                yield f"{method} /{route}: {answer.status_code}"
            elif row.object and self.may(action):
                yield from self.strange(method, route, row)
            elif row.object and action and self.person:
                unknown = ask(self.client, method, address(route, row, UNKNOWN), row)
                if unknown.status_code != answer.status_code:
                    yield f"{method} /{route}: refusing depends on what exists"
        for method in sorted({"GET", "POST", "PUT", "DELETE"} - set(row.actions)):
            answer = ask(self.client, method, address(route, row, self.own), row)
            # A page that was declared for GET alone may answer a POST with itself; it must still be theirs to see.
            shown = self.may(row.actions.get("GET", "")) and method != "GET"
            if answer.status_code not in {302, 401, 403, 404, 405} | ({200} if shown else set()):
                yield f"{method} /{route} (undeclared): {answer.status_code}"

    def may(self, action: str | None) -> bool:
        return action is None or (self.person is not None and may(self.person, action))

    def expected(self, route: str, row: Route, action: str | None) -> set[int]:
        if action is None:
            return DONE
        if self.person is None or not self.person.is_active:
            return {401, 403} if route.startswith("api/") else {302}
        if not self.may(action):
            return {403}
        return DONE | ({404} if row.absent else set())

    def strange(self, method: str, route: str, row: Route) -> Iterator[str]:
        """What is not theirs answers exactly as what does not exist."""
        unknown = ask(self.client, method, address(route, row, UNKNOWN), row)
        if unknown.status_code not in ({404, 400} if row.makes else {404}):
            yield f"{method} /{route}, unknown: {unknown.status_code}"
        if self.foreign is None:
            return
        other = ask(self.client, method, address(route, row, self.foreign), row)
        if other.status_code != unknown.status_code:
            yield f"{method} /{route}, foreign: {other.status_code}"
        elif said(other, self.foreign, row.object) != said(unknown, UNKNOWN, row.object):
            yield f"{method} /{route} tells that a foreign object exists"
        elif set(other.headers) != set(unknown.headers):
            yield f"{method} /{route} tells by its headers that a foreign object exists"
