"""Taking in a picture: whole or not at all, once, and under the right patient."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from accounts.models import AuditEvent
from inference import blobs
from inference.drawing import draw_chest
from inference.drawing.dicom import synthetic_dicom
from inference.models import Run
from screening import photo
from screening.models import (
    Consent,
    Consult,
    Encounter,
    IdentityAlert,
    IdentityAnswer,
    Image,
    Notice,
)
from screening.photo.sealed_original import SealBroken, unseal
from screening.refusal import Refused
from screening.triage.decide import triage
from screening.visit import pictures
from tests import factories as make
from tests.cast import Cast
from tests.screening import dicoms

pytestmark = pytest.mark.usefixtures("store")

EYE_A, EYE_B = make.photo_bytes(1), make.photo_bytes(2)


def accept(encounter: Encounter, view: str = "OD", data: bytes = EYE_A, **more: Any) -> tuple[Image, bool]:
    said = {"capture_class": make.camera(encounter.programme), **more}
    return pictures.accept(encounter.started_by, encounter, view=view, data=data, **said)


def trace() -> dict[str, Any]:
    """Everything in the database that taking in a picture writes."""
    return {
        "images": list(Image.objects.values()),
        "runs": list(Run.objects.values()),
        "events": AuditEvent.objects.count(),
        "alerts": IdentityAlert.objects.count(),
        "notices": Notice.objects.count(),
        "due": list(Encounter.objects.order_by("pk").values_list("triage_due_at")),
    }


# ------------------------------------------------------------------------------------------------------ taken in


def test_a_photo_is_kept_queued_and_noted(cast: Cast, store: Path) -> None:
    found = make.models(cast.eye)
    encounter = make.visit(cast.eye)
    image, new = accept(encounter)
    assert new
    assert (image.view, image.capture_class, image.media_type) == ("OD", "fundus_phone", "image/jpeg")
    assert (image.width, image.height, image.received_by) == (512, 512, cast.amina)
    assert {run.model_version for run in Run.objects.filter(display_sha256=image.display_sha256)} == {
        found.gate,
        found.finding,
    }
    encounter.refresh_from_db()
    assert encounter.triage_due_at is not None
    event = AuditEvent.objects.latest("number")
    assert (event.verb, event.actor, event.subject_id) == ("image.add", cast.amina, str(image.pk))
    assert blobs.exists(blobs.display(image.display_sha256))
    assert blobs.exists(blobs.thumbnail(image.display_sha256))


def test_the_original_is_sealed_and_can_be_had_back(cast: Cast, store: Path, settings: Any) -> None:
    image, _ = accept(make.visit(cast.eye))
    kept = blobs.get(blobs.original(image.original_sha256))
    assert EYE_A not in kept
    assert kept[100:200] not in EYE_A
    assert pictures.original_bytes(image) == EYE_A
    with pytest.raises(SealBroken):
        unseal(kept, "another key")
    with pytest.raises(SealBroken):
        unseal(kept[:-1] + bytes([kept[-1] ^ 1]), settings.FIELDLIGHT_SEALING_KEY)


def test_no_file_is_named_after_a_patient(cast: Cast, store: Path) -> None:
    accept(make.visit(cast.eye, patient=make.enrolled(cast.north, name="Unmistakable", local_id="LOCAL-77")))
    names = " ".join(str(path) for path in store.rglob("*"))
    assert "Unmistakable" not in names
    assert "LOCAL-77" not in names


def test_a_photo_without_models_in_force_waits_for_a_human(cast: Cast) -> None:
    encounter = make.visit(cast.eye)
    accept(encounter)
    accept(encounter, "OS", EYE_B)
    assert not Run.objects.exists()
    decision = triage(encounter.pk)
    assert (decision.action, decision.reason) == ("wait", "no_operating_point")
    make.hand_in(encounter.started_by, encounter)
    triage(encounter.pk)
    assert Consult.objects.get().priority == "review"


# -------------------------------------------------------------------------------------------------- once, not twice


def test_the_same_photo_twice_is_one_photo(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    first, new = accept(encounter)
    before = trace()
    again, new_again = accept(encounter)
    assert (again, new, new_again) == (first, True, False)
    assert trace() == before


def test_the_same_picture_in_another_file_is_one_photo(cast: Cast) -> None:
    """The same pixels with other metadata: the cleaned bytes are the same."""
    encounter = make.visit(cast.eye)
    first, _ = accept(encounter)
    comment = b"\xff\xfe\x00\x10" + b"made elsewhere"
    again, new = accept(encounter, data=EYE_A[:2] + comment + EYE_A[2:])
    assert (again, new) == (first, False)


def test_a_photo_sent_again_with_its_client_id_is_the_same(cast: Cast) -> None:
    encounter, client_id = make.visit(cast.eye), make.an_id()
    first, _ = accept(encounter, client_id=client_id)
    again, new = accept(encounter, client_id=client_id)
    assert (again, new, first.pk) == (first, False, client_id)


@pytest.mark.parametrize("other", ["bytes", "view", "visit"])
def test_a_client_id_of_another_photo_is_refused(cast: Cast, other: str) -> None:
    encounter, client_id = make.visit(cast.eye), make.an_id()
    accept(encounter, client_id=client_id)
    elsewhere = make.visit(cast.eye) if other == "visit" else encounter
    view, data = ("OS" if other == "view" else "OD"), (EYE_B if other == "bytes" else EYE_A)
    with pytest.raises(Refused) as refused:
        accept(elsewhere, view, data, client_id=client_id)
    assert refused.value.code == "id_taken"
    assert Image.objects.count() == 1


def test_what_was_received_stays_received(cast: Cast) -> None:
    """The reply was lost; meanwhile the specialist answered and consent was withdrawn. The phone asks again."""
    encounter, client_id = make.visit(cast.eye), make.an_id()
    first, _ = accept(encounter, client_id=client_id)
    make.agrees(encounter.patient, cast.eye, Consent.Answer.WITHDRAWN)
    assert accept(encounter, client_id=client_id) == (first, False)
    with pytest.raises(Refused):
        accept(encounter, "OS", EYE_B, client_id=make.an_id())


# -------------------------------------------------------------------------------------------------------- refused


def test_a_view_the_programme_does_not_take(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        accept(make.visit(cast.eye), "CXR")
    assert refused.value.code == "wrong_view"


@pytest.mark.parametrize("answer", [Consent.Answer.WITHDRAWN, Consent.Answer.REFUSED])
def test_no_consent_no_photo(cast: Cast, store: Path, answer: Consent.Answer) -> None:
    encounter = make.visit(cast.eye)
    make.agrees(encounter.patient, cast.eye, answer)
    with pytest.raises(Refused) as refused:
        accept(encounter)
    assert refused.value.code == "no_consent"
    assert not list(store.rglob("*"))


def test_a_full_disk_refuses_before_anything_is_written(
    cast: Cast, store: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FIELDLIGHT_RESERVE_MB = 500
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=499_999_999))
    encounter = make.visit(cast.eye)
    before = trace()
    with pytest.raises(blobs.StorageFull):
        accept(encounter)
    assert trace() == before
    assert not list(store.rglob("*"))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=500_000_000))
    assert accept(encounter)[1]


@pytest.mark.parametrize("data", [b"", b"not a photo", EYE_A[:2000], b"%PDF-1.7 " + bytes(300)])
def test_what_is_not_a_photo_leaves_no_trace(cast: Cast, store: Path, data: bytes) -> None:
    encounter = make.visit(cast.eye)
    before = trace()
    with pytest.raises(photo.PhotoRefused):
        accept(encounter, data=data)
    assert trace() == before
    assert not list(store.rglob("*"))


# -------------------------------------------------------------------------------------------- how it was taken


@pytest.mark.parametrize(
    ("programme", "given", "stored"),
    [
        ("eye", "", None),
        ("eye", "fundus_tabletop", "fundus_tabletop"),
        ("eye", "fundus_phone", "fundus_phone"),
        ("eye", "film_lightbox", None),
        ("eye", "dicom", None),
        ("eye", "rubbish", None),
        ("chest", "", None),
        ("chest", "film_lightbox", "film_lightbox"),
        ("chest", "dicom", None),
        ("chest", "fundus_phone", None),
    ],
)
def test_the_capture_class_of_a_photo(cast: Cast, programme: str, given: str, stored: str | None) -> None:
    encounter = make.visit(getattr(cast, programme))
    view = encounter.programme.views[0]
    if stored:
        assert accept(encounter, view, capture_class=given)[0].capture_class == stored
        return
    with pytest.raises(Refused) as refused:
        accept(encounter, view, capture_class=given)
    assert refused.value.code == "wrong_class"


FILM = synthetic_dicom(draw_chest(1, size=256))


def test_a_dicom_film_says_itself_what_it_is(cast: Cast) -> None:
    image, _ = accept(make.visit(cast.chest), "CXR", FILM, capture_class="screen_photo")
    assert image.capture_class == "dicom"
    assert image.dicom["modality"] == "DX"
    assert blobs.exists(blobs.deep(image.display_sha256))


def test_a_film_is_not_an_eye(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        accept(make.visit(cast.eye), data=FILM)
    assert refused.value.code == "wrong_modality"


@pytest.mark.parametrize(
    ("laterality", "view", "code"),
    [("R", "OD", None), ("L", "OS", None), ("R", "OS", "wrong_side"), ("L", "OD", "wrong_side"), ("", "OS", None)],
)
@pytest.mark.parametrize("tag", ["Laterality", "ImageLaterality"])
def test_the_side_a_dicom_names_must_be_the_side_handed_in(
    cast: Cast, laterality: str, tag: str, view: str, code: str | None
) -> None:
    dataset = dicoms.opened(modality="OP")
    dataset.pop("ImageLaterality", None)
    setattr(dataset, tag, laterality)
    data = dicoms.written(dataset)
    encounter = make.visit(cast.eye)
    if code is None:
        assert accept(encounter, view, data)[0].capture_class == "fundus_tabletop"
        return
    with pytest.raises(Refused) as refused:
        accept(encounter, view, data)
    assert refused.value.code == code
    assert not Image.objects.exists()


# ------------------------------------------------------------------------------------------------- whole or not


class Broken(Exception):
    pass


def breaks(*args: object, **kwargs: object) -> None:
    raise Broken


def second_put(real: Callable[..., None]) -> Callable[..., None]:
    calls: list[str] = []

    def put(name: str, data: bytes) -> None:
        calls.append(name)
        if len(calls) == 2:
            raise Broken
        real(name, data)

    return put


STEPS = {
    "the first file": lambda patch: patch.setattr(blobs, "put", breaks),
    "the second file": lambda patch: patch.setattr(blobs, "put", second_put(blobs.put)),
    "the image": lambda patch: patch.setattr(Image.objects.__class__, "create", breaks),
    "the runs": lambda patch: patch.setattr(Run.objects.__class__, "submit", breaks),
    "the touch": lambda patch: patch.setattr(Encounter, "touch", breaks),
    "the trace": lambda patch: patch.setattr(pictures, "record", breaks),
    "the watch": lambda patch: patch.setattr(pictures, "_watch", breaks),
}


@pytest.mark.parametrize("step", list(STEPS))
def test_whatever_breaks_nothing_is_half_written(cast: Cast, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    make.models(cast.eye)
    encounter, client_id = make.visit(cast.eye), make.an_id()
    before = trace()
    with monkeypatch.context() as patch:
        STEPS[step](patch)
        with pytest.raises(Broken):
            accept(encounter, client_id=client_id)
    assert trace() == before
    # The phone sends it again, and it is as if nothing had happened.
    image, new = accept(encounter, client_id=client_id)
    assert new
    assert Run.objects.filter(display_sha256=image.display_sha256).count() == 2
    assert pictures.original_bytes(image) == EYE_A


# ------------------------------------------------------------------------------------------------- whose is it?


def test_the_same_photo_under_two_patients_stops_both(cast: Cast) -> None:
    make.models(cast.chest)
    film = make.photo_bytes(1, "chest")
    visits = [make.visit(cast.chest, cast.north), make.visit(cast.chest, cast.south)]
    images = [accept(encounter, "CXR", film)[0] for encounter in visits]
    assert images[0].display_sha256 == images[1].display_sha256
    assert Run.objects.count() == 2  # one photo is assessed once per model, whoever's it is
    make.assessed(images[0], 0.1)
    for encounter in visits:
        make.hand_in(encounter.started_by, encounter)
        decision = triage(encounter.pk)
        assert (decision.action, decision.reason) == ("wait", "identity")
        assert Notice.objects.filter(encounter=encounter, kind=Notice.Kind.IDENTITY, site=encounter.site).count() == 1
    assert {(a.image, a.other, a.kind) for a in IdentityAlert.objects.all()} == {
        (images[0], images[1], "two_patients"),
        (images[1], images[0], "two_patients"),
    }


def test_a_positive_photo_under_two_patients_refers_only_the_one_it_belongs_to(cast: Cast) -> None:
    make.models(cast.chest)
    visits = [make.visit(cast.chest, cast.north), make.visit(cast.chest, cast.south)]
    images = [accept(encounter, "CXR")[0] for encounter in visits]
    make.assessed(images[0], 0.9)
    assert [triage(encounter.pk).reason for encounter in visits] == ["identity", "identity"]
    wrong = IdentityAlert.objects.get(image=images[1])
    pictures.answer_alert(cast.benjamin, wrong, IdentityAnswer.Says.WRONG)
    assert [triage(encounter.pk).reason for encounter in visits] == ["finding", "missing_view"]


def test_the_same_photo_for_both_eyes_is_a_mix_up(cast: Cast) -> None:
    make.models(cast.eye)
    encounter = make.visit(cast.eye)
    right, _ = accept(encounter, "OD")
    left, new = accept(encounter, "OS")
    assert new
    make.assessed(right)
    make.hand_in(cast.amina, encounter)
    assert triage(encounter.pk).reason == "identity"
    assert {a.kind for a in IdentityAlert.objects.all()} == {"two_views"}
    assert IdentityAlert.objects.count() == 2


def test_the_same_patients_photo_at_a_later_visit_is_no_mix_up(cast: Cast) -> None:
    patient = make.enrolled(cast.north)
    for _ in range(2):
        accept(make.visit(cast.eye, patient=patient))
    assert not IdentityAlert.objects.exists()


def _disputed(cast: Cast) -> tuple[list[Encounter], list[IdentityAlert]]:
    make.models(cast.chest)
    visits = [make.visit(cast.chest, cast.north), make.visit(cast.chest, cast.south)]
    images = [accept(encounter, "CXR")[0] for encounter in visits]
    make.assessed(images[0], 0.1)
    for encounter in visits:
        make.hand_in(encounter.started_by, encounter)
    return visits, [IdentityAlert.objects.get(image=image) for image in images]


def test_answered_alerts_let_the_right_one_go_on_and_the_other_start_again(cast: Cast) -> None:
    (mine, other), (here, there) = _disputed(cast)
    pictures.answer_alert(cast.amina, here, IdentityAnswer.Says.BELONGS_HERE)
    assert triage(mine.pk).action == "recall"
    assert triage(other.pk).reason == "identity"
    pictures.answer_alert(cast.benjamin, there, IdentityAnswer.Says.WRONG)
    decision = triage(other.pk)
    assert (decision.action, decision.reason, decision.views) == ("wait", "missing_view", ["CXR"])


def test_the_first_answer_to_an_alert_holds(cast: Cast) -> None:
    _, (here, _) = _disputed(cast)
    first = pictures.answer_alert(cast.amina, here, IdentityAnswer.Says.BELONGS_HERE)
    again = pictures.answer_alert(cast.samuel, here, IdentityAnswer.Says.WRONG)
    assert (again.pk, again.says, again.by) == (first.pk, "belongs_here", cast.amina)
    assert list(AuditEvent.objects.values_list("verb", flat=True)).count("identity.answer") == 1


def test_three_of_a_kind_alert_every_pair(cast: Cast) -> None:
    visits = [make.visit(cast.eye) for _ in range(3)]
    for encounter in visits:
        accept(encounter)
    assert IdentityAlert.objects.count() == 6
    assert all(Notice.objects.filter(encounter=e, kind="identity").count() == 1 for e in visits)


def test_a_near_copy_has_a_near_fingerprint(cast: Cast) -> None:
    """Kept so that a re-photographed picture can be searched for; only the very same pixels stop a visit."""
    encounter = make.visit(cast.eye)
    first, _ = accept(encounter)
    pixels = cv2.imdecode(np.frombuffer(EYE_A, np.uint8), cv2.IMREAD_COLOR)
    near = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes()
    second, new = accept(encounter, data=near)
    assert new
    assert (int(first.fingerprint, 16) ^ int(second.fingerprint, 16)).bit_count() <= 8
