"""Do what an opened item says, with the verbs of the pages, in the name of its author."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, Site, User
from inference import blobs
from screening import photo, rules
from screening.follow_up import ask
from screening.messages import talk
from screening.models import Announced, Consent, ConsentMark, Encounter, Message, Patient, Programme, SealedItem
from screening.offline.author_ticket import Ticket
from screening.offline.envelope import Opened
from screening.offline.phone_form import Agreement, AnswerForm, Coming, FollowUpForm, Form, VisitForm
from screening.patients.enrol import enrol
from screening.patients.index import holder_of
from screening.photo.sealed_original import seal
from screening.refusal import Incorrect, Refused
from screening.rules.held import Choice
from screening.visit import pictures
from screening.visit.answers import mark_unobtainable, record_answers
from screening.visit.begin import open_encounter
from screening.visit.consent import record_consent, wording
from screening.visit.hand_in import hand_in, missing_views
from screening.words import refusals


class Shelved(Refused):
    """An administrator must look: `code` says at what."""

    def __init__(self, code: str) -> None:
        super().__init__(code, _("Kept for the person who looks after Fieldlight at your place."))


class Unvouched(Refused):
    """Nobody can say that the author worked there then: the site decides."""

    def __init__(self, code: str) -> None:
        super().__init__(code, _("Who made it had no duty at this site then. Decide whether it is taken in."))


def form(item: SealedItem, said: Form, ticket: Ticket) -> None:
    """Apply a form. Runs inside the caller's transaction: all of it or nothing. Raises Shelved, Refused."""
    begun = _begun(item, said.claimed_at, ticket)
    if isinstance(said, FollowUpForm):
        _follow_up(item, said, ticket.author, begun)
    elif isinstance(said, AnswerForm):
        _answer(item, said, ticket.author, begun)
    else:
        _visit(item, said, ticket.author, begun)


def _begun(item: SealedItem, claimed: datetime | None, ticket: Ticket) -> rules.Began:
    """When it was begun: never before the author had the ticket, never after it came.

    The phone's clock may be wrong by years; what it is wrong by was measured at delivery.
    """
    zone = timezone.get_current_timezone()
    return rules.began(item.received_at, zone, claimed=claimed, clock_error=item.clock_error, earliest=ticket.issued)


def _vouch(item: SealedItem, author: User, site: Site, begun: rules.Began) -> None:
    """The author worked at the site when it was begun, or an administrator lets it in. Raises Shelved."""
    item.site = site
    if item.allowed_by_id:
        return
    here = Membership.objects.filter(user=author, site=site, role=Role.FIELD_WORKER)
    if not here.exists():
        raise Unvouched("site")
    on_duty = here.filter(Q(ends_at=None) | Q(ends_at__gte=begun.at), starts_at__lte=begun.at)
    if not author.is_active or not on_duty.exists():
        raise Unvouched("duty")


def _visit(item: SealedItem, said: VisitForm, author: User, begun: rules.Began) -> None:
    item.patient, item.encounter = said.patient.id, said.encounter  # as it says, also where it is not taken in
    patient = Patient.objects.filter(pk=said.patient.id).select_related("site").first()
    site = patient.site if patient else _site(said, author)
    _vouch(item, author, site, begun)
    patient = _person(item, said, author, site, patient)
    item.patient = patient.pk
    programme = Programme.objects.filter(code=said.programme, sites=site).first()
    if programme is None:
        raise Shelved("form")
    if said.consent:
        _consent(author, patient, programme, said.consent, begun)
    _agreed_after_all(item, patient, programme)
    if said.encounter is not None:
        _record(item, said, author, patient, programme, begun)


def _person(item: SealedItem, said: VisitForm, author: User, site: Site, known: Patient | None) -> Patient:
    """The patient of the form: known, enrolled now, or whom somebody decided it to be. Raises Shelved, Refused."""
    facts = said.patient.enrol
    if facts is None:
        if known is None:
            raise Shelved("form")
        return known
    if item.decision == Choice.SAME:
        if known or (known := holder_of(site, facts["local_id"])):
            return known
    if item.decision == Choice.OTHER:
        again = Patient.objects.filter(pk=uuid5(NAMESPACE_OID, str(item.pk))).first()
        return again or enrol(author, site, client_id=uuid5(NAMESPACE_OID, str(item.pk)), **facts | {"local_id": ""})
    return enrol(author, site, client_id=said.patient.id, **facts)


def _site(said: VisitForm, author: User) -> Site:
    """Where a new patient is enrolled: the site named, or the author's only one. Raises Shelved."""
    worked = Site.objects.filter(memberships__user=author, memberships__role=Role.FIELD_WORKER).distinct()
    found = list(worked.filter(code=said.site) if said.site else worked)[:2]
    if len(found) != 1:
        raise Shelved("site")
    return found[0]


def _consent(author: User, patient: Patient, programme: Programme, said: Agreement, begun: rules.Began) -> None:
    try:
        text = wording(programme, said.version, said.language)
    except Incorrect:
        raise Shelved("form") from None
    known = Consent.objects.filter(pk=said.id).exists()
    given = record_consent(author, patient, text, said.answer, client_id=said.id, at=begun.at)
    if said.mark and not known:
        name = blobs.mark(given.pk) if said.mark.png else ""
        if name:
            blobs.put(name, seal(said.mark.png, settings.FIELDLIGHT_SEALING_KEY))
        ConsentMark.objects.create(consent=given, kind=said.mark.kind, picture=name)


def _agreed_after_all(item: SealedItem, patient: Patient, programme: Programme) -> None:
    """Where somebody decided so: the patient was asked again, and agrees."""
    if item.decision == Choice.CONSENTED:
        text, answer = programme.consent_texts.latest("created_at"), Consent.Answer.GIVEN
        once = uuid5(NAMESPACE_OID, f"consent {item.pk}")
        record_consent(item.decided_by, patient, text, answer, client_id=once)


def _record(
    item: SealedItem, said: VisitForm, author: User, patient: Patient, programme: Programme, begun: rules.Began
) -> None:
    """Open the visit (or add to it), with answers, excuses and the photos that will follow."""
    encounter = open_encounter(
        author, patient, programme, client_id=said.encounter, claimed_at=said.claimed_at, began=begun,
        whatever_age=item.decision == Choice.LET_IN,
    )  # fmt: skip
    item.encounter, item.hands_in, item.left_out = encounter.pk, said.hand_in, []
    if said.answers is not None:
        _or_leave_out(item, "answers", partial(record_answers, author, encounter, said.answers))
    for view, why in said.unobtainable.items():
        _or_leave_out(item, view, partial(mark_unobtainable, author, encounter, view, why))
    item.save()
    for coming in said.images:
        _or_leave_out(item, coming.view, partial(_announce, item, encounter, coming))


def _or_leave_out(item: SealedItem, what: str, act: Callable[[], object]) -> None:
    """One thing that is wrong with a visit never keeps the rest of it out; it is told to whoever works there."""
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        item.left_out = [*item.left_out, {"what": what, "code": refusals.code(refusal),
                                          "sentence": refusals.sentence(refusal)[:400]}]  # fmt: skip


def _announce(item: SealedItem, encounter: Encounter, coming: Coming) -> None:
    if coming.view not in encounter.programme.views:
        raise Refused("wrong_view", _("This programme does not take that view. Choose one of the views shown."))
    kept = bool(coming.preview) and _keep_preview(coming)
    Announced.objects.get_or_create(
        pk=coming.id,
        defaults={
            "form": item, "encounter": encounter, "view": coming.view, "capture_class": coming.capture_class,
            "sha256": coming.sha256.lower(), "bytes": coming.size, "quality": coming.quality, "preview": kept,
        },
    )  # fmt: skip


def _keep_preview(coming: Coming) -> bool:
    """Cleaned like any photo before anybody sees it. A preview that is no good is no reason to lose a visit."""
    try:
        clean = photo.clean(coming.preview)
    except photo.PhotoRefused:
        return False
    blobs.put(blobs.preview(coming.id), clean.thumbnail)
    return True


def _follow_up(item: SealedItem, said: FollowUpForm, author: User, begun: rules.Began) -> None:
    encounter = Encounter.objects.filter(pk=said.encounter).select_related("site").first()
    if encounter is None:  # its visit may still be on the way
        item.state, item.encounter = SealedItem.State.WAITING, said.encounter
        return
    _vouch(item, author, encounter.site, begun)
    item.patient, item.encounter = encounter.patient_id, encounter.pk
    ask.record_follow_up(author, encounter, said.answer, on=said.on, note=said.note, client_id=said.id, said=begun)


def _answer(item: SealedItem, said: AnswerForm, author: User, begun: rules.Began) -> None:
    message = Message.objects.filter(pk=said.message).select_related("consult__encounter__site").first()
    if message is None:
        raise Shelved("form")
    encounter = message.consult.encounter
    _vouch(item, author, encounter.site, begun)
    item.patient, item.encounter = encounter.patient_id, encounter.pk
    (talk.cannot if said.cannot else talk.answer)(author, message, said.text)


def pixels(item: SealedItem, opened: Opened, ticket: Ticket) -> None:
    """Take in a photo. One whose visit is not here yet waits for its form. Raises Shelved, Refused, PhotoRefused."""
    try:
        item.encounter = UUID(str(opened.header.get("encounter")))
        view = rules.modality.view(opened.header.get("view"))
    except ValueError:
        raise Shelved("form") from None
    encounter = Encounter.objects.filter(pk=item.encounter).select_related("site", "programme", "patient").first()
    if encounter is None:
        item.state = SealedItem.State.WAITING
        SealedItem.objects.filter(pk=item.pk).update(state=item.state, encounter=item.encounter)
        return
    _vouch_for_photo(item, encounter, opened, ticket)
    item.site, item.patient = encounter.site, encounter.patient_id
    _agreed_after_all(item, encounter.patient, encounter.programme)
    if item.decision == Choice.OTHER_SIDE:
        view = _other_side(encounter.programme.kind, view)
    item.image, _new = pictures.accept(
        ticket.author, encounter, view=view, data=opened.body, client_id=item.pk,
        capture_class=str(opened.header.get("capture_class") or ""),
    )  # fmt: skip


def _other_side(kind: rules.Modality, view: str) -> str:
    """The view of the same kind on the other side; the same where there is none."""
    side = kind.view(view).side
    return next((one.code for one in kind.views if side and one.side and one.side != side), view)


def _vouch_for_photo(item: SealedItem, encounter: Encounter, opened: Opened, ticket: Ticket) -> None:
    """What a form of the same author announced is vouched for with that form; else the author must be on duty."""
    announced = Announced.objects.filter(pk=item.pk).select_related("form").first()
    if announced and announced.sha256 != opened.sha256:
        raise Shelved("form")
    if announced and announced.encounter_id == encounter.pk and announced.form.author_id == ticket.author.pk:
        return
    _vouch(item, ticket.author, encounter.site, _begun(item, None, ticket))


def complete(item: SealedItem) -> None:
    """Hand the visit in once everything its forms announced is here, if one of them says so."""
    open_visits = Encounter.objects.filter(handed_in_at=None).select_related("programme")
    encounter = open_visits.filter(pk=item.encounter).first() if item.encounter else None
    if encounter is None or Announced.objects.missing().filter(encounter=encounter).exists():
        return
    wants = SealedItem.objects.filter(encounter=encounter.pk, hands_in=True, state=SealedItem.State.APPLIED).first()
    if wants is None or missing_views(encounter):
        return
    hand_in(wants.author, encounter)


def arriving(encounters: Any) -> dict[UUID, int]:
    """How many announced photos each of the encounters still waits for."""
    counts: dict[UUID, int] = {}
    for pk in Announced.objects.missing().filter(encounter__in=encounters).values_list("encounter_id", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    return counts
