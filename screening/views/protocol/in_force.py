"""The models of a programme: in force, on trial, waiting for a signature, watched, and what was before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import allow, may
from accounts.models import Site
from inference import pack
from inference.models import ModelVersion
from inference.rounding import floored
from inference.thresholds.evidence import HARDLY
from screening.models import Alarm, AlarmAnswer, Programme, Proposal, SignOff, ThresholdChoice
from screening.models.choices import capture_class_label
from screening.protocol import in_force
from screening.protocol.calibration_file import SCORED
from screening.protocol.comparison import compare
from screening.protocol.drift_watch import watched_at
from screening.refusal import Refused
from screening.views.protocol.explorer import sources
from screening.views.protocol.trial import trial_page
from screening.words import refusals

PURPOSES = ModelVersion.Purpose
HISTORY = 30


def overseen(request: HttpRequest, code: str) -> Programme:
    """Raises Http404 for a programme whose models the person does not look after."""
    found = in_force.overseen(request.user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


@allow("models.view")
def models(request: HttpRequest) -> HttpResponse:
    """The first programme the person looks after; a page that says so where there is none."""
    first = in_force.overseen(request.user).first()
    if first is None:
        return render(request, "screening/figures/none.html")
    return redirect("models_programme", first.code)


@allow("models.view")
def models_programme(request: HttpRequest, programme: str) -> HttpResponse:
    chosen = overseen(request, programme)
    return render(
        request,
        "screening/protocol/models.html",
        {
            "programme": chosen,
            "programmes": in_force.overseen(request.user),
            "alarms": chosen.alarms.open().select_related("site"),
            "waiting": _waiting(request, chosen),
            "force": [_in_force(request, chosen, purpose) for purpose in _purposes(chosen)],
            "versions": _versions(chosen),
            "sources": sources(chosen),
            "sites": chosen.sites.all(),
            "watched": [_watched(chosen, site) for site in chosen.sites.all()],
            "history": chosen.model_choices.select_related("model_version", "chosen_by", "approved_by")[:HISTORY],
            "may": {duty: may(request.user, f"models.{duty}") for duty in ("propose", "sign", "withdraw")},
            "may_answer": may(request.user, "alarm.answer"),
        },
    )


def _versions(programme: Programme) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(modality=programme.modality).order_by("purpose", "name", "-installed_at")


def _purposes(programme: Programme) -> list[str]:
    """Gate and finding always; a second finding and an aid where there is a model for it."""
    known = set(_versions(programme).values_list("purpose", flat=True))
    return [purpose for purpose in PURPOSES.values if purpose in known or purpose in (PURPOSES.GATE, PURPOSES.FINDING)]


def _waiting(request: HttpRequest, programme: Programme) -> list[dict[str, Any]]:
    waiting = programme.proposals.open().select_related("model_version", "proposed_by", "site")
    return [
        {"proposal": proposal, "points": _proposed(proposal),
         "own": proposal.proposed_by == request.user, "heat": heat_map(proposal.model_version),
         "new": programme.model_in_force(proposal.model_version.purpose) != proposal.model_version}
        for proposal in waiting
    ]  # fmt: skip


def _proposed(proposal: Proposal) -> list[dict[str, Any]]:
    """The thresholds asked for, each with the one in force that it would take the place of."""
    signed = {
        (choice.site_id, point.capture_class, point.use, point.stratum): point
        for choice in in_force.thresholds_in_force(proposal.programme, proposal.model_version)
        for point in [choice.operating_point]
    }
    rows = []
    for point in proposal.operating_points.all():
        old = signed.get((proposal.site_id, point.capture_class, point.use, point.stratum))
        rows.append({**_evidence(point), "instead": _evidence(old) if old and old != point else None})
    return rows


def _evidence(point: Any) -> dict[str, Any]:
    """An operating point in words: percentages rounded so that none looks better than it is."""
    return {
        "point": point,
        "capture": capture_class_label(point.capture_class),
        "group": point.stratum.replace(";", ", ").replace("=", " ") or _("everybody"),
        "ages": point.model_version.manifest.get("age_range"),
        "sensitivity": f"{100 * point.sensitivity:.0f} %",
        "bound": f"{100 * floored(point.sensitivity_lower, 2):.0f} %",
        "specificity": f"{100 * point.specificity:.0f} %", "threshold": f"{point.threshold:.3f}",
        "holds": point.holds(), "hardly": point.specificity < HARDLY,
    }  # fmt: skip


def _in_force(request: HttpRequest, programme: Programme, purpose: str) -> dict[str, Any]:
    version, trial = programme.model_in_force(purpose), programme.shadow(purpose)
    choice = programme.model_choices.filter(purpose=purpose).select_related("chosen_by", "approved_by").first()
    chosen = in_force.thresholds_in_force(programme, version) if version and purpose in SCORED else []
    bound = [{"choice": one, **_evidence(one.operating_point)} for one in chosen]
    signed = {
        row["point"].capture_class for row in bound if row["holds"] and row["point"].use == programme.use
    }  # fmt: skip
    unbound = [code for code in programme.kind.class_codes if code not in signed]
    return {
        "purpose": PURPOSES(purpose), "version": version, "choice": choice, "thresholds": bound,
        "unbound": [capture_class_label(code) for code in unbound] if purpose in SCORED else [],
        "decides": purpose != PURPOSES.AID, "heat": heat_map(version),
        "before": in_force.before(programme, purpose), "trial": trial,
        "compared": _compared(request, programme, purpose) if trial else "",
    }  # fmt: skip


def heat_map(version: ModelVersion | None) -> dict[str, Any] | None:
    """What the shuffle test found of a model's heat map, in words; None where it has no map, or was not tested."""
    found = version.heat_test if version else None
    if not found:
        return None
    alike = "" if found["alike"] is None else f"{found['alike']:.2f}"
    return {**found, "alike": alike, "on_organ": _whole(found.get("on_organ")), "judged": found["passed"] is not None}


def _whole(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _compared(request: HttpRequest, programme: Programme, purpose: str) -> str:
    found = compare(request.user, programme, purpose)
    count, flips = (len(found.pairs), len(found.flips)) if found else (0, 0)
    pictures = ngettext("Both have scored %(n)d picture.", "Both have scored %(n)d pictures.", count) % {"n": count}
    flipped = ngettext("%(n)d would be decided otherwise.", "%(n)d would be decided otherwise.", flips) % {"n": flips}
    return f"{pictures} {flipped}"


def _watched(programme: Programme, site: Site) -> dict[str, Any]:
    known = watched_at(programme, site)
    learnt = len(known.reference) if known else 0
    alarms = programme.alarms.filter(site=site)
    return {
        "site": site, "alarmed": alarms.open().exists(), "learnt": learnt,
        "learning": known is None or known.learning, "alarms": alarms.select_related("answer__by")[:5],
    }  # fmt: skip


@allow("models.view")
def model_card(request: HttpRequest, programme: str, version: str) -> HttpResponse:
    """What a model says about itself: its card, as its makers wrote it."""
    chosen = overseen(request, programme)
    found = ModelVersion.objects.filter(pk=version, modality=chosen.modality).first()
    if found is None:
        raise Http404
    try:
        loaded = pack.load(settings.FIELDLIGHT_PACKS / found.sha256)
        text = loaded.read(loaded.manifest.card).decode("utf-8", "replace")
    except pack.PackError as error:
        text = str(error)
    return render(request, "screening/protocol/model_card.html", {
        "programme": chosen, "version": found, "text": text, "heat": heat_map(found),
    })  # fmt: skip


@allow("models.view")
def model_trial(request: HttpRequest, programme: str, purpose: str) -> HttpResponse:
    """The model on trial beside the one in force, over the same pictures."""
    chosen = overseen(request, programme)
    found = compare(request.user, chosen, purpose) if purpose in PURPOSES else None
    if found is None:
        raise Http404
    return trial_page(request, chosen, purpose, found)


# --------------------------------------------------------------------------------------------------- changing things


def _doing(request: HttpRequest, programme: Programme, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and say so, or say why not; then back to the programme's page."""
    try:
        act()
    except Refused as refused:
        messages.error(request, refusals.sentence(refused))
    else:
        messages.success(request, done)
    return redirect("models_programme", programme.code)


def _version(request: HttpRequest, programme: Programme) -> ModelVersion | None:
    return _versions(programme).filter(pk=request.POST.get("version", "")).first()


@allow("models.propose")
@require_POST
def propose(request: HttpRequest, programme: str) -> HttpResponse:
    chosen = overseen(request, programme)
    version, site = _version(request, chosen), None
    if version is None:
        messages.error(request, _("Choose a model."))
        return redirect("models_programme", chosen.code)
    if code := request.POST.get("site", ""):
        site = chosen.sites.filter(code=code).first()
    return _doing(request, chosen, lambda: in_force.propose(request.user, chosen, version, site=site),
                  _("Proposed. A second person must sign it."))  # fmt: skip


@allow("models.propose")
@require_POST
def trial(request: HttpRequest, programme: str) -> HttpResponse:
    """Put a model on trial, or (without one) end the trial of a purpose."""
    chosen, version = overseen(request, programme), None
    purpose = request.POST.get("end", "")
    if purpose not in PURPOSES:
        version = _version(request, chosen)
        if version is None:
            messages.error(request, _("Choose a model."))
            return redirect("models_programme", chosen.code)
        purpose = version.purpose
    done = _("On trial: it scores every new picture and decides nothing.") if version else _("The trial has ended.")
    return _doing(request, chosen, lambda: in_force.shadow(request.user, chosen, purpose, version), done)


@allow("models.withdraw")
@require_POST
def roll_back(request: HttpRequest, programme: str) -> HttpResponse:
    chosen, purpose = overseen(request, programme), request.POST.get("purpose", "")
    if purpose not in PURPOSES:
        raise Http404
    return _doing(request, chosen, lambda: in_force.roll_back(request.user, chosen, purpose),
                  _("Rolled back. The thresholds once signed for this model hold again."))  # fmt: skip


@allow("models.withdraw")
@require_POST
def withdraw(request: HttpRequest, programme: str) -> HttpResponse:
    """Take one threshold out of force."""
    chosen, number = overseen(request, programme), request.POST.get("choice", "")
    found: ThresholdChoice | None = None
    if number.isascii() and number.isdigit() and len(number) < 16:
        found = chosen.threshold_choices.filter(pk=int(number)).first()
    if found is None:
        raise Http404
    return _doing(request, chosen, lambda: in_force.withdraw(request.user, found),
                  _("Withdrawn: a human reads these pictures from now on."))  # fmt: skip


@allow("models.sign")
@require_POST
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A second person's word on a proposal."""
    waiting = Proposal.objects.overseen(in_force.overseen(request.user)).select_related("programme", "model_version")
    proposal = waiting.filter(pk=pk).first()
    if proposal is None:
        raise Http404
    says = SignOff.Says.APPROVED if request.POST.get("says") == SignOff.Says.APPROVED else SignOff.Says.DECLINED
    done = _("Signed: in force from now on.") if says == SignOff.Says.APPROVED else _("Declined: nothing changes.")
    return _doing(request, proposal.programme, lambda: in_force.sign(request.user, proposal, says), done)


@allow("alarm.answer")
@require_POST
def answer_alarm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody looked into an alarm of the drift watch."""
    alarm = Alarm.objects.overseen(in_force.overseen(request.user)).select_related("programme").filter(pk=pk).first()
    if alarm is None:
        raise Http404
    says = request.POST.get("says", "")
    if says not in AlarmAnswer.Says:
        messages.error(request, _("Say what you found."))
        return redirect("models_programme", alarm.programme.code)
    others = alarm.programme.alarms.open().filter(site=alarm.site).exclude(pk=alarm.pk).exists()
    if not alarm.programme.drift_fallback:
        done = _("Answered.")
    elif others:
        done = _("Answered. Another alarm of this site is open: until it is answered too, a human reads every visit.")
    else:
        done = _("Answered. Pictures of this site are decided as before.")
    return _doing(
        request, alarm.programme, lambda: in_force.answer_alarm(request.user, alarm, AlarmAnswer.Says(says)), done
    )


urls: list[URLPattern] = [
    path("models/", models, name="models"),
    path("models/<slug:programme>/", models_programme, name="models_programme"),
    path("models/<slug:programme>/propose/", propose, name="model_propose"),
    path("models/<slug:programme>/trial/", trial, name="model_shadow"),
    path("models/<slug:programme>/trial/<slug:purpose>/", model_trial, name="model_trial"),
    path("models/<slug:programme>/roll-back/", roll_back, name="model_roll_back"),
    path("models/<slug:programme>/withdraw/", withdraw, name="threshold_withdraw"),
    path("models/<slug:programme>/cards/<slug:version>/", model_card, name="model_card"),
    path("proposals/<uuid:pk>/sign/", sign, name="proposal_sign"),
    path("alarms/<uuid:pk>/answer/", answer_alarm, name="alarm_answer"),
]
