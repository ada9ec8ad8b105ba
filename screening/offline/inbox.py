"""Take in what a phone sealed: keep it whole, open it, and do what it says in the name of its author.

Nothing that arrived is ever dropped. What cannot be opened, or whose author nobody can vouch for, is shelved for an
administrator; what the rules refuse is kept and told to its author; what is busy is tried again by the sweep.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import sites_of
from accounts.audit import record
from accounts.models import Role
from inference import blobs
from screening.models import SealedItem, Upload
from screening.offline import apply, author_ticket, envelope, phone_form, phone_keys, uploads
from screening.offline.apply import Shelved
from screening.refusal import Refused
from screening.rules import held
from screening.words import refusals

logger = logging.getLogger(__name__)
State = SealedItem.State
ATTEMPTS = 5  # at what nobody foresaw


class UnderWay(Refused):
    """It is here to the last byte and was not handed on yet: ask again in a moment."""

    def __init__(self) -> None:
        super().__init__("busy", _("The server is busy. Keep what you have and send it again."))


@dataclass(frozen=True)
class Delivery:
    """What came, and from whom. `clock_error`: the server's clock minus the phone's, if the phone said its time."""

    user: Any
    item: uuid.UUID
    kind: SealedItem.Kind
    data: bytes
    encounter: uuid.UUID | None = None
    clock_error: timedelta | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Result:
    """The item as it stands now, and whether it is new."""

    item: SealedItem
    new: bool


def receive(delivery: Delivery) -> Result:
    """Keep the envelope, then open and apply it. The same item again is the same item.

    Raises envelope.NotAnEnvelope for a form that was cut off, Refused("id_taken"), blobs.StorageFull.
    """
    key = _key(delivery)
    known = SealedItem.objects.filter(pk=delivery.item).first()
    if known:
        return _again(known, delivery)
    blobs.check_reserve(len(delivery.data))
    # The file first and the row last: a crash in between leaves a file nobody knows, never a row without its file.
    blobs.put(blobs.envelope(delivery.sha256), delivery.data)
    try:
        with transaction.atomic():
            item = SealedItem.objects.create(
                pk=delivery.item, kind=delivery.kind, envelope_sha256=delivery.sha256, size=len(delivery.data), key=key,
                delivered_by=delivery.user, encounter=delivery.encounter, clock_error=delivery.clock_error,
            )  # fmt: skip
            record(delivery.user, "sealed.receive", item, kind=delivery.kind.value, sha256=delivery.sha256)
    except IntegrityError:  # two at the same moment: the other one's row is there now
        return _again(SealedItem.objects.get(pk=delivery.item), delivery)
    settle(item)
    return Result(item, True)


def _key(delivery: Delivery) -> str:
    """The key it was sealed for. A whole upload that is no envelope is kept all the same."""
    try:
        return envelope.sealed_for(delivery.data)
    except envelope.NotAnEnvelope:
        if delivery.kind == SealedItem.Kind.FORM:
            raise
        return ""


def take_over(user: Any, upload: Upload, clock_error: timedelta | None = None) -> Result:
    """An upload is whole: keep it as an item, then forget its pieces.

    Raises uploading.Mismatch (and ends the upload) when it is not what was announced, Refused, blobs.StorageFull.
    """
    try:
        data = uploads.assembled(upload)
    except uploads.Mismatch:
        uploads.end(user, upload)
        raise
    result = receive(Delivery(user, upload.item, SealedItem.Kind.PIXELS, data, upload.encounter, clock_error))
    uploads.finish(upload)
    return result


def check_under_way(user: Any, item: uuid.UUID) -> None:
    """Raises UnderWay when the person's upload of the item is whole and waits to be handed on."""
    if Upload.objects.of(user).unfinished().filter(item=item, offset=F("length")).exists():
        raise UnderWay


def _again(known: SealedItem, delivery: Delivery) -> Result:
    """The very same, or the same contents sealed once more; anything else wants an id that is taken."""
    if known.envelope_sha256 != delivery.sha256 and not _same_inside(known, delivery.data):
        raise Refused("id_taken", _("This number stands for something else already. Keep this and seal it again."))
    if known.state in (State.RECEIVED, State.WAITING):
        settle(known)
    return Result(known, False)


def _same_inside(known: SealedItem, data: bytes) -> bool:
    try:
        opened = envelope.open_up(data, phone_keys.ring())
    except (envelope.NotAnEnvelope, envelope.UnknownKey, envelope.Broken):
        return False
    return bool(known.sha256) and opened.sha256 == known.sha256


def settle(item: SealedItem) -> None:
    """Open the item and do what it says. Always ends in a state; never raises for what the item itself is.

    Repeatable: every verb below knows its rows by the phone's ids.
    """
    item.state = State.RECEIVED  # whatever it waited for before
    try:
        _apply(item)
    except Shelved as shelved:
        _mark(item, State.SHELVED, shelved.code, shelved.sentence)
    except Refused as refusal:
        _refuse(item, refusal)
    except (blobs.StorageFull, OperationalError, OSError) as error:
        logger.warning("item %s waits: %s", item.pk, type(error).__name__)
        _mark(item, State.RECEIVED, "busy", "")
    except Exception:  # noqa: BLE001 - what one item does to us must not be done to the others
        logger.exception("item %s could not be settled", item.pk)
        _count_attempt(item)


def _count_attempt(item: SealedItem) -> None:
    """Tried again by the sweep, a few times; then somebody must look."""
    item.refresh_from_db()
    item.attempts += 1
    item.save(update_fields=["attempts"])
    if item.attempts < ATTEMPTS:
        _mark(item, State.RECEIVED, "busy", "")
    else:
        _mark(item, State.SHELVED, "broken", Shelved("broken").sentence)


def _refuse(item: SealedItem, refusal: Refused) -> None:
    """Held where somebody can decide; else told to its author, and its visit waits for it no longer.

    What cannot be opened just now is tried again.
    """
    code, sentence = refusals.code(refusal), refusals.sentence(refusal)
    if code in refusals.RETRY_AFTER:
        _mark(item, State.RECEIVED, code, "")
        return
    if code in held.CHOICES and item.site_id:
        _mark(item, State.HELD, code, sentence)
        return
    _mark(item, State.REFUSED, code, sentence)
    apply.complete(item)


def _apply(item: SealedItem) -> None:
    opened = _open(item)
    ticket = _author(item, opened)
    if item.kind == SealedItem.Kind.PIXELS:
        apply.pixels(item, opened, ticket)
    else:
        _form(item, opened, ticket)
    if item.state == State.WAITING:
        _mark(item, State.WAITING, "", "")
        return
    _mark(item, State.APPLIED, "", "")
    if item.kind == SealedItem.Kind.PIXELS:  # the original lies sealed with the other originals now
        blobs.drop(blobs.envelope(item.envelope_sha256))
    else:  # what came before its form waited for this
        for other in SealedItem.objects.filter(encounter=item.encounter, state=State.WAITING).exclude(pk=item.pk):
            settle(other)
    apply.complete(item)


def _form(item: SealedItem, opened: envelope.Opened, ticket: author_ticket.Ticket) -> None:
    try:
        form = phone_form.read(opened.body)
    except phone_form.Unreadable as why:
        logger.warning("form %s cannot be read: %s", item.pk, why)
        raise Shelved("form") from None
    with transaction.atomic():
        apply.form(item, form, ticket)


def opened(item: SealedItem, ring: Mapping[str, Any]) -> envelope.Opened:
    """What is inside. Raises envelope.NotAnEnvelope, UnknownKey, Broken, and OSError where the file is gone."""
    return envelope.open_up(blobs.get(blobs.envelope(item.envelope_sha256)), ring)


def _open(item: SealedItem) -> envelope.Opened:
    """Raises Shelved when it does not open, or is not what its address says."""
    try:
        opened = envelope.open_up(blobs.get(blobs.envelope(item.envelope_sha256)), phone_keys.ring())
    except (envelope.NotAnEnvelope, envelope.UnknownKey, envelope.Broken) as why:
        logger.warning("item %s does not open: %s", item.pk, why)
        raise Shelved("sealed") from None
    if (opened.header.get("item"), opened.header.get("kind")) != (str(item.pk), item.kind):
        raise Shelved("sealed")
    SealedItem.objects.filter(pk=item.pk).update(sha256=opened.sha256)
    item.sha256 = opened.sha256
    return opened


def _author(item: SealedItem, opened: envelope.Opened) -> author_ticket.Ticket:
    """Raises Shelved for a ticket nobody can verify."""
    try:
        ticket = author_ticket.verify(opened.header.get("ticket"))
    except author_ticket.BadTicket:
        raise Shelved("ticket") from None
    SealedItem.objects.filter(pk=item.pk).update(author=ticket.author)
    item.author = ticket.author
    return ticket


def _mark(item: SealedItem, state: State, code: str, sentence: str) -> None:
    """The one way an item changes its state."""
    item.state, item.code, item.sentence = state, code, sentence[:400]
    item.settled_at = None if state in (State.RECEIVED, State.WAITING) else timezone.now()
    item.save(
        update_fields=["state", "code", "sentence", "settled_at", "site", "patient", "encounter", "image", "hands_in",
                       "left_out"]
    )  # fmt: skip


def try_again(user: Any, item: SealedItem, *, allow: bool) -> None:
    """An administrator has a shelved item tried once more; `allow` lets it in although its author's duty had ended."""
    if item.state != State.SHELVED:
        return
    record(user, "sealed.allow" if allow else "sealed.retry", item, code=item.code)
    if allow:
        item.allowed_by = user
        item.save(update_fields=["allowed_by"])
    settle(item)


def decide(user: Any, item: SealedItem, choice: held.Choice, why: str = "") -> SealedItem:
    """Somebody decides about a held delivery: it is done accordingly, or closed with a reason. Said once.

    Raises Refused: decided meanwhile, not theirs to decide, or closed without a reason. Photos that wait for a form
    go the way of the form.
    """
    manages = sites_of(user, Role.SITE_MANAGER).filter(site_id=item.site_id).exists()
    if item.state != State.HELD:
        raise Refused("decided", _("Somebody has decided this already."))
    if choice not in held.choices(item.code, manages=manages):
        raise Refused("not_yours", _("Choose one of the answers shown."))
    if choice == held.Choice.CLOSE and not why.strip():
        raise Refused("why", _("Say why it is not taken in, and what was done for the patient."))
    taken = SealedItem.objects.filter(pk=item.pk, state=State.HELD, decision=item.decision)
    allowed = user.pk if choice == held.Choice.LET_IN else item.allowed_by_id
    if not taken.update(decision=choice, why=why.strip()[:400], decided_by=user, allowed_by=allowed):
        raise Refused("decided", _("Somebody has decided this already."))
    item.refresh_from_db()
    record(user, "sealed.decide", item, code=item.code, choice=choice.value)
    if choice == held.Choice.CLOSE:
        _close(item)
    else:
        settle(item)
    return item


def _close(item: SealedItem) -> None:
    """Dealt with otherwise. What waits for a visit that will not be made is closed with it, all of it kept."""
    _mark(item, State.REFUSED, item.code, item.sentence)
    if item.kind == SealedItem.Kind.FORM and item.encounter:
        for photo in SealedItem.objects.filter(encounter=item.encounter, state=State.WAITING):
            photo.decision, photo.why, photo.decided_by = item.decision, item.why, item.decided_by
            photo.save(update_fields=["decision", "why", "decided_by"])
            _mark(photo, State.REFUSED, item.code, item.sentence)
    apply.complete(item)


def unsettled() -> list[SealedItem]:
    """What was received and not settled, and what a key that came back may open now."""
    waiting = SealedItem.objects.unsettled().order_by("received_at")
    sealed = SealedItem.objects.shelved().filter(code="sealed", sha256="", key__in=list(phone_keys.ring()))
    return [*waiting[:50], *sealed[:50]]


def go_on(item: SealedItem) -> None:
    """One step of the sweep. An item whose key is here and that stays broken is not looked at again and again."""
    settle(item)
    if item.state == State.SHELVED and item.code == "sealed":
        SealedItem.objects.filter(pk=item.pk).update(code="broken")
