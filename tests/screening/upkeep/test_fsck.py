"""The failsafe audit finds every kind of loss we can think of, and is silent where all is well."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from inference import blobs
from inference.models import Run
from screening.models import Consult, Encounter, Image
from screening.triage.decide import triage
from screening.upkeep import fsck
from screening.visit import pictures
from screening.visit.answers import mark_unobtainable
from screening.visit.hand_in import hand_in
from tests import factories as make
from tests.cast import Cast


def check(*options: str) -> tuple[int, str]:
    """The exit code and what was written."""
    out = StringIO()
    try:
        call_command("fsck", *options, stdout=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


def found() -> dict[str, bool]:
    """Code -> whether it is wrong, of all that is found."""
    return {finding.code: finding.wrong for finding in fsck.audit()}


@pytest.fixture
def visit(cast: Cast, store: Path) -> Encounter:
    """A visit with two real (drawn) pictures, handed in, assessed and all clear."""
    make.models(cast.eye)
    made = make.visit(cast.eye)
    for number, view in enumerate(made.programme.views):
        data = make.photo_bytes(seed=number + 1)
        image, _ = pictures.accept(cast.amina, made, view=view, data=data, capture_class="fundus_tabletop")
        make.assessed(image)
    hand_in(cast.amina, made)
    triage(made.pk)
    return made


def a_picture(visit: Encounter) -> Image:
    return visit.images.all()[0]


def test_an_empty_installation_is_in_order(db: None, store: Path) -> None:
    code, said = check()
    assert code == 0
    assert "No case is lost." in said


def test_a_visit_that_went_its_way_is_in_order(visit: Encounter) -> None:
    assert found() == {}
    code, said = check()
    assert (code, "2 images" in said, "No case is lost." in said) == (0, True, True)


def test_in_machine_words(visit: Encounter) -> None:
    code, said = check("--json")
    told = json.loads(said)
    assert (code, told["ok"], told["findings"], told["looked_at"]["images"]) == (0, True, [], 2)


@pytest.mark.parametrize("which", [blobs.display, blobs.thumbnail])
def test_a_lost_copy_is_named(visit: Encounter, which: object) -> None:
    default_storage.delete(which(a_picture(visit).display_sha256))  # type: ignore[operator]
    assert found() == {"file_missing": True}
    code, said = check()
    assert code == 1
    assert str(a_picture(visit).pk) in said


def test_a_lost_original_is_named(visit: Encounter) -> None:
    default_storage.delete(blobs.original(a_picture(visit).original_sha256))
    assert found() == {"file_missing": True}


def test_an_altered_picture_is_named_unless_only_looking_quickly(visit: Encounter) -> None:
    name = blobs.display(a_picture(visit).display_sha256)
    default_storage.save(name, ContentFile(default_storage.open(name).read() + b"x"))
    assert found() == {"file_altered": True}
    assert check("--quick")[0] == 0


def test_a_broken_seal_is_named(visit: Encounter, store: Path) -> None:
    path = store / blobs.original(a_picture(visit).original_sha256)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert found() == {"seal": True}


def test_another_key_opens_no_original(visit: Encounter, settings: object) -> None:
    settings.FIELDLIGHT_SEALING_KEY = "another"  # type: ignore[attr-defined]
    assert found() == {"seal": True}


def test_a_picture_without_its_run_is_named(visit: Encounter) -> None:
    Run.objects.filter(display_sha256=a_picture(visit).display_sha256)[0].delete()
    assert found() == {"runs": True}


def test_a_model_put_in_force_later_is_only_noted_while_triage_is_to_come(cast: Cast, visit: Encounter) -> None:
    make.models(cast.eye)
    assert found() == {"runs": True}
    visit.touch()
    assert found() == {"runs": False}
    triage(visit.pk)
    assert found() == {}


def test_a_visit_in_no_queue_is_lost(visit: Encounter) -> None:
    lost = make.visit(visit.programme)
    Encounter.objects.filter(pk=lost.pk).update(handed_in_at=timezone.now(), triage_due_at=None)
    assert found() == {"lost": True}
    code, said = check()
    assert code == 1
    assert f"visit {lost.pk}: Handed in at north, nothing decided, and in no queue." in said
    lost.touch()
    assert found() == {}


def test_a_consult_that_vanished_is_lost(cast: Cast, store: Path) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye)
    assert "lost" not in found()
    consult.delete()
    assert found()["lost"] is True


def test_a_closed_consult_without_an_answer_is_named(cast: Cast, store: Path) -> None:
    make.models(cast.eye)
    consult = make.referred(cast.eye)
    Consult.objects.filter(pk=consult.pk).update(state=Consult.State.CLOSED)
    assert found()["consult"] is True


@pytest.mark.parametrize("how", ["retake", "identity", "unobtainable", "failed", "pending"])
def test_everything_that_can_happen_to_a_picture_leaves_the_visit_in_a_queue(cast: Cast, store: Path, how: str) -> None:
    make.models(cast.eye)
    made = make.visit(cast.eye)
    score = {"failed": make.FAILED, "pending": make.PENDING}.get(how, 0.1)
    first = make.pictured(made, "OD", score, gradable=how != "retake")
    if how == "unobtainable":
        mark_unobtainable(cast.amina, made, "OS", "cataract")
    else:
        make.pictured(made, "OS")
    if how == "identity":
        pictures._watch(make.pictured(make.visit(cast.eye), "OD", photo=first.display_sha256))
    hand_in(cast.amina, made)
    triage(made.pk)
    assert "lost" not in found()


def test_what_is_overdue_or_late_is_listed_and_not_wrong(cast: Cast, visit: Encounter) -> None:
    consult = make.referred(cast.eye)
    Image.objects.filter(encounter=consult.encounter).delete()  # drawn by hand, without files
    long_ago = timezone.now() - timedelta(days=30)
    Consult.objects.filter(pk=consult.pk).update(due_at=long_ago)
    Encounter.objects.filter(pk=visit.pk).update(triage_due_at=long_ago)
    assert found() == {"overdue": False, "undecided": False}
    code, said = check()
    assert code == 0
    assert "On the overdue list" in said


def test_an_old_file_nobody_knows_is_reported_a_new_one_may_be_on_its_way(visit: Encounter, store: Path) -> None:
    default_storage.save("photos/ab/abcd.jpg", ContentFile(b"left behind"))
    assert found() == {}
    os.utime(store / "photos/ab/abcd.jpg", (0, 0))
    assert found() == {"orphan": False}
    assert check()[0] == 0


def test_a_heat_map_of_a_run_is_no_orphan(visit: Encounter, store: Path) -> None:
    run = Run.objects.all()[0]
    Run.objects.filter(pk=run.pk).update(heat=blobs.heat(run.pk))
    default_storage.save(blobs.heat(run.pk), ContentFile(b"png"))
    os.utime(store / blobs.heat(run.pk), (0, 0))
    assert found() == {}


def test_a_broken_audit_chain_is_wrong(visit: Encounter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fsck, "first_broken", lambda: 7)
    assert found() == {"audit": True}
