"""The two programmes that come with the product, and how a programme takes models and thresholds into force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.models import Site
from inference.models import ModelVersion, OperatingPoint
from screening.models import ConsentText, ModelChoice, Programme, ThresholdChoice
from screening.rules.chest import CHEST
from screening.rules.fundus import FUNDUS

CONSENT_EYE = """We will take a photo of the back of each eye, to look for damage from diabetes.
A computer looks at the photos first. A doctor far away may look at them too.
It does not hurt. You may say no, now or later, and you will be treated just the same.
The photos and your answers are kept safe and are used only for your care and to check our work."""
CONSENT_CHEST = """We will look at an X-ray picture of your chest, to look for tuberculosis.
A computer looks at the picture first. A doctor far away may look at it too.
If something is seen, you will be asked to give a sample for a test.
You may say no, now or later, and you will be treated just the same.
The picture and your answers are kept safe and are used only for your care and to check our work."""

# Recall: yearly photographs (ICO Guidelines for Diabetic Eye Care, 2017). Age from 15 years: the WHO
# consolidated guidelines, module 2 (2021), recommend computer-aided detection for people of 15 and over.
STANDARD: dict[str, dict[str, Any]] = {
    "diabetic-eye": {
        "name": "Diabetic eye", "modality": FUNDUS.code, "views": list(FUNDUS.view_codes),
        "recall_months": 12, "sample_rate": 0.05,
    },
    "tb-chest": {
        "name": "Tuberculosis, chest film", "modality": CHEST.code, "views": list(CHEST.view_codes),
        "age_min": 15, "symptoms_refer": True, "recall_months": 12, "retakes_allowed": 1,
        "sample_rate": 0.05,
    },
}  # fmt: skip
FINDINGS = {"diabetic-eye": "fundus-dr", "tb-chest": "cxr-tb"}
# Beside the finding itself: anything abnormal on a film brings a reader, if less urgently than tuberculosis.
SECONDS = {"tb-chest": "cxr-abnormal"}
GATES = {"diabetic-eye": "fundus-gradability", "tb-chest": "cxr-gate"}
TEXTS = {"diabetic-eye": CONSENT_EYE, "tb-chest": CONSENT_CHEST}


@transaction.atomic
def ensure(code: str) -> Programme:
    """The standard programme with its consent text; what the technician changed since stays changed."""
    programme, new = Programme.objects.get_or_create(code=code, defaults=STANDARD[code])
    if new:
        ConsentText.objects.create(programme=programme, version="1", language="en", text=TEXTS[code])
    return programme


@transaction.atomic
def take_into_force(
    programme: Programme, version: ModelVersion, by: Any = None, *, approved_by: Any = None, why: str = "",
    points: Iterable[OperatingPoint] | None = None, site: Site | None = None,
) -> None:  # fmt: skip
    """Choose a model version, and its own operating points (all, unless `points` says which), for a programme.

    The points bind only if two different people stand for them (`by` and `approved_by`). A new version never inherits
    another's threshold: what has no signed operating point of this very version falls to "a human reads".
    """
    if programme.model_in_force(version.purpose) != version:
        reason = why or (ModelChoice.Why.SWITCHED if by else ModelChoice.Why.FIRST)
        choice = ModelChoice.objects.create(
            programme=programme, purpose=version.purpose, model_version=version, chosen_by=by, approved_by=approved_by,
            why=reason,
        )  # fmt: skip
        record(approved_by or by, "model.in_force", programme, model=version.pk, choice=choice.pk, why=reason)
    if by is None or approved_by is None or by == approved_by:
        return
    own = OperatingPoint.objects.filter(model_version=version) if points is None else points
    for point in own:
        ThresholdChoice.objects.create(
            programme=programme, operating_point=point, chosen_by=by, approved_by=approved_by, site=site
        )
        record(
            approved_by,
            "threshold.in_force",
            programme,
            operating_point=str(point.pk),
            site=str(site.pk) if site else "",
        )


def start_with_bundled(code: str, by: Any = None, approved_by: Any = None) -> None:
    """Give a standard programme its first models: the newest installed of each kind, if it has none yet.

    Without two people the models score, and a human reads everything: nobody has signed a threshold.
    """
    programme = ensure(code)
    for name in (GATES[code], FINDINGS[code], SECONDS.get(code, "")):
        version = ModelVersion.objects.filter(name=name).order_by("-installed_at").first()
        if version and programme.model_in_force(version.purpose) is None:
            take_into_force(programme, version, by, approved_by=approved_by, why=ModelChoice.Why.FIRST)


def _key(site: Site | None) -> str:
    return str(site.pk) if site else ""
