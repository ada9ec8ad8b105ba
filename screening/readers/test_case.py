"""Add a test case: its pictures are cleaned, kept and queued like any other, its truth is a whole read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from inference.models import Run
from screening import photo
from screening.models import TestCase, TestPicture
from screening.refusal import Refused
from screening.rules.grades import finding_of
from screening.visit.pictures import capture_class_of, models_in_force, store


def add(
    user: Any, case: TestCase, truth: Mapping[str, Mapping[str, Any]], pictures: Mapping[str, bytes],
    capture_class: str = "",
) -> TestCase:  # fmt: skip
    """Keep an unsaved case with its truth and pictures (view -> bytes).

    Raises GradeError (the truth is not whole), PhotoRefused, Refused (no picture, or of another kind) and
    blobs.StorageFull. Nothing is kept unless all of it is.
    """
    programme = case.test_set.programme
    if not pictures:
        raise Refused("no_picture", _("Choose at least one picture."))
    case.truth = {view: dict(truth[view]) for view in programme.views}
    case.finding = finding_of(programme.modality, case.truth).value
    kept = [_picture(case, view, data, capture_class) for view, data in pictures.items()]
    with transaction.atomic():
        case.save()
        for picture in kept:
            picture.case = case
            picture.save()
            Run.objects.submit(picture.display_sha256, models_in_force(programme))
        record(user, "test_case.add", case, finding=case.finding)
    return case


def _picture(case: TestCase, view: str, data: bytes, capture_class: str) -> TestPicture:
    clean = photo.clean(data)
    kind = capture_class_of(case.test_set.programme, view, clean, capture_class)
    store(data, clean)
    return TestPicture(
        view=view, capture_class=kind, display_sha256=clean.display_sha256, original_sha256=clean.original_sha256,
        media_type=clean.media_type, width=clean.width, height=clean.height, fingerprint=clean.pixel_fingerprint,
        dicom=asdict(clean.dicom) if clean.dicom else None,
    )  # fmt: skip
