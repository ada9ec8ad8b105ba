"""What a phone puts into a form, declared; unknown members are ignored. The contract is docs/offline.md."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from msgspec import Meta, Struct, field

from inference import declared
from screening.models import Consent, ConsentMark, FollowUp
from screening.patients import facts
from screening.patients.facts import Facts
from screening.refusal import Incorrect
from screening.rules import modality

PREVIEW_LIMIT = 12_000  # bytes of a preview
MARK_LIMIT = 200_000  # bytes of the picture of a signature
IMAGES_LIMIT = 40

Code = Annotated[str, Meta(max_length=40)]
Short = Annotated[str, Meta(max_length=30)]
Brief = Annotated[str, Meta(max_length=10)]
Version = Annotated[str, Meta(max_length=20)]
Note = Annotated[str, Meta(max_length=400)]
Answer = Annotated[str, Meta(max_length=600)]
Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-fA-F]{64}\Z")]
Size = Annotated[int, Meta(ge=0, lt=2**31)]
Scalar = bool | int | float | str
TaskId = Annotated[str, Meta(pattern=r"\A[a-z_]+-[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")]


class View(str):
    """The code of a view of a declared modality."""


class CaptureClass(str):
    """The code of a declared capture class; empty for a DICOM file, which says itself how it was taken."""


class Unreadable(Exception):
    """Not a form this server understands. It is kept, and an administrator told."""


class Patient(Struct, frozen=True):
    id: UUID
    enrol: Facts | None = None


class Mark(Struct, frozen=True):
    kind: ConsentMark.Kind
    png: Annotated[bytes, Meta(max_length=MARK_LIMIT)] = b""


class Agreement(Struct, frozen=True, kw_only=True):
    """One answer to one wording."""

    id: UUID
    version: Version
    language: Brief
    answer: Consent.Answer
    mark: Mark | None = None


class Coming(Struct, frozen=True, kw_only=True):
    """One photo that will follow."""

    id: UUID
    view: View
    capture_class: CaptureClass = CaptureClass()
    sha256: Sha256
    size: Size = field(default=0, name="bytes")
    told_of_quality: dict[str, Any] = field(default_factory=dict, name="quality")
    small: Any = field(default=None, name="preview")

    @property
    def quality(self) -> dict[str, Any]:
        """Short scalars only: it is kept beside the photo, for the figures."""
        short = {key[:20]: item for key, item in list(self.told_of_quality.items())[:8]}
        return {k: v for k, v in short.items() if isinstance(v, bool | int | float | str) and len(str(v)) <= 40}

    @property
    def preview(self) -> bytes:
        """One that is too large or no JPEG is left out: the photo itself will come."""
        try:
            data = base64.b64decode(str(self.small or ""), validate=True)
        except (ValueError, binascii.Error):
            return b""
        return data if data.startswith(b"\xff\xd8\xff") and len(data) <= PREVIEW_LIMIT else b""


class _Form(Struct, frozen=True, kw_only=True, tag_field="type"):
    version: Literal[1] = 1
    claimed: Any = field(default=None, name="claimed_at")

    @property
    def claimed_at(self) -> datetime | None:
        """The phone's own time with its offset; one that cannot be read is no reason to lose a visit."""
        try:
            found = parse_datetime(str(self.claimed or ""))
            aware = timezone.make_aware(found) if found and timezone.is_naive(found) else found
            return aware if aware and aware.astimezone(UTC) else None
        except (ValueError, OverflowError):
            return None


class VisitForm(_Form, frozen=True, kw_only=True, tag="visit"):
    patient: Patient
    site: Code = ""
    programme: Code
    consent: Agreement | None = None
    encounter: UUID | None = None
    answers: dict[str, Scalar] | None = None
    unobtainable: dict[Brief, Short] = {}
    images: Annotated[tuple[Coming, ...], Meta(max_length=IMAGES_LIMIT)] = ()
    hand_in: bool = False


class FollowUpForm(_Form, frozen=True, kw_only=True, tag="follow_up"):
    id: UUID
    encounter: UUID
    answer: FollowUp.Answer
    on: date | None = None
    note: Note = ""


class AnswerForm(_Form, frozen=True, kw_only=True, tag="answer"):
    """An answer to what a specialist asked, or that it cannot be done. `task` is its name in the feed."""

    task: TaskId
    text: Answer = ""
    cannot: bool = False

    @property
    def message(self) -> UUID:
        return UUID(self.task.partition("-")[2])


Form = VisitForm | FollowUpForm | AnswerForm


def read(body: bytes) -> Form:
    """The form in an envelope's body. Raises Unreadable, naming the wrong member but not what it holds."""
    try:
        said = _plain(declared.loads(body))
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from None
    if not isinstance(said, dict):
        raise Unreadable("not a form")
    try:
        form: Form = msgspec.convert({"type": "visit", **said}, Form, dec_hook=_declared)
    except msgspec.ValidationError as error:
        at, missing = declared.place(str(error))
        raise Unreadable(f"{at.lstrip('.')} {'is missing' if missing else 'cannot be read'}") from None
    except Incorrect as wrong:
        at = ".".join(filter(None, ("patient.enrol", next(iter(wrong.problems)))))
        raise Unreadable(f"{at} cannot be read") from wrong
    return form


def _declared(kind: type, said: Any) -> Any:
    """A code as its kind, looked up among what is declared now. Raises ValueError for an unknown one, Incorrect."""
    if kind is Facts:
        return facts.read(said)
    if kind is CaptureClass:
        return CaptureClass(modality.capture_class(said) if said != "" else "")
    return View(modality.view(said))


def _plain(said: Any) -> Any:
    """Null is as good as left out, and the blanks around a text are nobody's words."""
    if isinstance(said, dict):
        return {name: _plain(value) for name, value in said.items() if value is not None}
    if isinstance(said, list):
        return [_plain(value) for value in said]
    return said.strip() if isinstance(said, str) else said
