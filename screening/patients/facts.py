"""What may be said of a patient: one description for the page, the API and the phone's form.

The doors differ in how it is written down (a form, JSON, sealed JSON), never in what they take, keep and refuse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from rest_framework import serializers

from screening.models import Sex
from screening.refusal import Incorrect

OLDEST = 120  # years
BLANKS = re.compile(r"[\t-\r\x1c-\x1f\x85]")  # what a paste leaves where a space was
NEVER_KEPT = ("Cc", "Cs", "Zl", "Zp")  # control characters, half surrogate pairs, breaks of lines
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # would turn what stands behind the name on a page or a slip
UNSEEN = re.compile("[\u00ad\u115f\u1160\u3164\uffa0\u2800]")  # letters and signs that nobody can see
WHOLE = re.compile(r"(\d{1,9})(?:\.\d*)?")  # an age of half a year makes a birth year with a half


class Facts(dict[str, Any]):
    """name, sex, birth_year, phone and local_id, as `enrol` takes them."""


def line(text: str) -> str:
    """A text as it is kept: on one line and composed (Unicode NFC), or the same name would be two."""
    return unicodedata.normalize("NFC", BLANKS.sub(" ", text)).strip()


def dialled(text: str) -> str:
    """A telephone number as it is kept: in the digits of a keypad, whatever the script it was written in."""
    return "".join(str(unicodedata.decimal(one, one)) for one in line(text))


def seen(text: str) -> bool:
    """Whether there is anything to see of it. Joiners alone, which Hindi and Arabic need inside words, are nothing."""
    return any(unicodedata.category(one) not in ("Cf", "Zs") for one in UNSEEN.sub("", text))


KEPT = {"name": line, "phone": dialled, "local_id": line}


def as_kept(fact: str, value: Any) -> Any:
    """A fact as it would be kept today: one enrolled by an earlier version is the same person."""
    return KEPT[fact](value) if fact in KEPT else value


def whole(said: object) -> int | None:
    """A number in the digits of any script, without its fraction; None for anything else."""
    found = WHOLE.fullmatch(str(said).strip())
    return int(found[1]) if found else None


class _Line(serializers.CharField):
    default_error_messages = {"invalid": RegexValidator.message}

    def __init__(self, longest: int, **more: Any) -> None:
        super().__init__(validators=[MaxLengthValidator(longest)], **more)

    def to_internal_value(self, data: Any) -> str:
        kept = KEPT[str(self.field_name)](super().to_internal_value(data))
        if TURNS.search(kept) or any(unicodedata.category(one) in NEVER_KEPT for one in kept):
            self.fail("invalid")
        if kept and not seen(kept):
            self.fail("blank")
        return kept


class _Whole(serializers.IntegerField):
    """A number from `low` to `high`."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values(serializers.empty if str(data).strip() == "" else data)

    def bounds(self) -> tuple[int, int]:
        return 0, OLDEST

    def to_internal_value(self, data: Any) -> int:
        number, (low, high) = whole(data), self.bounds()
        if number is None or not low <= number <= high:
            raise serializers.ValidationError(self.error_messages["invalid"] % {"low": low, "high": high}, "invalid")
        return number


class _Year(_Whole):
    def bounds(self) -> tuple[int, int]:
        now = timezone.localdate().year
        return now - OLDEST, now


FOUR_DIGITS = lazy("Enter a year with four digits, like 1968.")
NO_NAME, NO_SEX = lazy("Enter the name."), lazy("Choose one.")


class PatientFacts(serializers.Serializer[Any]):
    """Facts about a person. Anything else that is sent is ignored; null is as good as left out."""

    name = _Line(120, error_messages={"required": NO_NAME, "blank": NO_NAME})
    sex = serializers.ChoiceField(Sex.choices, error_messages={"required": NO_SEX, "invalid_choice": NO_SEX})
    birth_year = _Year(error_messages={"required": FOUR_DIGITS, "invalid": FOUR_DIGITS})
    phone = _Line(30, allow_blank=True, default="")
    local_id = _Line(40, allow_blank=True, default="")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        told = {name: said for name, said in data.items() if said is not None} if isinstance(data, Mapping) else data
        return dict(super().to_internal_value(told))


class TypedFacts(PatientFacts):
    """As people type them: the age where the birth year is not known. The birth year is what is kept."""

    age = _Whole(
        default=None, error_messages={"invalid": lazy("Enter a number from %(low)s to %(high)s, or leave it empty.")}
    )
    birth_year = _Year(default=None, error_messages={"invalid": FOUR_DIGITS})

    def validate_age(self, age: int | None) -> int | None:
        typed = self.initial_data.get("birth_year")
        year, low, high = whole(typed), *_Year().bounds()
        if age is None and (typed is None or not str(typed).strip()):
            raise serializers.ValidationError(_("Enter the age or the birth year. A good guess will do."), "required")
        if age is not None and year is not None and low <= year <= high and abs(high - age - year) > 1:
            raise serializers.ValidationError(_("Age and birth year do not fit together. Enter only one of them."))
        return age

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        age, year = attrs.pop("age"), attrs["birth_year"]
        return {**attrs, "birth_year": timezone.localdate().year - age if year is None else year}


def read(said: object, kind: type[PatientFacts] = PatientFacts) -> Facts:
    """The facts as they are kept. Raises Incorrect, which says for each field what to do; "" where it is no object."""
    asked = kind(data=said)
    if asked.is_valid():
        return Facts(asked.validated_data)
    wrong = {} if "non_field_errors" in asked.errors else asked.errors
    problems = {str(field): str(found[0]) for field, found in wrong.items()} or {"": str(RegexValidator.message)}
    raise Incorrect("invalid", problems, _("Correct the fields named."))
