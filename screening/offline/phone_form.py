"""What a phone put into a form, read with care: every member checked, unknown ones ignored."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from screening import rules
from screening.models import Consent, ConsentMark, FollowUp, Sex

PREVIEW_LIMIT = 12_000  # bytes of a preview
MARK_LIMIT = 200_000  # bytes of the picture of a signature
IMAGES_LIMIT = 40
OLDEST = 120  # years
T = TypeVar("T")


class Unreadable(Exception):
    """Not a form this server understands. It is kept, and an administrator told."""


@dataclass(frozen=True)
class Mark:
    kind: str
    png: bytes = b""


@dataclass(frozen=True)
class Agreement:
    """One answer to one wording."""

    id: UUID
    version: str
    language: str
    answer: Consent.Answer
    mark: Mark | None


@dataclass(frozen=True)
class Coming:
    """One photo that will follow."""

    id: UUID
    view: str
    capture_class: str
    sha256: str
    size: int
    quality: dict[str, Any]
    preview: bytes


@dataclass(frozen=True)
class VisitForm:
    patient: UUID
    enrol: dict[str, Any] | None
    site: str
    programme: str
    consent: Agreement | None
    encounter: UUID | None
    answers: Mapping[str, Any] | None
    unobtainable: dict[str, str]
    images: tuple[Coming, ...]
    hand_in: bool
    claimed_at: datetime | None = field(default=None)


@dataclass(frozen=True)
class FollowUpForm:
    id: UUID
    encounter: UUID
    answer: FollowUp.Answer
    on: date | None
    note: str
    claimed_at: datetime | None


@dataclass(frozen=True)
class AnswerForm:
    """An answer to what a specialist asked, or that it cannot be done. `task` is its name in the feed."""

    task: UUID
    text: str
    cannot: bool
    claimed_at: datetime | None


Form = VisitForm | FollowUpForm | AnswerForm


def read(body: bytes) -> Form:
    """The form in an envelope's body. Raises Unreadable, saying which member is wrong."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(said, dict) or b"\\u0000" in body:
        raise Unreadable("not a form")
    reader = READERS.get(str(said.get("type", "visit")))
    if reader is None:
        raise Unreadable(f"type {str(said.get('type'))[:20]} is not known here")
    return reader(Members(said))


class Members:
    """The members of one object, taken by name and kind. A wrong one raises Unreadable with its name."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said

    def take(self, name: str, read: Callable[[Any], T], *, otherwise: Any = ...) -> T:
        value = self.said.get(name)
        if value is None:
            if otherwise is ...:
                raise Unreadable(f"{name} is missing")
            return otherwise  # type: ignore[no-any-return]
        try:
            return read(value)
        except (ValueError, TypeError, AttributeError, KeyError, binascii.Error):
            raise Unreadable(f"{name} cannot be read") from None

    def uuid(self, name: str, **more: Any) -> Any:
        return self.take(name, lambda value: UUID(str(value)), **more)

    def words(self, name: str, limit: int, **more: Any) -> Any:
        return self.take(name, lambda value: _words(value, limit), **more)

    def moment(self, name: str) -> datetime | None:
        """The phone's own time; one that cannot be read is no reason to lose a visit."""
        try:
            found = parse_datetime(str(self.said.get(name) or ""))
        except ValueError:
            return None
        return timezone.make_aware(found) if found and timezone.is_naive(found) else found

    def inner(self, name: str) -> Members | None:
        return self.take(name, lambda value: Members(_mapping(value)), otherwise=None)

    def flag(self, name: str) -> bool:
        return self.said.get(name) is True


def _words(value: Any, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise ValueError
    return value.strip()


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _visit(said: Members) -> VisitForm:
    person = said.inner("patient")
    if person is None:
        raise Unreadable("patient is missing")
    consent = said.inner("consent")
    return VisitForm(
        patient=person.uuid("id"),
        enrol=_facts(person.inner("enrol")),
        site=said.words("site", 40, otherwise=""),
        programme=said.words("programme", 40),
        consent=_agreement(consent) if consent else None,
        encounter=said.uuid("encounter", otherwise=None),
        answers=said.take("answers", _mapping, otherwise=None),
        unobtainable=said.take("unobtainable", _excuses, otherwise={}),
        images=said.take("images", _images, otherwise=()),
        hand_in=said.flag("hand_in"),
        claimed_at=said.moment("claimed_at"),
    )


def _facts(said: Members | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "name": said.take("name", lambda value: _words(value, 120) or _fail()),
        "sex": said.take("sex", lambda value: Sex(value).value),
        "birth_year": said.take("birth_year", _year),
        "phone": said.words("phone", 30, otherwise=""),
        "local_id": said.words("local_id", 40, otherwise=""),
    }


def _fail() -> str:
    raise ValueError


def _year(value: Any) -> int:
    now = timezone.localdate().year
    year = int(value)
    if not now - OLDEST <= year <= now:
        raise ValueError
    return year


def _excuses(value: Any) -> dict[str, str]:
    return {_words(view, 10): _words(why, 30) for view, why in _mapping(value).items()}


def _agreement(said: Members) -> Agreement:
    mark = said.inner("mark")
    return Agreement(
        id=said.uuid("id"),
        version=said.words("version", 20),
        language=said.words("language", 10),
        answer=said.take("answer", Consent.Answer),
        mark=_mark(mark) if mark else None,
    )


def _mark(said: Members) -> Mark:
    kind = said.take("kind", lambda value: ConsentMark.Kind(value).value)
    return Mark(kind, said.take("png", lambda value: _picture(value, MARK_LIMIT), otherwise=b""))


def _picture(value: Any, limit: int) -> bytes:
    data = base64.b64decode(str(value), validate=True)
    if len(data) > limit:
        raise ValueError
    return data


def _images(value: Any) -> tuple[Coming, ...]:
    if not isinstance(value, list) or len(value) > IMAGES_LIMIT:
        raise ValueError
    return tuple(_coming(Members(_mapping(one))) for one in value)


def _coming(said: Members) -> Coming:
    return Coming(
        id=said.uuid("id"),
        view=said.take("view", lambda value: rules.View(value).value),
        capture_class=said.take("capture_class", _capture_class, otherwise=""),
        sha256=said.take("sha256", _hash),
        size=said.take("bytes", lambda value: min(max(int(value), 0), 2**31 - 1), otherwise=0),
        quality=said.take("quality", _quality, otherwise={}),
        preview=_preview(said),
    )


def _capture_class(value: Any) -> str:
    """Empty for a DICOM file, which says itself how it was taken."""
    return rules.CaptureClass(value).value if value != "" else ""


def _preview(said: Members) -> bytes:
    """A preview that is too large or no JPEG is left out: the photo itself will come."""
    try:
        data = said.take("preview", lambda value: _picture(value, PREVIEW_LIMIT), otherwise=b"")
    except Unreadable:
        return b""
    return data if data.startswith(b"\xff\xd8\xff") else b""


def _hash(value: Any) -> str:
    text = str(value).lower()
    if len(bytes.fromhex(text)) != 32:
        raise ValueError
    return text


def _quality(value: Any) -> dict[str, Any]:
    """Short scalars only: it is kept beside the photo, for the figures."""
    short = {key[:20]: item for key, item in list(_mapping(value).items())[:8]}
    return {
        key: item for key, item in short.items() if isinstance(item, bool | int | float | str) and len(str(item)) <= 40
    }


def _follow_up(said: Members) -> FollowUpForm:
    return FollowUpForm(
        id=said.uuid("id"),
        encounter=said.uuid("encounter"),
        answer=said.take("answer", FollowUp.Answer),
        on=said.take("on", _day, otherwise=None),
        note=said.words("note", 400, otherwise=""),
        claimed_at=said.moment("claimed_at"),
    )


def _day(value: Any) -> date:
    day = parse_date(str(value))
    if day is None:
        raise ValueError
    return day


def _answer(said: Members) -> AnswerForm:
    return AnswerForm(
        task=said.take("task", lambda value: UUID(str(value).partition("-")[2])),
        text=said.words("text", 600, otherwise=""),
        cannot=said.flag("cannot"),
        claimed_at=said.moment("claimed_at"),
    )


READERS: dict[str, Callable[[Members], Form]] = {"visit": _visit, "follow_up": _follow_up, "answer": _answer}
