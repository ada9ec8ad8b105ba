"""What is held for somebody at the site to decide: what it says, what stands in its way, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.access import sites_of
from accounts.models import Role
from screening.models import Patient, SealedItem
from screening.offline import envelope, inbox, phone_form, phone_keys
from screening.patients.index import holder_of
from screening.rules.held import Choice, choices


@dataclass(frozen=True)
class Held:
    """One held delivery as it is shown. `name` and the rest are as its author typed them; blank where it says none."""

    item: SealedItem
    choices: tuple[Choice, ...]
    name: str = ""
    sex: str = ""
    birth_year: int | None = None
    phone: str = ""
    local_id: str = ""
    programme: str = ""
    photos: int = 0
    like: Patient | None = None  # who is known here under the same number, or the same id


def of(user: Any) -> list[Held]:
    """Everything held at the sites where the user works or manages, the oldest first."""
    managed = set(sites_of(user, Role.SITE_MANAGER).values_list("site_id", flat=True))
    kept = SealedItem.objects.held(user).select_related("author", "delivered_by", "site").order_by("received_at")
    return [_shown(item, choices(item.code, manages=item.site_id in managed)) for item in kept]


def _shown(item: SealedItem, offered: tuple[Choice, ...]) -> Held:
    said = _said(item)
    known = Patient.objects.filter(pk=item.patient).first() if item.patient else None
    facts: dict[str, Any] = {}
    if isinstance(said, phone_form.VisitForm):
        if said.patient.enrol is not None:
            facts = dict(said.patient.enrol)
        number = facts.get("local_id", "")
        like = known or (holder_of(item.site, number) if number and item.site else None)
        waiting = _waiting(item)
        return Held(item, offered, programme=said.programme, photos=max(len(said.images), waiting), like=like,
                    **(facts or _facts(known)))  # fmt: skip
    return Held(item, offered, photos=int(item.kind == SealedItem.Kind.PIXELS), **_facts(known))


def _facts(known: Patient | None) -> dict[str, Any]:
    return {fact: getattr(known, fact) for fact in ("name", "sex", "birth_year", "phone", "local_id")} if known else {}


def _waiting(item: SealedItem) -> int:
    return SealedItem.objects.filter(encounter=item.encounter, state=SealedItem.State.WAITING).count()


def _said(item: SealedItem) -> phone_form.Form | None:
    if item.kind != SealedItem.Kind.FORM:
        return None
    try:
        return phone_form.read(inbox.opened(item, phone_keys.ring()).body)
    except (phone_form.Unreadable, envelope.UnknownKey, envelope.Broken, envelope.NotAnEnvelope, OSError):
        return None
