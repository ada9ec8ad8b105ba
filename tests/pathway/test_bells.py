"""Which bells ring after a request: exactly those of the photos and visits it wrote something about, each once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.access import may
from accounts.models import User
from inference.models import Run
from screening.models import Certificate, Consult, Encounter, Image, Message, SealedItem
from screening.visit import pictures
from tests import factories as make
from tests.accounts.test_urls import OWN, ROUTES, World, address, world  # noqa: F401
from tests.cast import Cast
from tests.conftest import RungBy
from tests.factories import MODERATE_EYE, NORMAL_EYE, both_eyes
from tests.screening.api_client import Api
from tests.screening.desk import form
from tests.screening.phone import Phone

pytestmark = pytest.mark.usefixtures("store")
PHOTO, OTHER = make.photo_bytes(1), make.photo_bytes(2)
HOW = "capture_class=fundus_tabletop"


@dataclass
class Scene:
    """One open visit of Amina's with two models in force; who acts, and the words for what rings."""

    cast: Cast
    encounter: Encounter

    def page(self, user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def post(self, name: str, *args: Any, user: User | None = None, **sent: Any) -> Any:
        return self.page(user or self.cast.amina).post(reverse(name, args=args), sent)

    def send(self, data: bytes = PHOTO, view: str = "OD", encounter: Encounter | None = None) -> Any:
        pk = (encounter or self.encounter).pk
        return self.post("add_image", pk, view=view, photo=file(data), capture_class="fundus_tabletop")

    def put(self, path: str, **body: Any) -> Any:
        return Api(self.cast.amina).put(f"encounters/{self.encounter.pk}/{path}", body)

    def upload(self, data: bytes = PHOTO, number: uuid.UUID | None = None, view: str = "OD") -> Any:
        path = f"encounters/{self.encounter.pk}/images/{number or uuid.uuid4()}?view={view}&{HOW}"
        return Api(self.cast.amina).upload(path, data)

    def taken(self, data: bytes = PHOTO, encounter: Encounter | None = None) -> Image:
        """A photo handed in before, and assessed."""
        image, _new = pictures.accept(
            self.cast.amina, encounter or self.encounter, view="OD", data=data, capture_class="fundus_tabletop"
        )
        make.assessed(image)
        return image

    def excused(self) -> None:
        for view in ("OD", "OS"):
            self.put(f"unobtainable/{view}", why="cataract")

    @property
    def visit(self) -> tuple[str, str]:
        return "decide", str(self.encounter.pk)

    @property
    def photos(self) -> list[tuple[str, str]]:
        """The newest photos first."""
        found = Image.objects.order_by("-received_at").values_list("display_sha256", flat=True)
        return [("assess", photo) for photo in found]


def file(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", data)


@pytest.fixture
def scene(cast: Cast, store: Path) -> Scene:
    make.models(cast.eye)
    return Scene(cast, make.visit(cast.eye, cast.north))


def decide(*encounters: Encounter) -> list[tuple[str, str]]:
    return [("decide", str(one.pk)) for one in encounters]


# Each row: what is done; it asserts its status and returns what has to ring for it.
Act = Callable[[Scene], tuple[Callable[[], Any], int, Callable[[], list[tuple[str, str]]]]]
RINGS: dict[str, Act] = {}
SILENT: dict[str, Callable[[Scene], tuple[Callable[[], Any], int]]] = {}


def rings(act: Act) -> Act:
    RINGS[act.__name__] = act
    return act


def silent(act: Any) -> Any:
    SILENT[act.__name__] = act
    return act


@rings
def photo_on_the_page(scene: Scene) -> Any:
    return scene.send, 302, lambda: [*scene.photos, scene.visit]


@rings
def photo_over_the_api(scene: Scene) -> Any:
    return scene.upload, 201, lambda: [*scene.photos, scene.visit]


@rings
def the_same_photo_ten_times(scene: Scene) -> Any:
    number = uuid.uuid4()
    return lambda: [scene.upload(number=number) for _ in range(10)][-1], 200, lambda: [*scene.photos, scene.visit]


@rings
def the_same_photo_twice_on_the_page(scene: Scene) -> Any:
    return lambda: (scene.send(), scene.send())[-1], 302, lambda: [*scene.photos, scene.visit]


@rings
def a_photo_assessed_long_ago_under_another_patient(scene: Scene) -> Any:
    """Nothing is left to assess; both visits are disputed now."""
    other = make.visit(scene.cast.eye, scene.cast.north)
    scene.taken(encounter=other)
    return scene.send, 302, lambda: sorted(decide(scene.encounter, other), key=lambda b: b != scene.visit)


@rings
def answers_on_the_page(scene: Scene) -> Any:
    return lambda: scene.post("questions", scene.encounter.pk, diabetes="type2"), 302, lambda: [scene.visit]


@rings
def answers_over_the_api(scene: Scene) -> Any:
    return lambda: scene.put("answers", answers={"diabetes": "type2"}), 200, lambda: [scene.visit]


@rings
def an_excuse_on_the_page(scene: Scene) -> Any:
    act = lambda: scene.post("unobtainable", scene.encounter.pk, view="OD", why="cataract")  # noqa: E731
    return act, 302, lambda: [scene.visit]


@rings
def an_excuse_over_the_api(scene: Scene) -> Any:
    return lambda: scene.put("unobtainable/OD", why="cataract"), 200, lambda: [scene.visit]


@rings
def hand_in_on_the_page(scene: Scene) -> Any:
    scene.excused()
    return lambda: scene.post("hand_in", scene.encounter.pk), 302, lambda: [scene.visit]


@rings
def hand_in_over_the_api(scene: Scene) -> Any:
    scene.excused()
    path = f"encounters/{scene.encounter.pk}/hand-in"
    return lambda: Api(scene.cast.amina).post(path), 200, lambda: [scene.visit]


@rings
def a_picture_set_aside_on_the_page(scene: Scene) -> Any:
    image = scene.taken()
    return lambda: scene.post("set_aside", image.pk, why="mistake"), 302, lambda: [scene.visit]


@rings
def a_picture_set_aside_and_put_back_over_the_api(scene: Scene) -> Any:
    """Two requests, and each rings."""
    path, amina = f"encounters/{scene.encounter.pk}/images/{scene.taken().pk}", Api(scene.cast.amina)
    act = lambda: (amina.post(f"{path}/set-aside", {"why": "mistake"}), amina.post(f"{path}/put-back"))[-1]  # noqa: E731
    return act, 200, lambda: [scene.visit, scene.visit]


@rings
def an_alert_answered(scene: Scene) -> Any:
    """A picture that is not this patient's no longer disputes the other's."""
    other = make.visit(scene.cast.eye, scene.cast.north)
    scene.taken(encounter=other)
    alert = scene.taken().identity_alerts.get()
    return (
        lambda: scene.post("identity", alert.pk, belongs="no"), 302, lambda: decide(scene.encounter, other),
    )  # fmt: skip


@rings
def a_test_case_with_its_pictures(scene: Scene) -> Any:
    lead = scene.cast.adele
    Certificate.objects.filter(reader=lead).update(leads_quality=True)
    one = make.test_set(scene.cast.eye)
    told = {"age": "60", "sex": "male", "source": "three", "suggestion": "none", "capture_class": "fundus_tabletop"}
    sent = form(both_eyes(MODERATE_EYE)) | told | {"picture-OD": file(PHOTO), "picture-OS": file(OTHER)}
    found = lambda: [("assess", p.display_sha256) for p in one.cases.get().pictures.order_by("pk")]  # noqa: E731
    return lambda: scene.page(lead).post(f"/test-sets/{one.pk}/cases/", sent), 302, found


@rings
def a_form_from_the_phone(scene: Scene) -> Any:
    phone = Phone(scene.cast.amina)
    said, _taken = phone.visit(scene.cast.eye, scene.cast.north, answers={"diabetes": "type2"}, hand_in=False)
    item, sealed = phone.seal_form(said)
    return lambda: phone.deliver(item, sealed), 201, lambda: [("decide", said["encounter"])]


@rings
def a_photo_from_the_phone_that_completes_the_visit(scene: Scene) -> Any:
    phone = Phone(scene.cast.amina)
    said, taken = phone.visit(scene.cast.eye, scene.cast.north, {"OD": PHOTO}, unobtainable={"OS": "cataract"})
    phone.deliver(*phone.seal_form(said))
    [(pk, sealed)] = phone.photos(said, taken)
    visit = ("decide", said["encounter"])
    return lambda: phone.upload(pk, said["encounter"], sealed, chunk=10**7), 204, lambda: [*scene.photos, visit]


@rings
def a_form_whose_photos_came_before_it(scene: Scene) -> Any:
    phone = Phone(scene.cast.amina)
    said, taken = phone.visit(scene.cast.eye, scene.cast.north, {"OD": PHOTO, "OS": OTHER})
    for pk, sealed in phone.photos(said, taken):
        phone.upload(pk, said["encounter"], sealed, chunk=10**7)
    item, sealed = phone.seal_form(said)
    expected = lambda: sorted([*scene.photos, ("decide", said["encounter"])])  # noqa: E731
    return lambda: phone.deliver(item, sealed), 201, expected


@rings
def an_item_let_in_from_the_shelf(scene: Scene) -> Any:
    phone = Phone(scene.cast.amina)
    said, _taken = phone.visit(scene.cast.eye, scene.cast.south, answers={"diabetes": "type2"}, hand_in=False)
    item, sealed = phone.seal_form(said)
    phone.deliver(item, sealed)
    assert SealedItem.objects.get(pk=item).state == "shelved"
    make.Membership.objects.create(user=scene.cast.amina, site=scene.cast.south, role="field_worker")
    SealedItem.objects.filter(pk=item).update(allowed_by=scene.cast.tessa)
    act = lambda: scene.post("shelf_settle", item, user=scene.cast.tessa, act="retry")  # noqa: E731
    return act, 302, lambda: [("decide", said["encounter"])]


@silent
def a_photo_that_is_none(scene: Scene) -> Any:
    return lambda: scene.send(b"%PDF-1.7"), 422


@silent
def a_photo_of_a_view_that_is_not_taken(scene: Scene) -> Any:
    return lambda: scene.upload(view="CXR"), 422


@silent
def a_photo_handed_in_long_ago(scene: Scene) -> Any:
    number = uuid.uuid4()
    scene.upload(number=number)
    return lambda: scene.upload(number=number), 200


@silent
def answers_that_cannot_be(scene: Scene) -> Any:
    return lambda: scene.put("answers", answers={"hba1c": 400}), 422


@silent
def a_hand_in_with_a_view_missing(scene: Scene) -> Any:
    return lambda: scene.post("hand_in", scene.encounter.pk), 422


@silent
def an_excuse_that_is_none(scene: Scene) -> Any:
    return lambda: scene.put("unobtainable/OD", why="lazy"), 400


@silent
def a_visit_that_is_somebody_elses(scene: Scene) -> Any:
    return lambda: scene.post("hand_in", scene.encounter.pk, user=scene.cast.benjamin), 404


@silent
def a_form_delivered_again(scene: Scene) -> Any:
    phone = Phone(scene.cast.amina)
    said, _taken = phone.visit(scene.cast.eye, scene.cast.north, answers={"diabetes": "type2"})
    item, sealed = phone.seal_form(said)
    phone.deliver(item, sealed)
    return lambda: phone.deliver(item, sealed), 200


@silent
def a_form_that_is_refused(scene: Scene) -> Any:
    phone = Phone(scene.cast.amina)
    said, _taken = phone.visit(scene.cast.eye, scene.cast.north, answers={"hba1c": 400})
    item, sealed = phone.seal_form(said)
    return lambda: phone.deliver(item, sealed), 201


@silent
def an_upload_cut_off(scene: Scene) -> Any:
    phone = Phone(scene.cast.amina)
    item, sealed = phone.seal_photo(scene.encounter.pk, "OD", PHOTO)
    place = phone.create(item, scene.encounter.pk, sealed)["Location"]
    return lambda: phone.patch(place, 0, sealed[:1000]), 204


@silent
def a_visit_opened(scene: Scene) -> Any:
    patient = make.enrolled(scene.cast.north)
    said = {"patient": str(patient.pk), "programme": "diabetic-eye"}
    return lambda: Api(scene.cast.amina).put(f"encounters/{uuid.uuid4()}", said), 201


def referred(scene: Scene) -> Consult:
    consult = make.referred(scene.cast.eye, scene.cast.north)
    Api(scene.cast.olivia).post(f"referrals/{consult.pk}/claim")
    return consult


@silent
def an_impression_and_a_read(scene: Scene) -> Any:
    path, olivia = f"referrals/{referred(scene).pk}", Api(scene.cast.olivia)
    said = {"grades": both_eyes(NORMAL_EYE)}
    return lambda: (olivia.post(f"{path}/impression", said), olivia.post(f"{path}/reads", said))[-1], 201


@silent
def a_retake_asked_for_and_declined(scene: Scene) -> Any:
    consult = referred(scene)

    def act() -> Any:
        scene.post("ask_for_retake", consult.pk, user=scene.cast.olivia, **{"wrong-OD": "glare"})
        return scene.post("answer_message", Message.objects.get().pk, cannot="yes", text="She has left")

    return act, 302


@rings
def a_retake_asked_for_and_taken(scene: Scene) -> Any:
    consult = referred(scene)
    scene.post("ask_for_retake", consult.pk, user=scene.cast.olivia, **{"wrong-OD": "glare"})
    act = lambda: scene.send(encounter=consult.encounter)  # noqa: E731
    return act, 302, lambda: [scene.photos[0], *decide(consult.encounter)]


@pytest.mark.parametrize("name", sorted(RINGS))
def test_exactly_these_bells_ring(name: str, scene: Scene, rung_by: RungBy) -> None:
    act, status, expected = RINGS[name](scene)
    answers: list[Any] = []
    bells = rung_by(lambda: answers.append(act()))
    assert answers[0].status_code == status, answers[0].content
    assert sorted(bells) == sorted(expected())
    assert bells, name
    assert not Run.objects.claimable().filter(dispatched_at=None).exists()


@pytest.mark.parametrize("name", sorted(SILENT))
def test_what_was_refused_or_changes_no_evidence_rings_nothing(name: str, scene: Scene, rung_by: RungBy) -> None:
    act, status = SILENT[name](scene)
    answers: list[Any] = []
    bells = rung_by(lambda: answers.append(act()))
    assert answers[0].status_code == status, answers[0].content
    assert bells == []


def test_a_page_that_breaks_afterwards_rings_for_what_it_wrote(
    scene: Scene, rung_by: RungBy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*said: Any, **more: Any) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("screening.views.visit.capture.redirect", breaks)
    answers: list[Any] = []
    assert rung_by(lambda: answers.append(scene.send())) == [*scene.photos, scene.visit]
    assert answers[0].status_code == 500


def test_a_page_that_is_taken_back_whole_rings_nothing(
    scene: Scene, rung_by: RungBy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*said: Any, **more: Any) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("screening.visit.pictures._watch", breaks)  # the last thing inside the transaction
    answers: list[Any] = []
    assert rung_by(lambda: answers.append(scene.send())) == []
    assert (answers[0].status_code, Image.objects.count()) == (500, 0)


# Asked as the table of addresses asks them, these write evidence; all other addresses none.
EVIDENCE = {
    "encounters/<uuid:pk>/questions/", "encounters/<uuid:pk>/hand-in/", "api/v1/encounters/<uuid:pk>/hand-in",
    "images/<uuid:pk>/set-aside/",
}  # fmt: skip


def test_every_other_address_rings_nothing(cast: Cast, world: World, rung_by: RungBy) -> None:  # noqa: F811
    """The whole table of addresses, each asked by somebody who may and who has something there."""
    clients = {name: Client(raise_request_exception=False) for name in world.own}
    for name, client in clients.items():
        client.force_login(getattr(cast, name), backend="django.contrib.auth.backends.ModelBackend")

    def ask(name: str, method: str, route: str) -> Any:
        row = ROUTES[route]
        sent: dict[str, Any] = {"data": row.sends} if method == "POST" else {}
        if route.startswith("api/") and method != "GET":
            sent["content_type"] = "application/json"
        return getattr(clients[name], method.lower())(address(route, row, world.own[name]), **sent)

    rang = {
        route
        for route in sorted(set(ROUTES) & set(OWN))
        for method, action in ROUTES[route].actions.items()
        for name in [name for name in world.own if action is None or may(getattr(cast, name), action)][:1]
        if rung_by(lambda n=name, m=method, r=route: ask(n, m, r))
    }
    assert rang == EVIDENCE
