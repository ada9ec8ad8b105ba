"""A calibration handed in: checked number by number, kept, and its thresholds proposed for a second person to sign."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import record
from accounts.models import Site, User
from inference.declared import PackError, loads
from inference.models import ModelVersion, OperatingPoint
from inference.statistics.shares import lower_bound
from inference.thresholds import curve as curves
from inference.thresholds.calibration import Row
from inference.thresholds.curve import Curve, Point
from screening.models import Calibration, Programme, Proposal
from screening.protocol import in_force
from screening.refusal import Refused

LARGEST = 8_000_000
# Packs without a score have no threshold.
SCORED = (ModelVersion.Purpose.FINDING, ModelVersion.Purpose.SECOND)
# What is wrong with a file, and what to do about it.
WRONG = {
    "old_calibration": gettext_lazy("An older version wrote this file. Run manage.py calibrate again."),
    "no_pack": gettext_lazy(
        "This file holds scores of other software, so it belongs to no installed model. Run manage.py calibrate with "
        "the model pack."
    ),
    "bad_numbers": gettext_lazy(
        "The numbers of this file contradict each other. Run manage.py calibrate again and hand in the file unchanged."
    ),
    "unproven": gettext_lazy(
        "The target is not proved. Choose a lower threshold, a lower target, or measure more people with disease."
    ),
    "low_confidence": gettext_lazy(
        "Less than 95 % confidence is not enough. Run manage.py calibrate again with --confidence 0.95."
    ),
}
UNREADABLE = gettext_lazy(
    "This is not a calibration file. Hand in calibration.json as manage.py calibrate wrote it, unchanged."
)


@transaction.atomic
def take_in(by: Any, programme: Programme, data: bytes) -> Calibration:
    """Keep a calibration for a programme. The same file again is the one kept before. Raises Refused."""
    raw = _json(data)
    found = _told(lambda: curves.calibration(raw))
    version = ModelVersion.objects.filter(pk=found.pack).first()
    if version is None:
        raise Refused("not_installed", _(
            "No installed model has the fingerprint %(sha)s. Install that pack, or calibrate the one that is installed."
        ) % {"sha": found.pack[:12]})  # fmt: skip
    _check_fit(programme, version, found.curve)
    if found.expires_on < timezone.localdate():
        raise Refused("out_of_date", _("This calibration has expired. Measure again with manage.py calibrate."))
    if found.curve.measured_on > timezone.localdate():
        raise Refused("from_tomorrow", _("This calibration is dated in the future. Set the clock and measure again."))
    kept, new = Calibration.objects.get_or_create(
        programme=programme, file=sha256(data).hexdigest(),
        defaults={
            "model_version": version, "capture_class": found.curve.capture_class, "data": found.curve.data,
            "expires_on": found.expires_on, "owner": _owner(found.owner, by), "content": raw, "given_by": by,
        },
    )  # fmt: skip
    if new:
        record(by, "calibration.handed_in", kept, programme=str(programme.pk), model=version.pk, file=kept.file)
    return kept


def _json(data: bytes) -> Any:
    if len(data) > LARGEST:
        raise Refused("too_large", str(UNREADABLE))
    try:
        return loads(data)
    except ValueError as error:
        raise Refused("bad_calibration", f"{UNREADABLE} ({error})") from None


def _told(read: Callable[[], Any]) -> Any:
    """What `read` gives; what it finds wrong as a sentence that says what to do, with the place in brackets."""
    try:
        return read()
    except PackError as error:
        raise Refused(error.code, f"{WRONG.get(error.code, UNREADABLE)} ({error.message})") from error


def _check_fit(programme: Programme, version: ModelVersion, curve: Curve) -> None:
    """The model is one of this programme's, its own score was measured, on pictures and for a use that occur here."""
    if version.modality != programme.modality or version.purpose not in SCORED:
        raise Refused("wrong_modality", _("This model was made for another part of the body, or has no threshold."))
    taken = programme.kind.class_codes
    made_for = version.manifest.get("capture_classes", [])
    if curve.capture_class not in taken or curve.capture_class not in made_for:
        raise Refused("wrong_class", _(
            "%(name)s is no kind of picture that both this programme takes and the model was made for. Calibrate with "
            "one of: %(known)s."
        ) % {"name": curve.capture_class, "known": ", ".join(k for k in taken if k in made_for) or "–"})  # fmt: skip
    if curve.use != programme.use:
        raise Refused("wrong_use", _(
            "This was measured for another use. Run manage.py calibrate again with --use %(use)s, on such people."
        ) % {"use": programme.use})  # fmt: skip
    labels = version.manifest.get("output", {}).get("positive", [])
    if curve.label != "+".join(labels):
        raise Refused("wrong_score", _(
            "This was measured on the score %(label)s, but the model decides by %(own)s. Calibrate without --label."
        ) % {"label": curve.label, "own": "+".join(labels)})  # fmt: skip


def _owner(name: str, by: Any) -> Any:
    if not name:
        return by
    owner = User.objects.filter(username=name, is_active=True).first()
    if owner is None:
        raise Refused("no_owner", _(
            "Nobody here signs in as %(name)s, who is to answer for it. Run manage.py calibrate again with --owner."
        ) % {"name": name})  # fmt: skip
    return owner


def read(kept: Calibration) -> curves.Calibration:
    """A kept calibration as it was read when it came in, checked again."""
    found: curves.Calibration = _told(lambda: curves.calibration(kept.content))
    return found


@transaction.atomic
def propose_file(by: Any, kept: Calibration, site: Site | None = None) -> Proposal:
    """Ask for the thresholds the file proposes. Raises Refused."""
    found = read(kept)
    return propose_points(by, kept.programme, kept.model_version, found.curve, found.points, kept=kept, site=site)


def own_curve(version: ModelVersion, capture_class: str) -> Curve | None:
    """The curve a pack brings for a kind of picture. Raises Refused where it is damaged."""
    found: Curve | None = _told(lambda: curves.of_pack(version.manifest, capture_class))
    return found


@transaction.atomic
def propose_row(
    by: Any, programme: Programme, version: ModelVersion, curve: Curve, row: Row, target: float,
    kept: Calibration | None = None,
) -> Proposal:  # fmt: skip
    """Ask for one threshold of a curve, if it proves the target. Raises Refused."""
    if not 0 < target < 1 or curve.lower(row) < target:
        raise Refused("unproven", str(WRONG["unproven"]))
    _check_fit(programme, version, curve)
    return propose_points(by, programme, version, curve, [Point(row, target, curve.stratum)], kept=kept)


def propose_points(
    by: Any, programme: Programme, version: ModelVersion, curve: Curve, points: Iterable[Point], *,
    kept: Calibration | None = None, site: Site | None = None,
) -> Proposal:  # fmt: skip
    """Write the thresholds down as operating points, and ask for them."""
    written = [_operating_point(by, version, curve, point, kept) for point in points]
    return in_force.propose(by, programme, version, written, site=site)


def _operating_point(
    by: Any, version: ModelVersion, curve: Curve, point: Point, kept: Calibration | None
) -> OperatingPoint:
    row = point.row
    facts = {
        "sensitivity": row.sensitivity or 0.0, "specificity": row.specificity or 0.0, "confidence": curve.confidence,
        "sensitivity_lower": lower_bound(row.tp, row.tp + row.fn, curve.confidence),
        "positives": row.tp + row.fn, "negatives": row.fp + row.tn, "measured_on": curve.measured_on,
        "expires_on": kept.expires_on if kept else None,
    }  # fmt: skip
    written, new = OperatingPoint.objects.get_or_create(
        model_version=version, label=curve.label, capture_class=curve.capture_class, use=curve.use,
        stratum=point.stratum, threshold=row.threshold, target_sensitivity=point.target, data=curve.data[:240],
        defaults={**facts, "owner": kept.owner if kept else by},
    )  # fmt: skip
    if not new and any(getattr(written, name) != facts[name] for name in ("positives", "negatives", "expires_on")):
        raise Refused("other_evidence", _(
            "A threshold with this evidence is kept already, with other counts or another last day. Name the "
            "new set otherwise: calibrate with --data."
        ))  # fmt: skip
    if not new and not written.holds():
        raise Refused("out_of_date", _("This threshold has expired: measure it again."))
    return written
