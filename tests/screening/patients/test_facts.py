"""Page, API and phone take the same facts of a patient, keep the same, and say the same of a mistake."""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from screening.models import Patient, SealedItem
from screening.offline import phone_form
from screening.patients import facts
from screening.patients.enrol import enrol
from screening.refusal import Incorrect
from tests.cast import Cast
from tests.screening.api_client import Api
from tests.screening.phone import Phone

NOW = timezone.localdate().year
ADA: dict[str, Any] = {"name": "Ada", "sex": "female", "birth_year": 1968, "phone": "0700", "local_id": "N-7"}
NO_NAME, NO_SEX = "Enter the name.", "Choose one."
NO_YEAR = "Enter a year with four digits, like 1968."
NO_TEXT = "Enter a valid value."


def long(limit: int) -> str:
    return f"Ensure this value has at most {limit} characters (it has {limit + 1})."


# What is said -> what is kept of it.
KEPT: list[tuple[str, Any, Any]] = [
    ("name", " Ada ", "Ada"), ("name", "Ada\tNyambura", "Ada Nyambura"), ("name", "Ada\r\nN", "Ada  N"),
    ("name", "Ada  N", "Ada  N"), ("name", "Jose\u0301", "José"), ("name", "\u0958मर", "\u0915\u093cमर"),
    ("name", "x" * 120, "x" * 120), ("name", "أمينة", "أمينة"), ("name", "می\u200cخواهم", "می\u200cخواهم"),
    ("name", "<b>O'Brien</b> & 👩‍⚕", "<b>O'Brien</b> & 👩‍⚕"), ("name", 7, "7"),
    ("sex", "female", "female"), ("sex", "male", "male"), ("sex", "other", "other"), ("sex", "unknown", "unknown"),
    ("birth_year", "1968", 1968), ("birth_year", " 1968 ", 1968), ("birth_year", "١٩٦٨", 1968),
    ("birth_year", "१९६८", 1968), ("birth_year", 1968.5, 1968), ("birth_year", "1968.0", 1968),
    ("birth_year", NOW, NOW), ("birth_year", NOW - 120, NOW - 120),
    ("phone", "", ""), ("phone", None, ""), ("phone", "٠٧٠٠ ۱", "0700 1"), 
    ("phone", "+255 (0) 1-2 son", "+255 (0) 1-2 son"),
    ("phone", "1" * 30, "1" * 30), ("phone", 712345678, "712345678"),
    ("local_id", "", ""), ("local_id", None, ""), ("local_id", " A/7 ", "A/7"), ("local_id", "٧", "٧"),
    ("local_id", "x" * 40, "x" * 40),
]  # fmt: skip
# What is said -> what is said of it, beside the same field.
REFUSED: list[tuple[str, Any, str]] = [
    ("name", "", NO_NAME), ("name", " ", NO_NAME), ("name", "\x85", NO_NAME), ("name", None, NO_NAME),
    ("name", "x" * 121, long(120)), ("name", "A\x1bB", NO_TEXT), ("name", "A\x7f", NO_TEXT), ("name", "\x9fA", NO_TEXT),
    ("sex", "", NO_SEX), ("sex", None, NO_SEX), ("sex", "F", NO_SEX), ("sex", "Female", NO_SEX), ("sex", "1", NO_SEX),
    ("birth_year", "soon", NO_YEAR), ("birth_year", "68", NO_YEAR), ("birth_year", 0, NO_YEAR),
    ("birth_year", -3, NO_YEAR), ("birth_year", NOW + 1, NO_YEAR), ("birth_year", NOW - 121, NO_YEAR),
    ("birth_year", "1_968", NO_YEAR), ("birth_year", "1e3", NO_YEAR), ("birth_year", 10**12, NO_YEAR),
    ("birth_year", "19 68", NO_YEAR), ("birth_year", "1968.5.1", NO_YEAR), ("birth_year", "²968", NO_YEAR),
    ("phone", "1" * 31, long(30)), ("phone", "07\x1b", NO_TEXT),
    ("local_id", "x" * 41, long(40)), ("local_id", "\x07", NO_TEXT),
]  # fmt: skip
# What a form cannot say: at the API and in a phone's JSON.
ODD: list[tuple[str, Any, str]] = [
    ("name", ["Ada"], NO_TEXT), ("name", {}, NO_TEXT), ("name", True, NO_TEXT), ("sex", ["female"], NO_SEX),
    ("birth_year", True, NO_YEAR), ("birth_year", [1968], NO_YEAR), ("birth_year", {}, NO_YEAR),
    ("birth_year", 10**400, NO_YEAR), ("birth_year", None, NO_YEAR), ("birth_year", "", NO_YEAR),
    ("phone", False, NO_TEXT), ("local_id", ["x"], NO_TEXT),
]  # fmt: skip
Verdict = tuple[dict[str, Any] | None, dict[str, str]]


def taken() -> dict[str, Any] | None:
    """What is kept of the one patient; None where there is none."""
    return Patient.objects.values(*ADA).first()


def on_the_page(cast: Cast, said: dict[str, Any]) -> Verdict:
    client = Client()
    client.force_login(cast.amina, backend="django.contrib.auth.backends.ModelBackend")
    typed = {name: str(value) for name, value in said.items() if value is not None}
    answer = client.post(reverse("enrol"), {"client_id": uuid.uuid4(), **typed})
    wrong = answer.context["form"].errors if answer.status_code == 422 else {}
    return taken(), {field: str(problems[0]) for field, problems in wrong.items()}


def over_the_api(cast: Cast, said: dict[str, Any]) -> Verdict:
    answer = Api(cast.amina).post("patients", said)
    told = answer.json()
    wrong = told["errors"] if answer.status_code == 400 else {}
    assert not wrong or told["code"] == "invalid"
    return taken(), {field: str(problems[0]) for field, problems in wrong.items()}


def from_the_phone(cast: Cast, said: dict[str, Any]) -> Verdict:
    phone = Phone(cast.amina)
    form, _photos = phone.visit(cast.eye, cast.north, encounter=None, consent=None, hand_in=False)
    form["patient"]["enrol"] = said
    item, sealed = phone.seal_form(form)
    phone.deliver(item, sealed)
    kept = SealedItem.objects.get(pk=item)
    assert (kept.state, kept.code) in (("applied", ""), ("shelved", "form"))
    try:
        phone_form.read(json.dumps(form).encode())
    except phone_form.Unreadable as unreadable:
        wrong = unreadable.__cause__
        assert isinstance(wrong, Incorrect) and "Ada" not in str(unreadable)
        assert str(unreadable) == f"patient.enrol.{next(iter(wrong.problems))} cannot be read"
        return taken(), wrong.problems
    return taken(), {}


DOORS: list[Callable[[Cast, dict[str, Any]], Verdict]] = [on_the_page, over_the_api, from_the_phone]


def verdicts(cast: Cast, said: dict[str, Any], doors: list[Any]) -> list[Verdict]:
    """The verdict of each door on the same, each as if it were the only one."""
    found = []
    for door in doors:
        with transaction.atomic():
            found.append(door(cast, said))
            transaction.set_rollback(True)
    return found


def differing(cast: Cast, rows: list[tuple[str, Any, Verdict]], doors: list[Any]) -> list[str]:
    """Where a door did otherwise, in words."""
    return [
        f"{door.__name__}, {field} {value!r:.40}: {found}"
        for field, value, expected in rows
        for door, found in zip(doors, verdicts(cast, ADA | {field: value}, doors), strict=True)
        if found != expected
    ]


@pytest.mark.parametrize("field", ADA)
def test_every_door_takes_it_and_keeps_the_same(cast: Cast, store: Path, field: str) -> None:
    rows = [(one, value, (ADA | {one: kept}, {})) for one, value, kept in KEPT if one == field]
    assert not differing(cast, rows, DOORS)


@pytest.mark.parametrize("field", ADA)
def test_every_door_refuses_it_in_the_same_words(cast: Cast, store: Path, field: str) -> None:
    rows = [(one, value, (None, {one: words})) for one, value, words in REFUSED if one == field]
    assert not differing(cast, rows, DOORS)


def test_json_may_hold_more_than_a_form(cast: Cast, store: Path) -> None:
    rows = [(field, value, (None, {field: words})) for field, value, words in ODD]
    assert not differing(cast, rows, DOORS[1:])


def test_only_people_type_an_age(cast: Cast, store: Path) -> None:
    assert not differing(cast, [("age", "17", (ADA, {}))], DOORS[1:])


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", ["Ada\0", "\ud800"])
def test_what_no_database_keeps_comes_through_no_door(cast: Cast, store: Path, door: Any, name: str) -> None:
    if door is on_the_page and name != "Ada\0":
        return  # UTF-8 cannot even say it
    try:
        kept, _wrong = door(cast, ADA | {"name": name})
    except (KeyError, TypeError, AttributeError, AssertionError):  # refused before anybody looked at a field
        kept = taken()
    assert kept is None


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(Incorrect) as wrong:
        facts.read({"name": "", "sex": "?", "phone": "1" * 31}, facts.TypedFacts)
    assert wrong.value.problems == {
        "name": NO_NAME, "sex": NO_SEX, "phone": long(30),
        "age": "Enter the age or the birth year. A good guess will do.",
    }  # fmt: skip
    with pytest.raises(Incorrect) as wrong:
        facts.read({"name": "", "sex": "?"})
    assert set(wrong.value.problems) == {"name", "sex", "birth_year"}


@pytest.mark.parametrize("said", [None, [], "Ada", 7, {"name": "Ada"}.items()])
def test_what_is_no_object_is_refused(said: Any) -> None:
    with pytest.raises(Incorrect) as wrong:
        facts.read(said)
    assert wrong.value.problems == {"": NO_TEXT}


@pytest.mark.parametrize(
    ("age", "year", "kept", "field"),
    [
        ("52", "", NOW - 52, ""), ("٥٢", None, NOW - 52, ""), ("0", "", NOW, ""), ("0.5", "", NOW, ""),
        ("120", "", NOW - 120, ""), ("", "1970", 1970, ""), (str(NOW - 1970), "1970", 1970, ""),
        (str(NOW - 1971), "1970", 1970, ""), ("52", "1950", None, "age"), ("121", "", None, "age"),
        ("old", "", None, "age"), ("-1", "", None, "age"), ("", "", None, "age"), (None, None, None, "age"),
        ("52", "68", None, "birth_year"),
    ],
)  # fmt: skip
def test_people_type_an_age_or_a_birth_year(age: Any, year: Any, kept: int | None, field: str) -> None:
    said = ADA | {"age": age, "birth_year": year}
    if not field:
        assert facts.read(said, facts.TypedFacts) == ADA | {"birth_year": kept}
        return
    with pytest.raises(Incorrect) as wrong:
        facts.read(said, facts.TypedFacts)
    assert set(wrong.value.problems) == {field}


def test_an_age_nobody_reaches_is_told_with_its_limits() -> None:
    with pytest.raises(Incorrect) as wrong:
        facts.read(ADA | {"age": "121", "birth_year": ""}, facts.TypedFacts)
    assert wrong.value.problems == {"age": "Enter a number from 0 to 120, or leave it empty."}


@pytest.mark.parametrize("name", ["\u200b", "\ufeff", "\u3164", "\u2800 \u200d", "\u202eevil", "A\u2028B", "a\u2066b"])
def test_a_name_can_be_seen_and_turns_nothing_round(name: str) -> None:
    with pytest.raises(Incorrect) as wrong:
        facts.read(ADA | {"name": name})
    assert set(wrong.value.problems) == {"name"}


@pytest.mark.parametrize("name", ["क्\u200dषेत्र", "می\u200cخواهم", "O’Brien", "李", "Ñandú"])
def test_a_name_of_any_script_is_kept(name: str) -> None:
    assert facts.read(ADA | {"name": name})["name"] == unicodedata.normalize("NFC", name)


def test_a_name_kept_by_an_earlier_version_is_the_same_person(cast: Cast) -> None:
    """It was kept as it was sent; the phone that never heard of it sends it again."""
    old = enrol(cast.amina, cast.north, **ADA | {"name": "Jose\u0301\tN", "phone": "٠٧٠٠"})
    again = facts.read(ADA | {"name": "Jose\u0301\tN", "phone": "٠٧٠٠"})
    assert enrol(cast.amina, cast.north, client_id=old.pk, **again) == old


@given(some.fixed_dictionaries({}, optional=dict.fromkeys([*ADA, "age"], some.text() | some.integers() | some.none())))
def test_whatever_is_said_is_kept_whole_or_refused_in_words(said: dict[str, Any]) -> None:
    for kind in (facts.PatientFacts, facts.TypedFacts):
        try:
            kept = facts.read(said, kind)
        except Incorrect as wrong:
            assert wrong.problems and all(wrong.problems.values())
        else:
            assert set(kept) == set(ADA) and facts.read(kept, kind) == kept
