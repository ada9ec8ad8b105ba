"""A third organ comes in as one declaration and its packs: whole visits, by the pages and by the API."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inference.admission import registry
from inference.models import Run
from screening import tasks
from screening.models import Certificate, ConsentText, Consult, Encounter, Outcome, Patient, Programme, SignOff
from screening.protocol import in_force
from screening.refusal import Refused
from screening.rules import MODALITIES
from screening.visit import pictures
from tests import factories as make
from tests import otoscopy
from tests.cast import Cast
from tests.otoscopy import CLEAR, DARK, ILL, NO_DRUM
from tests.screening import dicoms
from tests.screening.api_client import BACKEND, Api
from tests.screening.desk import form, post
from tests.screening.phone import Phone

pytestmark = pytest.mark.usefixtures("store", "ears")
NONE, DISEASE = ({"gradability": "gradable", "seen": seen} for seen in ("normal", "refer"))


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODALITIES, otoscopy.EAR.code, otoscopy.EAR)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def programme(cast: Cast, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Programme:
    """Made in the administration, its packs installed, proposed and signed. Workers do at once what they ring for."""
    settings.FIELDLIGHT_PACKS = tmp_path / "packs"
    monkeypatch.setattr(tasks.assess, "delay", lambda **said: tasks.assess(**said))
    monkeypatch.setattr(tasks.decide, "delay", lambda **said: tasks.decide(**said))
    made = {
        "name": "Ears of children", "code": "ears", "modality": "otoscopy", "views": ["AD", "AS"],
        "sites": [str(cast.north.pk)], "retakes_allowed": 2, "recall_months": 12, "use": "screening",
        "reads_needed": 1, "reading_mode": "blind_first", "sample_rate": 0, "drift_fallback": "on",
    }  # fmt: skip
    answer = signed_in(cast.tessa).post(reverse("admin:screening_programme_add"), made)
    assert answer.status_code == 302, answer.content.decode()
    programme = Programme.objects.get(code="ears")
    ConsentText.objects.create(programme=programme, version="1", language="en", text="We will look into your ears.")
    Certificate.objects.create(programme=programme, reader=cast.olivia)
    for make_pack in (otoscopy.gate, otoscopy.finding):
        make_pack(tmp_path / make_pack.__name__)
        version, _new = registry.install(tmp_path / make_pack.__name__)
        in_force.sign(cast.maya, in_force.propose(cast.tessa, programme, version), SignOff.Says.APPROVED)
    return programme


Walk = Callable[..., Encounter]


@pytest.fixture
def by_page(cast: Cast, programme: Programme, django_capture_on_commit_callbacks: Any) -> Walk:
    """Amina enrols somebody, reads the consent text, asks, photographs both ears and hands in, page by page."""
    client = signed_in(cast.amina)

    def walk(right: int, left: int, answers: dict[str, str] | None = None, *, seed: int = 0) -> Encounter:
        with django_capture_on_commit_callbacks(execute=True):
            told = {"client_id": str(uuid.uuid4()), "site": str(cast.north.pk), "name": f"Kofi {seed}", "sex": "male"}
            assert client.post(reverse("enrol"), {**told, "age": "9"}).status_code == 302
        patient = Patient.objects.order_by("-enrolled_at")[0]
        consent = reverse("consent", args=[patient.pk, "ears"])
        assert "We will look into your ears." in client.get(consent).content.decode()
        visit = uuid.uuid4()
        said = {"version": "1", "language": "en", "answer": "yes", "client_id": str(visit)}
        assert client.post(consent, said).headers["Location"] == reverse("questions", args=[visit])
        assert "Pain in the ear?" in client.get(reverse("questions", args=[visit])).content.decode()
        client.post(reverse("questions", args=[visit]), answers or {"ear_pain": "no"})
        for view, brightness in (("AD", right), ("AS", left)):
            with django_capture_on_commit_callbacks(execute=True):
                file = SimpleUploadedFile("photo.jpg", otoscopy.photo(brightness, seed=10 * seed + ord(view[1])))
                sent = {"view": view, "photo": file, "capture_class": "otoscope_phone"}
                assert client.post(reverse("add_image", args=[visit]), sent).status_code == 302
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("hand_in", args=[visit]))
        return Encounter.objects.get(pk=visit)

    return walk


@pytest.fixture
def by_api(cast: Cast, programme: Programme, django_capture_on_commit_callbacks: Any) -> Walk:
    """The same by the API, as the phone or another system does it."""
    api = Api(cast.amina)

    def walk(right: int, left: int, answers: dict[str, Any] | None = None) -> Encounter:
        told = next(one for one in api.get("programmes").json()["results"] if one["code"] == "ears")
        assert [view["name"] for view in told["shown"]] == ["right ear (AD)", "left ear (AS)"]
        assert told["look"]["judge"] == "light" and told["look"]["aim"].startswith("Pull the ear back")
        person = {"site": "north", "name": "Ama", "sex": "female", "birth_year": 2017}
        patient, visit = api.post("patients", person).json()["id"], uuid.uuid4()
        text = told["consent_texts"][0]
        agreed = {"programme": "ears", "version": text["version"], "language": "en", "answer": "given"}
        assert api.post(f"patients/{patient}/consents", agreed).status_code == 201
        assert api.put(f"encounters/{visit}", {"patient": patient, "programme": "ears"}).status_code == 201
        api.put(f"encounters/{visit}/answers", {"answers": answers or {"ear_pain": False}})
        for seed, (view, brightness) in enumerate((("AD", right), ("AS", left)), start=50):
            with django_capture_on_commit_callbacks(execute=True):
                sent = api.upload(
                    f"encounters/{visit}/images/{uuid.uuid4()}?view={view}&capture_class=otoscope_phone",
                    otoscopy.photo(brightness, seed=seed),
                )  # fmt: skip
                assert sent.status_code == 201, sent.content
        with django_capture_on_commit_callbacks(execute=True):
            api.post(f"encounters/{visit}/hand-in")
        return Encounter.objects.get(pk=visit)

    return walk


@pytest.fixture
def by_phone(cast: Cast, programme: Programme, django_capture_on_commit_callbacks: Any) -> Walk:
    """The same offline, sealed on the phone and delivered later."""
    phone = Phone(cast.amina)

    def walk(right: int, left: int, answers: dict[str, Any] | None = None) -> Encounter:
        photos = {"AD": otoscopy.photo(right, seed=70), "AS": otoscopy.photo(left, seed=71)}
        form, taken = phone.visit(programme, cast.north, photos, answers=answers or {"ear_pain": False})
        for image in form["images"]:
            image["capture_class"] = "otoscope_phone"
        with django_capture_on_commit_callbacks(execute=True):
            assert phone.deliver(*phone.seal_form(form)).json()["state"] == "applied"
        for pk, (view, data) in taken.items():
            about = {"capture_class": "otoscope_phone"}
            with django_capture_on_commit_callbacks(execute=True):
                sealed = phone.seal_photo(form["encounter"], view, data, uuid.UUID(pk), **about)
                phone.upload(sealed[0], form["encounter"], sealed[1])
        return Encounter.objects.get(pk=form["encounter"])

    return walk


@pytest.fixture(params=["by_page", "by_api", "by_phone"])
def walk(request: pytest.FixtureRequest) -> Walk:
    found: Walk = request.getfixturevalue(request.param)
    return found


def stands(user: Any, encounter: Encounter) -> dict[str, Any]:
    told: dict[str, Any] = Api(user).get(f"encounters/{encounter.pk}").json()["answer"]
    return told


def test_disease_in_an_ear_refers_and_names_a_place_for_any_organ(cast: Cast, walk: Walk) -> None:
    encounter = walk(CLEAR, ILL)
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}
    decision = encounter.decision()
    assert (decision.action, decision.views) == ("refer", ["AS"])
    told = stands(cast.amina, encounter)
    assert told["what"] == "Send the patient to the clinic. Give them the referral slip."
    assert told["where"] == cast.north.directions
    assert told["why"] == "There are signs of disease in the photo: left ear (AS)."
    assert not re.search(r"\beye|chest|lung|film|retin", " ".join(str(value) for value in told.values()))


def test_clear_ears_go_home_with_a_date(cast: Cast, walk: Walk) -> None:
    encounter = walk(CLEAR, CLEAR)
    assert (encounter.decision().action, encounter.decision().reason) == ("recall", "all_clear")
    assert "new complaints" in stands(cast.amina, encounter)["what"]


@pytest.mark.parametrize(
    ("brightness", "why", "how"),
    [
        (NO_DRUM, "no ear drum can be seen", "Pull the ear back and up, and look in again."),
        (DARK, "it is too dark", "Make it lighter, or turn up the flash."),
    ],
)
def test_what_the_gate_or_the_light_forbids_is_taken_again(
    cast: Cast, by_page: Walk, brightness: int, why: str, how: str
) -> None:
    encounter = by_page(CLEAR, brightness)
    decision = encounter.decision()
    assert (decision.action, decision.views) == ("retake", ["AS"])
    page = signed_in(cast.amina).get(reverse("encounter", args=[encounter.pk])).content.decode()
    assert why in page and how in page


def test_a_danger_sign_refers_at_once(cast: Cast, by_page: Walk) -> None:
    encounter = by_page(CLEAR, CLEAR, {"ear_swollen": "yes"})
    assert encounter.decision().action == "refer_urgent"
    assert stands(cast.amina, encounter)["why"] == "The patient told a danger sign: swelling behind the ear."


def test_another_device_has_no_threshold_and_a_human_reads(cast: Cast, by_page: Walk) -> None:
    encounter = by_page(CLEAR, CLEAR)
    encounter.images.update(capture_class="otoscope_desk")
    tasks.triage(encounter.pk)
    assert encounter.decision().reason != "all_clear"


def test_the_reader_reads_on_the_plain_sheet_with_the_tools_of_any_picture(cast: Cast, by_page: Walk) -> None:
    encounter = by_page(CLEAR, ILL)
    olivia, consult = signed_in(cast.olivia), Consult.objects.get(encounter=encounter)
    assert str(consult.pk) in olivia.get(reverse("worklist")).content.decode()
    post(olivia, "claim", consult)
    page = olivia.get(reverse("read", args=[consult.pk])).content.decode()
    assert 'data-show="AD" data-key="d"' in page and 'data-show="AS" data-key="s"' in page
    assert 'data-do="measure-ruler"' in page and 'data-way="clahe"' in page
    for tool in ('data-flag="redfree"', "measure-disc", "measure-heart", 'data-way="lung"'):
        assert tool not in page, tool
    assert page.count('data-digits="1"') == 2 and "All normal" in page
    assert "<kbd>1</kbd> – <kbd>3</kbd>" in page and "Disease: none, needs a clinic, urgent" in page
    data = form({"AD": NONE, "AS": DISEASE}) | {"advice_codes": "dry"}
    post(olivia, "impression", consult, data)
    assert "<svg" in olivia.get(reverse("read", args=[consult.pk])).content.decode()
    post(olivia, "final_read", consult, data)
    outcome = Outcome.objects.get(consult=consult)
    assert (outcome.action, outcome.finding) == ("refer", "referable")
    told = stands(cast.amina, encounter)
    assert told["by_specialist"] and "Keep the ear dry" in told["advice"]


def test_a_reader_by_the_api_says_what_is_seen(cast: Cast, by_page: Walk) -> None:
    encounter = by_page(CLEAR, ILL)
    olivia, at = Api(cast.olivia), f"referrals/{Consult.objects.get(encounter=encounter).pk}"
    olivia.post(f"{at}/claim")
    read = {"grades": {"AD": NONE, "AS": DISEASE}, "advice_codes": ["dry"]}
    assert olivia.post(f"{at}/impression", read).status_code == 201
    given = olivia.post(f"{at}/reads", read)
    assert (given.status_code, given.json()["state"]) == (201, "closed")
    assert olivia.get(f"{at}/outcome").json()["advice_codes"] == ["dry"]


def test_a_reader_may_want_a_better_photo_of_an_ear(cast: Cast, by_page: Walk) -> None:
    encounter = by_page(CLEAR, ILL)
    olivia, at = Api(cast.olivia), f"referrals/{Consult.objects.get(encounter=encounter).pk}"
    olivia.post(f"{at}/claim")
    assert olivia.post(f"{at}/messages", {"wrong": {"AS": "blurred"}}).status_code == 201
    [errand] = [task for task in Api(cast.amina).get("tasks").json()["tasks"] if task["views"]]
    assert errand["views"] == ["AS"]
    page = signed_in(cast.amina).get(reverse("encounter", args=[encounter.pk])).content.decode()
    assert "blurred" in page and "Clean the lens, hold still, focus again." in page


def test_the_slip_and_the_explanation_are_of_ears(cast: Cast, by_page: Walk) -> None:
    encounter, amina = by_page(CLEAR, ILL), signed_in(cast.amina)
    for name in ("slip", "explain"):
        page = amina.get(reverse(name, args=[encounter.pk]))
        assert page.status_code == 200, name
        assert not re.search(r"eye|chest|lung|film|retin", re.sub(r"<[^>]+>", " ", page.content.decode())), name
    assert amina.get(reverse("slip_pdf", args=[encounter.pk])).content.startswith(b"%PDF")


def test_the_manager_counts_ears(cast: Cast, by_page: Walk) -> None:
    for seed, (right, left) in enumerate([(CLEAR, ILL), (CLEAR, CLEAR)]):
        by_page(right, left, seed=seed)
    maya = signed_in(cast.maya)
    for name in ("figures_programme", "models_programme", "own_evidence"):
        page = maya.get(reverse(name, args=["ears"]))
        assert page.status_code == 200 and "Ears of children" in page.content.decode(), name


def test_the_same_photo_of_both_ears_is_asked_about(cast: Cast, programme: Programme) -> None:
    patient = make.enrolled(cast.north)
    encounter, twin = make.visit(programme, patient=patient), otoscopy.photo(CLEAR, seed=99)
    for view in programme.views:
        pictures.accept(cast.amina, encounter, view=view, data=twin, capture_class="otoscope_phone")
    page = signed_in(cast.amina).get(reverse("encounter", args=[encounter.pk])).content.decode()
    assert "The same photo stands under two views" in page


def test_a_dicom_file_is_taken_where_its_kind_is_declared(cast: Cast, programme: Programme) -> None:
    """An endoscope's picture (ES) in a programme of ears gets its capture class; in one of eyes it is refused."""
    file = dicoms.changed(Modality="ES", SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.1")
    ears, eyes = (make.visit(one, cast.north) for one in (programme, cast.eye))
    image, _new = pictures.accept(cast.amina, ears, view="AD", data=file)
    assert image.capture_class == "otoscope_desk"
    with pytest.raises(Refused) as refused:
        pictures.accept(cast.amina, eyes, view="OD", data=file)
    assert refused.value.code == "wrong_modality"


def test_readers_of_ears_are_tested_on_ears(cast: Cast, programme: Programme) -> None:
    Certificate.objects.filter(programme=programme).update(leads_quality=True)
    made = make.test_set(programme, NONE, DISEASE)
    olivia = signed_in(cast.olivia)
    for name, args in (("quality", []), ("quality_readers", ["ears"]), ("test_set", [made.pk])):
        assert olivia.get(reverse(name, args=args)).status_code == 200, name
