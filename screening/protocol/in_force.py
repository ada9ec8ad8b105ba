"""Bring models into force and take them out again: trial, proposal, second signature, roll back. History is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import roles_of, sites_of
from accounts.audit import record
from accounts.models import Role, Site
from inference.models import ModelVersion, OperatingPoint
from screening.models import (
    Alarm,
    AlarmAnswer,
    ModelChoice,
    Programme,
    Proposal,
    ShadowChoice,
    SignOff,
    ThresholdChoice,
)
from screening.protocol.standard_programmes import take_into_force
from screening.refusal import Refused


def overseen(user: Any) -> QuerySet[Programme]:
    """The programmes whose models a person looks after: managers theirs, the technician all."""
    if Role.ADMINISTRATOR in roles_of(user):
        return Programme.objects.all()
    sites = sites_of(user, Role.PROGRAMME_MANAGER, Role.SITE_MANAGER)
    return Programme.objects.visible_to(user).filter(sites__in=sites).distinct()


def own_points(programme: Programme, version: ModelVersion) -> list[OperatingPoint]:
    """The operating points of a version that could bind in this programme: its use, its pictures, not expired."""
    classes = programme.kind.class_codes
    points = version.operating_points.filter(use=programme.use, capture_class__in=classes)
    return [point for point in points if point.holds()]


@transaction.atomic
def propose(
    by: Any, programme: Programme, version: ModelVersion, points: Iterable[OperatingPoint] | None = None,
    site: Site | None = None,
) -> Proposal:  # fmt: skip
    """Ask for a model, and operating points of its own, to be taken into force. Nothing changes yet. Raises Refused."""
    if version.modality != programme.modality:
        raise Refused("wrong_modality", _("This model was made for another part of the body."))
    chosen = own_points(programme, version) if points is None else list(points)
    _check_points(programme, version, chosen)
    if site and not programme.sites.filter(pk=site.pk).exists():
        raise Refused("wrong_site", _("This programme is not run at that site."))
    _check_new(programme, version, chosen, site)
    proposal = Proposal.objects.create(programme=programme, model_version=version, site=site, proposed_by=by)
    proposal.operating_points.set(chosen)
    record(by, "model.proposed", proposal, programme=str(programme.pk), model=version.pk,
           operating_points=[str(point.pk) for point in chosen])  # fmt: skip
    return proposal


def _check_new(
    programme: Programme, version: ModelVersion, points: Iterable[OperatingPoint], site: Site | None
) -> None:  # fmt: skip
    """Neither in force as it is, nor waiting for a signature: a second card for the same would be signed twice."""
    wanted = {point.pk for point in points}
    if programme.model_in_force(version.purpose) == version:
        if not wanted:
            raise Refused("nothing_new", _("This model is in force already, and no threshold was chosen."))
        bound = thresholds_in_force(programme, version)
        if wanted <= {choice.operating_point_id for choice in bound if choice.site == site}:
            raise Refused("nothing_new", _("This model and its thresholds are in force already."))
    for other in programme.proposals.open().filter(model_version=version, site=site):
        if wanted == set(other.operating_points.values_list("pk", flat=True)):
            raise Refused("proposed", _("The same is proposed already and waits for a signature."))


def _check_points(programme: Programme, version: ModelVersion, points: Iterable[OperatingPoint]) -> None:
    for point in points:
        if point.model_version_id != version.pk:
            raise Refused("foreign_threshold", _("A threshold belongs to one model only. It is never inherited."))
        if not point.holds():
            raise Refused("out_of_date", _("This threshold has expired: measure it again."))
        if point.use != programme.use:
            raise Refused("wrong_use", _("This threshold was measured for another use."))
        if point.capture_class not in programme.kind.class_codes:
            raise Refused("wrong_class", _("This programme takes no such pictures."))


@transaction.atomic
def sign(by: Any, proposal: Proposal, says: SignOff.Says) -> SignOff:
    """A second person approves or declines. Approved, it is in force from now on. Raises Refused."""
    if by == proposal.proposed_by:
        raise Refused("own_proposal", _("Who proposes does not sign: ask a second person."))
    try:
        with transaction.atomic():
            signed = SignOff.objects.create(proposal=proposal, proposed_by=proposal.proposed_by, by=by, says=says)
    except IntegrityError:
        raise Refused("signed", _("Somebody has signed this already.")) from None
    record(by, "model.signed", proposal, says=says, programme=str(proposal.programme_id))
    if says == SignOff.Says.APPROVED:
        _apply(proposal, by)
    return signed


def _apply(proposal: Proposal, by: Any) -> None:
    programme, version = proposal.programme, proposal.model_version
    points = list(proposal.operating_points.all())
    _check_points(programme, version, points)  # days may have passed: one may have expired
    take_into_force(programme, version, proposal.proposed_by, approved_by=by, points=points, site=proposal.site)
    if programme.shadow(version.purpose) == version:
        ShadowChoice.objects.create(programme=programme, purpose=version.purpose, chosen_by=by)


@transaction.atomic
def shadow(by: Any, programme: Programme, purpose: str, version: ModelVersion | None) -> ShadowChoice:
    """Let a model score every new photo beside the one in force; None ends it. Raises Refused."""
    if version is not None:
        if (version.modality, version.purpose) != (programme.modality, purpose):
            raise Refused("wrong_modality", _("This model was made for another part of the body."))
        if programme.model_in_force(purpose) == version:
            raise Refused("in_force", _("This model is in force already."))
    choice = ShadowChoice.objects.create(programme=programme, purpose=purpose, model_version=version, chosen_by=by)
    record(by, "model.shadow", programme, model=version.pk if version else "", purpose=purpose)
    return choice


def before(programme: Programme, purpose: str) -> ModelVersion | None:
    """The version a roll back returns to: the one that was switched away from last. None where there is none."""
    standing: list[ModelVersion] = []
    for choice in programme.model_choices.filter(purpose=purpose).order_by("since", "pk"):
        if choice.why == ModelChoice.Why.ROLLED_BACK and len(standing) > 1:
            standing.pop()
        elif not standing or standing[-1] != choice.model_version:
            standing.append(choice.model_version)
    return standing[-2] if len(standing) > 1 else None


@transaction.atomic
def roll_back(by: Any, programme: Programme, purpose: str) -> ModelVersion:
    """Back to the version before, with the thresholds once signed for that very version. One person may, at once.

    Raises Refused where there is nothing to go back to.
    """
    version = before(programme, purpose)
    if version is None:
        raise Refused("no_version", _("There is no earlier model to go back to."))
    choice = ModelChoice.objects.create(
        programme=programme, purpose=purpose, model_version=version, chosen_by=by, why=ModelChoice.Why.ROLLED_BACK
    )
    record(by, "model.rolled_back", programme, model=version.pk, choice=choice.pk)
    return version


@transaction.atomic
def withdraw(by: Any, choice: ThresholdChoice) -> ThresholdChoice:
    """Take a threshold out of force: from now on a human reads what it bound. One person may, at once."""
    back = ThresholdChoice.objects.create(
        programme=choice.programme, operating_point=choice.operating_point, site=choice.site, chosen_by=by,
        withdrawn=True,
    )  # fmt: skip
    record(by, "threshold.withdrawn", choice.programme, operating_point=str(choice.operating_point_id))
    return back


def thresholds_in_force(programme: Programme, version: ModelVersion) -> list[ThresholdChoice]:
    """The newest choice of every site, capture class and group for this version, without those withdrawn or expired."""
    newest: dict[tuple[object, ...], ThresholdChoice] = {}
    chosen = programme.threshold_choices.bound().filter(operating_point__model_version=version)
    for choice in chosen.select_related("operating_point", "site", "chosen_by", "approved_by").order_by("since", "pk"):
        point = choice.operating_point
        newest[choice.site_id, point.capture_class, point.use, point.stratum] = choice
    return [choice for choice in newest.values() if not choice.withdrawn]


@transaction.atomic
def answer_alarm(by: Any, alarm: Alarm, says: AlarmAnswer.Says) -> AlarmAnswer:
    """A manager looked into it. The first answer holds; with no other alarm open the site is decided as before."""
    answer, new = AlarmAnswer.objects.get_or_create(alarm=alarm, defaults={"says": says, "by": by})
    if new:
        record(by, "alarm.answered", alarm, says=says)
    return answer


def open_alarms(user: Any) -> list[Alarm]:
    """Alarms of the drift watch that a person should know of, on whatever page they start."""
    return list(Alarm.objects.open().overseen(overseen(user)).select_related("site", "programme"))
