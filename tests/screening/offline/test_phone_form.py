"""What a phone puts into a form is read strictly where it matters, and kindly where a visit would be lost."""

from __future__ import annotations

import base64
import copy
import json
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from screening.models import Consent, FollowUp
from screening.offline import phone_form
from screening.offline.phone_form import AnswerForm, FollowUpForm, Unreadable, VisitForm
from screening.patients import facts
from tests import hostile

ID = "6f1d0e3e-0c5b-4a0e-9a51-5d8d3f0c7a11"
JPEG = b"\xff\xd8\xff" + b"x" * 60
VISIT: dict[str, Any] = {
    "version": 1, "type": "visit", "urgent": False, "claimed_at": "2026-11-24T10:03:00+03:00", "site": "north",
    "patient": {"id": ID, "enrol": {"name": " Amina ", "sex": "female", "birth_year": 1968, "phone": "",
                                    "local_id": "7"}},
    "programme": "diabetic-eye",
    "consent": {"id": ID, "version": "1", "language": "en", "answer": "given",
                "mark": {"kind": "signature", "png": base64.b64encode(b"png").decode()}},
    "encounter": ID, "answers": {"diabetes_years": 8, "pregnant": False}, "unobtainable": {"OS": "cataract"},
    "images": [{"id": ID, "view": "OD", "capture_class": "fundus_phone", "sha256": "a" * 64, "bytes": 310_000,
                "quality": {"verdict": "good", "tries": 1}, "preview": base64.b64encode(JPEG).decode()}],
    "hand_in": True,
}  # fmt: skip
FOLLOW_UP = {"version": 1, "type": "follow_up", "id": ID, "encounter": ID, "answer": "attended", "on": "2026-11-20",
             "note": "by bus"}  # fmt: skip
ANSWER = {"version": 1, "type": "answer", "task": f"question-{ID}", "text": "Yes.", "cannot": False}
FORMS = {"visit": VISIT, "follow_up": FOLLOW_UP, "answer": ANSWER}


def read(said: Any) -> Any:
    return phone_form.read(json.dumps(said).encode())


def changed(path: str, value: Any, form: dict[str, Any] = VISIT) -> dict[str, Any]:
    said = copy.deepcopy(form)
    at: Any = said
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[last] = value
    return said


def test_a_visit_is_read_whole() -> None:
    said = read(VISIT)
    assert isinstance(said, VisitForm) and said.patient.enrol and said.consent and said.consent.mark
    assert said.patient.enrol == {
        "name": "Amina", "sex": "female", "birth_year": 1968, "phone": "", "local_id": "7"
    }  # fmt: skip
    assert (said.patient.id, said.encounter, said.site, said.hand_in) == (uuid.UUID(ID), uuid.UUID(ID), "north", True)
    mark = said.consent.mark
    assert (said.consent.answer, mark.kind, mark.png) == (Consent.Answer.GIVEN, "signature", b"png")
    [coming] = said.images
    assert (coming.view, coming.size, coming.quality) == ("OD", 310_000, {"verdict": "good", "tries": 1})
    assert coming.preview == JPEG
    assert said.claimed_at == datetime(2026, 11, 24, 7, 3, tzinfo=UTC)


def test_a_follow_up_and_an_answer_are_read_whole() -> None:
    said = read(FOLLOW_UP)
    assert isinstance(said, FollowUpForm) and (said.answer, said.on) == (FollowUp.Answer.ATTENDED, date(2026, 11, 20))
    reply = read(ANSWER)
    assert isinstance(reply, AnswerForm) and (reply.message, reply.text) == (uuid.UUID(ID), "Yes.")


def test_null_and_left_out_are_the_same_and_the_type_may_be_left_out() -> None:
    bare = {"patient": {"id": ID}, "programme": "diabetic-eye"}
    empty = {name: None for name in VISIT if name not in bare}
    assert read(bare) == read({**bare, **empty}) == read({**bare, "type": "visit", "version": 1})
    said = read(changed("consent.mark.png", None))
    assert said.consent.mark.png == b""


@pytest.mark.parametrize("form", FORMS)
def test_what_a_newer_phone_adds_is_ignored(form: str) -> None:
    assert read({**FORMS[form], "new": [{"of": None}]}) == read(FORMS[form])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("wrong", hostile.documents(ANSWER))
def test_what_is_no_plain_json_is_unreadable(form: str, wrong: str) -> None:
    with pytest.raises(Unreadable):
        phone_form.read(hostile.documents(FORMS[form])[wrong])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("version", [0, 2, "1", 1.5, True, [1], 10**30])
def test_another_version_is_unreadable(form: str, version: Any) -> None:
    with pytest.raises(Unreadable, match="version cannot be read"):
        read({**FORMS[form], "version": version})


WRONG: list[tuple[str, Any]] = [
    ("type", "recipe"), ("type", 3), ("patient", 5), ("patient.id", "x"), ("patient.id", 7), ("patient.id", None),
    ("patient.enrol.name", " "), ("patient.enrol.name", None), ("patient.enrol.name", "x" * 121),
    ("patient.enrol.sex", "F"), ("patient.enrol.birth_year", "soon"), ("patient.enrol.birth_year", 10**400),
    ("patient.enrol.birth_year", True), ("patient.enrol.phone", "1" * 31), ("patient.enrol.local_id", ["7"]),
    ("site", "x" * 41), ("programme", None), ("programme", ["x"]), ("consent", []), ("consent.answer", "maybe"),
    ("consent.language", "x" * 11), ("consent.mark.kind", "stamp"), ("consent.mark.png", "***"),
    ("encounter", "x"), ("answers", []), ("answers", {"diabetes": ["type_1"]}),
    ("unobtainable", {"OS": 3}), ("unobtainable", {"O" * 11: "cataract"}),
    ("images", {}), ("images", [3]), ("images.0.view", "CXL"), ("images.0.capture_class", "fax"),
    ("images.0.sha256", "a" * 63), ("images.0.bytes", -1), ("images.0.bytes", 2**31), ("images.0.bytes", "many"),
    ("images.0.quality", 3), ("hand_in", "yes"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_an_impossible_member_is_named_and_not_quoted(path: str, value: Any) -> None:
    with pytest.raises(Unreadable) as why:
        read(changed(path, value))
    named = path.replace(".0", "[0]") + "[0]" * (value == [3])
    assert str(why.value) in (f"{named} cannot be read", f"{named} is missing", f"{named}[...] cannot be read")


def test_whoever_is_older_than_anybody_or_not_born_is_unreadable() -> None:
    now = timezone.localdate().year
    for year in (now - facts.OLDEST - 1, now + 1, -3, 10**12):
        with pytest.raises(Unreadable):
            read(changed("patient.enrol.birth_year", year))
    for year in (now - facts.OLDEST, now, now - 0.5):
        assert read(changed("patient.enrol.birth_year", year)).patient.enrol["birth_year"] == int(year)


def test_the_limits_hold() -> None:
    many = VISIT["images"] * phone_form.IMAGES_LIMIT
    assert len(read({**VISIT, "images": many}).images) == phone_form.IMAGES_LIMIT
    with pytest.raises(Unreadable, match="images cannot be read"):
        read({**VISIT, "images": [*many, *VISIT["images"]]})
    for size, fits in ((phone_form.MARK_LIMIT, True), (phone_form.MARK_LIMIT + 1, False)):
        said = changed("consent.mark.png", base64.b64encode(b"x" * size).decode())
        if fits:
            assert len(read(said).consent.mark.png) == size
        else:
            with pytest.raises(Unreadable, match="consent.mark.png"):
                read(said)


@pytest.mark.parametrize(
    "preview",
    [None, 3, "***", [], base64.b64encode(b"GIF89a").decode(),
     base64.b64encode(JPEG + b"x" * phone_form.PREVIEW_LIMIT).decode(), "é"],
)  # fmt: skip
def test_a_preview_that_is_no_good_is_left_out(preview: Any) -> None:
    assert read(changed("images.0.preview", preview)).images[0].preview == b""


@pytest.mark.parametrize(
    "moment",
    [None, "", "soon", 7, [], {}, "2026-13-45T99:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_a_moment_that_cannot_be_read_loses_no_visit(moment: Any) -> None:
    assert read({**VISIT, "claimed_at": moment}).claimed_at is None


def test_a_moment_without_a_zone_is_local_time() -> None:
    assert read({**VISIT, "claimed_at": "2026-11-24T10:03:00"}).claimed_at == timezone.make_aware(
        datetime(2026, 11, 24, 10, 3)
    )


def test_of_quality_only_short_scalars_are_kept() -> None:
    said = {"verdict": "x" * 41, "reason": {"a": 1}, "tries": 2, "anyway": True, "n" * 30: 1.5}
    assert read(changed("images.0.quality", said)).images[0].quality == {"tries": 2, "anyway": True, "n" * 20: 1.5}


@pytest.mark.parametrize(
    ("form", "change"),
    [(FOLLOW_UP, {"answer": "perhaps"}), (FOLLOW_UP, {"on": "2026-02-30"}), (FOLLOW_UP, {"on": "20/11/2026"}),
     (FOLLOW_UP, {"note": "x" * 401}), (FOLLOW_UP, {"id": None}), (ANSWER, {"task": "question-7"}),
     (ANSWER, {"task": ID}), (ANSWER, {"task": f"question-{ID}x"}), (ANSWER, {"text": "x" * 601}),
     (ANSWER, {"cannot": 1})],
)  # fmt: skip
def test_other_forms_with_impossible_members_are_unreadable(form: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read({**form, **change})
