"""Calibrations handed in, the thresholds they and the packs' own evidence offer, and proposing one of them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from inference.models import ModelVersion
from screening.models import Programme
from screening.protocol import calibration_file
from screening.refusal import Refused
from screening.views.protocol.explorer import Source, explorer, number
from screening.views.protocol.in_force import overseen
from screening.words import refusals


def _handed_in(programme: Programme, pk: str) -> Source:
    kept = programme.calibrations.select_related("model_version", "owner").filter(pk=pk).first()
    if kept is None:
        raise Http404
    found = calibration_file.read(kept)
    first = found.points[0]
    return Source(programme, kept.model_version, found.curve, first.target, first.row.threshold, kept)


def _of_pack(programme: Programme, version: str, capture: str) -> Source:
    found = ModelVersion.objects.filter(
        pk=version, modality=programme.modality, purpose__in=calibration_file.SCORED
    ).first()  # fmt: skip
    curve = calibration_file.own_curve(found, capture) if found else None
    if found is None or curve is None:
        raise Http404
    point = found.operating_points.filter(capture_class=capture).order_by("created_at").first()
    return Source(
        programme, found, curve, point.target_sensitivity if point else 0.9, point.threshold if point else None
    )


@allow("models.view")
def handed_in(request: HttpRequest, programme: str, pk: UUID) -> HttpResponse:
    """Explore a calibration that was handed in."""
    chosen = overseen(request, programme)
    try:
        return explorer(request, _handed_in(chosen, str(pk)))
    except Refused as refusal:  # kept by an earlier release, which read it less strictly
        messages.error(request, refusals.sentence(refusal))
        return redirect("models_programme", chosen.code)


@allow("models.view")
def of_pack(request: HttpRequest, programme: str, version: str, capture: str) -> HttpResponse:
    """Explore the evidence a pack brought itself."""
    return explorer(request, _of_pack(overseen(request, programme), version, capture))


@allow("models.propose")
@require_POST
def hand_in(request: HttpRequest, programme: str) -> HttpResponse:
    """A calibration.json: kept, and looked at or its thresholds proposed at once."""
    chosen, given = overseen(request, programme), request.FILES.get("calibration")
    site = chosen.sites.filter(code=request.POST.get("site") or None).first()
    try:
        if given is None or (given.size or 0) > calibration_file.LARGEST:
            raise Refused("no_file", str(calibration_file.UNREADABLE))
        kept = calibration_file.take_in(request.user, chosen, given.read())
        if request.POST.get("then") != "propose":
            return redirect("thresholds_handed_in", chosen.code, kept.pk)
        calibration_file.propose_file(request.user, kept, site)
    except Refused as refused:
        messages.error(request, refusals.sentence(refused))
    else:
        messages.success(request, _("Proposed. A second person must sign it."))
    return redirect("models_programme", chosen.code)


@allow("models.propose")
@require_POST
def propose_threshold(request: HttpRequest, programme: str) -> HttpResponse:
    """Propose one threshold of a curve; refused where its bound does not reach the target."""
    chosen, post = overseen(request, programme), request.POST
    threshold, target = number(post.get("threshold")), number(post.get("target"))
    if threshold is None or target is None:
        raise Http404
    source = (
        _handed_in(chosen, _uuid(post["calibration"]))
        if post.get("calibration")
        else _of_pack(chosen, post.get("version", ""), post.get("capture", ""))
    )
    try:
        row = source.curve.at(threshold)
        calibration_file.propose_row(request.user, chosen, source.version, source.curve, row, target, source.kept)
    except Refused as refused:
        messages.error(request, refusals.sentence(refused))
    else:
        messages.success(request, _("Proposed. A second person must sign it."))
    return redirect("models_programme", chosen.code)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Http404 from None


urls: list[URLPattern] = [
    path("models/<slug:programme>/calibrations/", hand_in, name="calibration_hand_in"),
    path("models/<slug:programme>/calibrations/<uuid:pk>/", handed_in, name="thresholds_handed_in"),
    path("models/<slug:programme>/packs/<slug:version>/<slug:capture>/", of_pack, name="thresholds_of_pack"),
    path("models/<slug:programme>/thresholds/", propose_threshold, name="threshold_propose"),
]
