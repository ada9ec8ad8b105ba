"""Which pictures a reader looks at: the best of each view first, and those of earlier visits beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from inference.models import ModelVersion, Run
from screening.models import Consult, IdentityAlert, Image
from screening.reading.desk import pictures

EARLIER = 6  # pictures of earlier visits per view


def best_first(images: Iterable[Image]) -> list[Image]:
    """Pictures of one encounter, those fit to grade before the others, newer before older, disputed ones last.

    Only the quality check has a say, never a finding: to open the picture with the lesion would be a hint.
    """
    taken = list(images)
    gates = Run.objects.filter(
        display_sha256__in=[image.display_sha256 for image in taken], model_version__purpose=ModelVersion.Purpose.GATE
    )
    fit = {
        photo: gradable for photo, gradable in gates.order_by("created_at").values_list("display_sha256", "gradable")
    }
    disputed = set(IdentityAlert.objects.open().filter(image__in=taken).values_list("image_id", flat=True))
    merit = {True: 0, None: 1, False: 2}
    taken.sort(key=lambda image: image.received_at, reverse=True)
    return sorted(taken, key=lambda image: (image.pk in disputed, merit[fit.get(image.display_sha256)]))


def first_pictures(consult: Consult) -> dict[str, Image]:
    """The picture each view of the consult opens with."""
    first: dict[str, Image] = {}
    for image in best_first(pictures(consult)):
        first.setdefault(image.view, image)
    return first


def earlier(user: Any, consult: Consult) -> dict[str, list[Image]]:
    """Pictures of the patient's earlier visits to the same programme, by view, the newest first."""
    encounter = consult.encounter
    seen = Image.objects.visible_to(user).belonging().filter(
        encounter__patient=encounter.patient_id, encounter__programme=encounter.programme_id,
        encounter__started_at__lt=encounter.started_at,
    )  # fmt: skip
    found: dict[str, list[Image]] = {}
    for image in seen.select_related("encounter").order_by("-received_at").distinct():
        of_view = found.setdefault(image.view, [])
        if len(of_view) < EARLIER:
            of_view.append(image)
    return found
