"""Where an encounter and its pictures stand, for the people and machines that screened the patient. Never a score."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from inference.models import Run
from screening import rules
from screening.models import Decision, Encounter, IdentityAlert, Image
from screening.models.encounter import EncounterQuerySet
from screening.triage import decide
from screening.visit import pictures
from screening.words import sentences


def lifecycle(rows: EncounterQuerySet, state: str) -> EncounterQuerySet:
    """Encounters that are "open" (not handed in), "handed_in", or "answered" by a specialist."""
    if state == "answered":
        return rows.filter(consult__outcome__isnull=False)
    return rows.filter(consult__outcome=None, handed_in_at__isnull=state == "open")


def changed_since(rows: EncounterQuerySet, moment: datetime) -> EncounterQuerySet:
    """Encounters with anything new since `moment`: answers, pictures, hand-in, a decision or the outcome."""
    here = {"encounter": OuterRef("pk")}
    return rows.filter(
        Q(received_at__gte=moment)
        | Q(answered_at__gte=moment)
        | Q(handed_in_at__gte=moment)
        | Q(consult__outcome__decided_at__gte=moment)
        | Exists(Image.objects.filter(received_at__gte=moment, **here))
        | Exists(Decision.objects.filter(decided_at__gte=moment, **here))
    )


def line(encounter: Encounter) -> dict[str, Any]:
    """One line of a list. The encounter comes `with_standing`."""
    answered = sentences.outcome_of(encounter) is not None
    return {
        "id": encounter.pk, "patient_id": encounter.patient_id, "programme": encounter.programme,
        "site": encounter.site, "started_at": encounter.started_at, "day": encounter.day,
        "day_measured": encounter.day_measured, "received_at": encounter.received_at,
        "claimed_at": encounter.claimed_at,
        "handed_in_at": encounter.handed_in_at, "stand": sentences.stand(encounter).value,
        "state": "answered" if answered else "handed_in" if encounter.handed_in_at else "open",
    }  # fmt: skip


def of(encounter: Encounter) -> dict[str, Any]:
    """Everything a phone shows of a visit. The encounter comes `with_standing`."""
    return line(encounter) | {
        "answers": encounter.answers,
        "unobtainable": encounter.unobtainable,
        "images": shown(encounter, encounter.images.all()),
        "answer": sentences.answer(encounter),
        "decision": sentences.newest(encounter),
        "referral": sentences.consult_of(encounter),
        "outcome": sentences.outcome_of(encounter),
    }


def shown(encounter: Encounter, images: Iterable[Image]) -> list[dict[str, Any]]:
    """Each picture with its state: quality is told, the model's verdict on a single picture never is."""
    images = list(images)
    models = pictures.models_in_force(encounter.programme)
    runs: dict[str, list[Run]] = defaultdict(list)
    queued = Run.objects.filter(display_sha256__in=[image.display_sha256 for image in images], model_version__in=models)
    for run in queued.select_related("model_version"):
        runs[run.display_sha256].append(run)
    alerts = IdentityAlert.objects.filter(image__in=images)
    open_ones = set(alerts.open().values_list("image_id", flat=True))
    wrong = set(encounter.images.set_aside().values_list("pk", flat=True))
    return [
        _picture(image, runs[image.display_sha256], encounter.programme.kind, image.pk in wrong)
        | {"identity_alert": image.pk in open_ones}
        for image in images
    ]


def _picture(image: Image, runs: list[Run], kind: rules.Modality, wrong: bool) -> dict[str, Any]:
    # Judged without the operating point, so that nothing here can tell positive from negative.
    found = decide.judge(image, runs, None).picture
    gated = any(run.gradable is not None for run in runs)
    seen = rules.ImageState.NEGATIVE if found.state is rules.ImageState.UNBOUND and gated else found.state
    badge, advice = sentences.picture(seen, found.reason, kind)
    ungradable = seen is rules.ImageState.UNGRADABLE
    return _facts(image) | {
        "state": "aside" if wrong else badge.code,
        "reason": found.reason if ungradable else "",
        "advice": advice,
    }


def _facts(image: Image) -> dict[str, Any]:
    names = ("encounter_id", "view", "capture_class", "original_sha256", "received_at")
    return {"id": image.pk, **{name: getattr(image, name) for name in names}}


def receipt(encounter: Encounter, image: Image, sha256: str) -> dict[str, Any]:
    """What the sender of a picture gets. `sha256` is that of the bytes just received and kept.

    The same picture sent before with other metadata is one picture, but both files are kept as received.
    """
    return shown(encounter, [image])[0] | {"original_sha256": sha256}


def find(rows: EncounterQuerySet, pk: uuid.UUID) -> Encounter | None:
    return rows.with_standing().filter(pk=pk).first()
