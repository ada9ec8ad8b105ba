"""Take in a picture: clean it, keep the sealed original, queue it for the models, watch for mix-ups."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from inference import blobs
from inference.models import ModelVersion, Run
from screening import photo, rules
from screening.messages.notices import tell
from screening.messages.talk import retaken
from screening.models import (
    TESTS,
    Encounter,
    IdentityAlert,
    IdentityAnswer,
    Image,
    Notice,
    Programme,
    SetAside,
)
from screening.photo.sealed_original import seal, unseal
from screening.refusal import Refused
from screening.rules.declaration import Side
from screening.visit import withdrawn
from screening.visit.consent import consented


def models_in_force(programme: Programme) -> list[ModelVersion]:
    chosen = [programme.model_in_force(purpose) for purpose in ModelVersion.Purpose.values]
    return [version for version in chosen if version]


def models_on_trial(programme: Programme) -> list[ModelVersion]:
    chosen = [programme.shadow(purpose) for purpose in ModelVersion.Purpose.values]
    return [version for version in chosen if version]


def accept(
    user: Any,
    encounter: Encounter,
    *,
    view: str,
    data: bytes,
    capture_class: str = "",
    client_id: uuid.UUID | None = None,
) -> tuple[Image, bool]:
    """Take in one picture. Returns the image and whether it is new: the same photo sent twice is one photo.

    Raises photo.PhotoRefused (not a picture we can take), Refused (not for this visit) and
    blobs.StorageFull. Nothing is stored unless all of it is.
    """
    # First of all: what was received stays received, even if the visit was answered since the phone first sent it.
    if client_id and (known := Image.objects.filter(pk=client_id).first()):
        if (known.encounter_id, known.view, known.original_sha256) != (encounter.pk, view, sha256(data).hexdigest()):
            raise Refused("id_taken", _("This photo's number belongs to another photo. Take the photo again."))
        return known, False
    _check_visit(encounter, view)
    blobs.check_reserve()
    clean = photo.clean(data)
    capture_class = capture_class_of(encounter.programme, view, clean, capture_class)
    store(data, clean)
    try:
        with transaction.atomic():
            image = Image.objects.create(
                pk=client_id or uuid.uuid4(), encounter=encounter, view=view, capture_class=capture_class,
                display_sha256=clean.display_sha256, original_sha256=clean.original_sha256, media_type=clean.media_type,
                width=clean.width, height=clean.height, fingerprint=clean.pixel_fingerprint,
                dicom=asdict(clean.dicom) if clean.dicom else None, received_by=user,
            )  # fmt: skip
            Run.objects.submit(image.display_sha256, models_in_force(encounter.programme))
            Run.objects.submit(image.display_sha256, models_on_trial(encounter.programme), aside=True)
            encounter.touch()
            record(user, "image.add", image, view=view, sha256=image.original_sha256)
            # Last: the audit chain's lock lines the writers up, so of two twins handed in at once one sees the other.
            _watch(image)
            retaken(user, encounter)
    except IntegrityError:
        same = Image.objects.filter(encounter=encounter, display_sha256=clean.display_sha256, view=view).first()
        if same is None:
            raise
        put_back(user, same)  # handed in again by somebody who looked: it belongs here after all
        return same, False
    return image, True


def _check_visit(encounter: Encounter, view: str) -> None:
    if view not in encounter.programme.views:
        raise Refused("wrong_view", _("This programme does not take that view. Choose one of the views shown."))
    withdrawn.refuse(encounter)
    if not consented(encounter.patient, encounter.programme):
        raise Refused("no_consent", _("The patient has not consented, or has withdrawn. No photo was kept."))


def photo_classes(kind: rules.Modality) -> dict[str, str]:
    """The ways a photo of this part of the body is taken, in words. A DICOM file says itself how it was made."""
    return {one.code: _(one.name) for one in kind.photo_classes}


def capture_class_of(programme: Programme, view: str, clean: photo.CleanPhoto, given: str) -> str:
    """The capture class, checked against what the file itself says. Raises Refused on a mix-up.

    It decides which threshold applies, so it is never guessed: a photo without one is refused at every door.
    """
    kind = programme.kind
    if clean.dicom is None:
        if given not in photo_classes(kind):
            raise Refused("wrong_class", _("Choose how the photo was taken."))
        return given
    if kind.dicom is None or clean.dicom.modality not in kind.dicom.modalities:
        raise Refused("wrong_modality", _("This file shows another part of the body. Choose the right file."))
    here = kind.view(view).side
    if here and clean.dicom.laterality in tuple(Side) and clean.dicom.laterality != here:
        raise Refused("wrong_side", _(kind.says.other_side))
    return kind.dicom.capture_class


def store(data: bytes, clean: photo.CleanPhoto) -> None:
    # Files first, row last: a crash in between leaves an orphan file, never a row without its picture.
    key = settings.FIELDLIGHT_SEALING_KEY
    name = blobs.original(clean.original_sha256)
    if not blobs.exists(name):
        blobs.put(name, seal(data, key))
    blobs.put(blobs.display(clean.display_sha256), clean.display)
    blobs.put(blobs.thumbnail(clean.display_sha256), clean.thumbnail)
    if clean.deep:
        blobs.put(blobs.deep(clean.display_sha256), clean.deep)


def _watch(image: Image) -> None:
    """Raise an alert when the same picture already stands under another patient or the other eye."""
    patient = image.encounter.patient_id
    others = Image.objects.filter(display_sha256=image.display_sha256).exclude(pk=image.pk)
    twins = others.exclude(encounter__patient__origin__in=TESTS).select_related("encounter")
    for twin in twins:
        if twin.encounter.patient_id != patient:
            kind = IdentityAlert.Kind.TWO_PATIENTS
        elif twin.view != image.view and twin.encounter_id == image.encounter_id:
            kind = IdentityAlert.Kind.TWO_VIEWS
        else:
            continue
        _alert(image, twin, kind)


def _alert(image: Image, twin: Image, kind: IdentityAlert.Kind) -> None:
    """Both sides wait: nobody knows yet under which of the two the picture is right."""
    for here, there in ((image, twin), (twin, image)):
        IdentityAlert.objects.get_or_create(image=here, other=there, defaults={"kind": kind})
        here.encounter.touch()
        tell(here.encounter, Notice.Kind.IDENTITY)


@transaction.atomic
def answer_alert(user: Any, alert: IdentityAlert, says: IdentityAnswer.Says) -> IdentityAnswer:
    """Somebody looked and says whether the picture belongs here. The first answer holds.

    It answers every open question about this picture, however many others it resembles.
    """
    answer, new = IdentityAnswer.objects.get_or_create(alert=alert, defaults={"says": says, "by": user})
    if new:
        record(user, "identity.answer", alert, says=says)
        for same in IdentityAlert.objects.filter(image=alert.image, answer=None).exclude(pk=alert.pk):
            IdentityAnswer.objects.create(alert=same, says=says, by=user)
        for image in (alert.image, alert.other):  # a picture set aside no longer disputes the other
            image.encounter.touch()
    return answer


@transaction.atomic
def set_aside(user: Any, image: Image, why: SetAside.Why) -> None:
    """The worker says the picture does not belong here: it is kept, and judged by nobody. Said twice, it is said once.

    A consult it led to stays: what a specialist was asked is never taken back by a tap, and one that was answered is
    opened again.
    """
    row, new = SetAside.objects.get_or_create(image=image, undone_at=None, defaults={"why": why, "by": user})
    if new:
        record(user, "image.set_aside", image, why=row.why)
        _touch_all(image)


@transaction.atomic
def put_back(user: Any, image: Image) -> None:
    """Undo `set_aside`: the picture counts again."""
    undone = SetAside.objects.filter(image=image, undone_at=None).update(undone_at=timezone.now(), undone_by=user)
    if undone:
        record(user, "image.put_back", image)
        _touch_all(image)


def _touch_all(image: Image) -> None:
    """Its own visit, and those its picture was disputed with."""
    for encounter in Encounter.objects.filter(
        Q(pk=image.encounter_id) | Q(images__identity_alerts__other=image)
    ).distinct():
        encounter.touch()


def original_bytes(image: Image) -> bytes:
    """The file as handed in. Raises screening.sealing.SealBroken, FileNotFoundError."""
    return unseal(blobs.get(blobs.original(image.original_sha256)), settings.FIELDLIGHT_SEALING_KEY)
