"""One visit: its photos, their states, what is still to do, and the answer that appears by itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow
from inference.blobs import StorageFull
from screening import rules
from screening.messages.notices import seen as see
from screening.models import Encounter, IdentityAlert, IdentityAnswer, Image, SetAside
from screening.refusal import Refused
from screening.views.shell import fragment, whole
from screening.views.visit.gathered import visit_of
from screening.visit import pictures
from screening.visit.answers import mark_unobtainable
from screening.visit.hand_in import hand_in
from screening.words import refusals, sentences
from screening.words.sentences import Stand

# Seconds until the page asks again: soon at first, then ever more slowly; the last holds.
ASK_AGAIN_AFTER = (1, 1, 2, 2, 3, 5, 8, 13, 20, 30)
SLOW = 7


def to_record(request: HttpRequest, pk: uuid.UUID) -> Encounter:
    """The visit, to add to. 404 where it may not be seen, 403 where it may only be seen."""
    visible = Encounter.objects.visible_to(request.user)
    encounter = get_object_or_404(visible.with_standing(), pk=pk)
    if not Encounter.objects.recordable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return encounter


def _show(request: HttpRequest, encounter: Encounter, template: str, status: int = 200, **more: Any) -> HttpResponse:
    fresh = Encounter.objects.with_standing().get(pk=encounter.pk)
    visit = visit_of(fresh, request.user)
    changed = request.GET.get("print") != visit.print
    asks = 0 if changed else whole(request.GET.get("asks"), 0)
    kind = visit.kind
    context = {
        "visit": visit, "locked": sentences.locked(), "encounter": fresh, "patient": fresh.patient, "asks": asks + 1,
        "delay": ASK_AGAIN_AFTER[min(asks, len(ASK_AGAIN_AFTER) - 1)] if visit.expects else None,
        "slow": visit.stand is Stand.ASSESSING and asks >= SLOW, "late": asks == SLOW,
        "changed": changed,
        "classes": pictures.photo_classes(kind).items(), "chosen": request.session.get(f"capture_{kind.code}", ""),
        "by_file": _by_file(kind), "whys": _whys(kind), "excuses": sentences.unobtainable_choices(kind),
        "limit": settings.FIELDLIGHT_UPLOAD_LIMIT, **more,
    }  # fmt: skip
    return render(request, template, context, status=status)


def _by_file(kind: rules.Modality) -> str:
    """That some pictures say themselves how they were taken; "" where none does, or where it changes nothing."""
    return _(kind.says.by_file) if len(kind.photo_classes) < len(kind.capture_classes) else ""


def _whys(kind: rules.Modality) -> list[tuple[str, str]]:
    """Why a photo may not belong here, in words that fit what is photographed."""
    other = {SetAside.Why.OTHER_VIEW.value: _(kind.says.other_view)}
    return [(code, other.get(code) or str(words)) for code, words in SetAside.Why.choices]


@allow("encounter.view")
def encounter(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The visit. As a fragment: what changed since the page last asked."""
    found = get_object_or_404(Encounter.objects.visible_to(request.user), pk=pk)
    return _show(
        request, found, "screening/visit/_pulse.html" if fragment(request) else "screening/visit/encounter.html"
    )


@allow("image.add")
@require_POST
def add_image(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take in one photo of one view. What is refused is said beside that view; nothing else is lost."""
    encounter = to_record(request, pk)
    view = request.POST.get("view", "")
    try:
        image, new = _take(request, encounter, view)
    except (Refused, StorageFull) as error:
        return _refuse(request, encounter, view, error)
    if not fragment(request):
        return redirect("encounter", pk)
    return _show(request, encounter, "screening/visit/_added.html", added=image.pk, new=new, view=view)


def _take(request: HttpRequest, encounter: Encounter, view: str) -> tuple[Image, bool]:
    """Raises Refused, StorageFull."""
    upload = next((file for file in request.FILES.getlist("photo") if file), None)
    if upload is None:
        raise Refused("no_file", _("No photo came with it. Take the photo, or choose a file."))
    if (upload.size or 0) > settings.FIELDLIGHT_UPLOAD_LIMIT:
        megabytes = settings.FIELDLIGHT_UPLOAD_LIMIT // 1024**2
        raise Refused("too_large", _("The file is larger than %(n)d MB. Send a smaller one.") % {"n": megabytes})
    data = upload.read()
    how = _capture_class(request, encounter.programme.kind)
    return pictures.accept(request.user, encounter, view=view, data=data, capture_class=how)


def _capture_class(request: HttpRequest, kind: rules.Modality) -> str:
    """How the photo was taken, chosen once and remembered for the session."""
    key = f"capture_{kind.code}"
    chosen = str(request.POST.get("capture_class") or request.session.get(key, ""))
    if chosen in pictures.photo_classes(kind):
        request.session[key] = chosen
    return chosen


def _refuse(request: HttpRequest, encounter: Encounter, view: str, error: Refused | StorageFull) -> HttpResponse:
    if view not in encounter.programme.views:
        raise Http404
    template = "screening/visit/_refusal.html" if fragment(request) else "screening/visit/encounter.html"
    said, status = refusals.sentence(error), refusals.OTHERWISE if fragment(request) else refusals.status(error)
    return _show(request, encounter, template, status=status, refused=said, refused_view=view)


@allow("encounter.record")
@require_POST
def unobtainable(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    encounter = to_record(request, pk)
    view = request.POST.get("view", "")
    try:
        mark_unobtainable(request.user, encounter, view, request.POST.get("why", ""))
    except Refused as refusal:
        return _refuse(request, encounter, view, refusal)
    return redirect("encounter", pk)


@allow("encounter.record")
@require_POST
def finish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    encounter = to_record(request, pk)
    try:
        hand_in(request.user, encounter)
    except Refused as refusal:
        return _show(
            request, encounter, "screening/visit/encounter.html", status=422, not_handed_in=refusals.sentence(refusal)
        )
    return redirect("encounter", pk)


@allow("identity.resolve")
@require_POST
def identity(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody who sees the patient says whether the picture is theirs."""
    visible = Encounter.objects.visible_to(request.user)
    alert = get_object_or_404(IdentityAlert.objects.select_related("image").filter(image__encounter__in=visible), pk=pk)
    answers = {"yes": IdentityAnswer.Says.BELONGS_HERE, "no": IdentityAnswer.Says.WRONG}
    says = answers.get(request.POST.get("belongs", ""))
    if says:
        pictures.answer_alert(request.user, alert, says)
    return redirect("encounter", alert.image.encounter_id)


def _own_image(request: HttpRequest, pk: uuid.UUID) -> Image:
    visible = Image.objects.filter(encounter__in=Encounter.objects.visible_to(request.user))
    image = get_object_or_404(visible.select_related("encounter"), pk=pk)
    to_record(request, image.encounter_id)
    return image


@allow("image.add")
@require_POST
def set_aside(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The worker sees that a picture does not belong here."""
    picture = _own_image(request, pk)
    why = request.POST.get("why", "")
    if why in SetAside.Why.values:
        return _moved(request, picture, lambda: pictures.set_aside(request.user, picture, SetAside.Why(why)))
    messages.error(request, _("Say why the photo does not belong here."))
    return redirect("encounter", picture.encounter_id)


@allow("image.add")
@require_POST
def put_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    picture = _own_image(request, pk)
    return _moved(request, picture, lambda: pictures.put_back(request.user, picture))


def _moved(request: HttpRequest, picture: Image, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusals.sentence(refusal))
    return redirect("encounter", picture.encounter_id)


@allow("notice.see")
@require_POST
def seen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The page was in front of somebody: its notices are seen."""
    encounter = get_object_or_404(Encounter.objects.visible_to(request.user), pk=pk)
    see(encounter, request.user)
    return HttpResponse(status=204)


urls: list[URLPattern] = [
    path("encounters/<uuid:pk>/", encounter, name="encounter"),
    path("encounters/<uuid:pk>/images/", add_image, name="add_image"),
    path("images/<uuid:pk>/set-aside/", set_aside, name="set_aside"),
    path("images/<uuid:pk>/put-back/", put_back, name="put_back"),
    path("encounters/<uuid:pk>/unobtainable/", unobtainable, name="unobtainable"),
    path("encounters/<uuid:pk>/hand-in/", finish, name="hand_in"),
    path("encounters/<uuid:pk>/seen/", seen, name="seen"),
    path("alerts/<uuid:pk>/", identity, name="identity"),
]
