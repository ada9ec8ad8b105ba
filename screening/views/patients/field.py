"""The field worker's pages: my patients, enrol, consent, questions, slip. The photos are in `capture`."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import allow, may, sites_of
from accounts.models import Role
from screening import rules
from screening.follow_up import to_do
from screening.models import Consent, ConsentText, Encounter, Patient, Programme
from screening.patients.enrol import enrol
from screening.patients.forms import EnrolForm
from screening.refusal import BadAnswers, Incorrect, Refused
from screening.rules import questionnaire
from screening.views.shell import fragment, whole
from screening.views.visit import capture
from screening.visit.answers import record_answers
from screening.visit.begin import open_encounter
from screening.visit.consent import consented, record_consent, wording
from screening.visit.hand_in import going_on
from screening.words import refusals, sentences

PAGE = 30
NONE: Mapping[str, str] = {}
ERRANDS = 12
ASK_AGAIN_AFTER = (5, 5, 10, 10, 20, 30, 60)  # seconds until the list asks again


@dataclass
class PatientRow:
    """One patient in the list, with where each of their last visits stands."""

    patient: Patient
    visits: list[tuple[Encounter, sentences.Badge]] = field(default_factory=list)


def rows(patients: Iterable[Patient]) -> list[PatientRow]:
    """The patients with their last encounter per programme, in a fixed number of queries."""
    listed = {patient.pk: PatientRow(patient) for patient in patients}
    newest = Encounter.objects.newest_of([row.patient for row in listed.values()])
    for encounter in newest.with_standing().order_by("-started_at"):
        listed[encounter.patient_id].visits.append((encounter, sentences.badge(encounter)))
    return list(listed.values())


@allow("patient.list")
def patients(request: HttpRequest) -> HttpResponse:
    """My patients, today's first. The words searched for are posted: a name never stands in an address."""
    words = request.POST.get("words", "").replace("\0", "").strip()
    shown = whole(request.POST.get("shown"), PAGE)
    last_visit = Encounter.objects.filter(patient=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]
    found = (
        Patient.objects.visible_to(request.user)
        .matching(words)
        .annotate(last=Coalesce(Subquery(last_visit), "enrolled_at"))
        .order_by("-last", "pk")[: shown + 1]
    )
    page = rows(found[:shown] if len(found) > shown else found)
    today = timezone.localdate()
    groups = groupby(page, lambda row: timezone.localdate(row.patient.last) == today)  # type: ignore[attr-defined]
    todo = to_do.of(request.user)
    context = {
        "groups": [(is_today, list(group)) for is_today, group in groups],
        "words": words,
        "shown": shown,
        "count": len(page),
        "searched": bool(words) and fragment(request),
        "more": shown + PAGE if len(found) > shown else None,
        "errands": todo[:ERRANDS],
        "errands_below": todo[ERRANDS:],
        "may_enrol": may(request.user, "patient.enrol"),
    }
    context |= _beat(request, context)
    return render(request, _template(request), context)


def _template(request: HttpRequest) -> str:
    if not fragment(request):
        return "screening/patients/patients.html"
    return "screening/patients/_list_beat.html" if "asks" in request.POST else "screening/patients/_patients.html"


def _beat(request: HttpRequest, shown: dict[str, Any]) -> dict[str, Any]:
    """When the page asks again by itself: soon after a change, then ever more slowly; `print` tells changes."""
    people = [(r.patient.pk, [b.words for _e, b in r.visits]) for _today, rows in shown["groups"] for r in rows]
    now = hashlib.sha256(repr((people, shown["errands"], shown["errands_below"], shown["more"])).encode()).hexdigest()[
        :12
    ]
    changed = request.POST.get("print") != now
    asks = 0 if changed else whole(request.POST.get("asks"), 0)
    delay = ASK_AGAIN_AFTER[min(asks, len(ASK_AGAIN_AFTER) - 1)]
    return {"beat": "asks" in request.POST, "changed": changed, "print": now, "asks": asks + 1, "delay": delay}


@allow("patient.enrol")
def enrol_patient(request: HttpRequest) -> HttpResponse:
    form = EnrolForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            patient = enrol(request.user, data["site"], client_id=data["client_id"], **data["facts"])
        except Refused as refusal:
            form.add_error("local_id" if refusal.code == "local_id_taken" else None, refusals.sentence(refusal))
        else:
            return redirect("patient", patient.pk)
    return render(request, "screening/patients/enrol.html", {"form": form}, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Offer:
    """A programme run at the patient's site: start a visit, go on with an open one, or why not."""

    programme: Programme
    ongoing: Encounter | None
    why_not: str


@allow("patient.view")
def patient(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(Patient.objects.visible_to(request.user).select_related("site"), pk=pk)
    visits = [(e, sentences.badge(e)) for e in person.encounters.with_standing()]
    records = _records_at(request.user, person)
    offers = [_offer(programme, person, [e for e, _badge in visits]) for programme in person.site.programmes.all()]
    context = {"patient": person, "visits": visits, "offers": offers if records else [], "records": records,
               "refusals": _refusals(person)}  # fmt: skip
    return render(request, "screening/patients/patient.html", context)


def _refusals(person: Patient) -> list[Consent]:
    """The programmes the patient said no to, last of all answers there."""
    newest: dict[Any, Consent] = {}
    for consent in person.consents.select_related("programme").order_by("at", "pk"):
        newest[consent.programme_id] = consent
    return [consent for consent in newest.values() if consent.answer != Consent.Answer.GIVEN]


def _records_at(user: Any, person: Patient) -> bool:
    return bool(sites_of(user, Role.FIELD_WORKER).filter(site_id=person.site_id).exists())


def _offer(programme: Programme, person: Patient, visits: list[Encounter]) -> Offer:
    of_it = [e for e in visits if e.programme_id == programme.pk and going_on(e)]
    why = rules.eligibility(programme.protocol(), age=person.age, consented=True)
    return Offer(programme, of_it[0] if of_it else None, sentences.ages(programme) if why else "")


def _to_record(request: HttpRequest, pk: uuid.UUID) -> Patient:
    visible = Patient.objects.visible_to(request.user).select_related("site")
    return get_object_or_404(visible.filter(site__in=sites_of(request.user, Role.FIELD_WORKER)), pk=pk)


def newest_texts(programme: Programme) -> dict[str, ConsentText]:
    """The newest consent text in each language it exists in."""
    return {text.language: text for text in programme.consent_texts.order_by("created_at")}


@allow("encounter.record")
def consent(request: HttpRequest, pk: uuid.UUID, programme: str) -> HttpResponse:
    """Read the text to the patient; a yes opens the visit, a no is kept too and ends kindly."""
    person = _to_record(request, pk)
    chosen = get_object_or_404(Programme, code=programme, sites=person.site)
    texts = newest_texts(chosen)
    language = request.GET.get("in") or get_language()
    text = texts.get(language) or texts.get("en") or next(iter(texts.values()), None)
    if text is None:
        raise Http404
    if request.method == "POST":
        return _answer_consent(request, person, chosen)
    context = {"patient": person, "programme": chosen, "text": text, "texts": texts, "client_id": uuid.uuid4()}
    return render(request, "screening/visit/consent.html", context)


def _answer_consent(request: HttpRequest, person: Patient, programme: Programme) -> HttpResponse:
    try:
        text = wording(programme, request.POST.get("version"), request.POST.get("language"))
    except Incorrect:
        raise Http404 from None
    if request.POST.get("answer") != "yes":
        before = consented(person, programme)
        record_consent(request.user, person, text, Consent.Answer.WITHDRAWN if before else Consent.Answer.REFUSED)
        messages.info(request, _("Recorded: the patient said no. Thank them; they are treated just the same."))
        return redirect("patient", person.pk)
    record_consent(request.user, person, text, Consent.Answer.GIVEN)
    try:
        client_id = uuid.UUID(request.POST.get("client_id", ""))
        encounter = open_encounter(request.user, person, programme, client_id=client_id)
    except (Refused, ValueError) as refusal:
        messages.error(request, refusals.sentence(refusal))
        return redirect("patient", person.pk)
    return redirect("questions", encounter.pk)


@dataclass(frozen=True)
class Asked:
    """One question with what was answered: "yes", "no", a choice, a number, or "" for not asked."""

    code: str
    kind: str
    text: str
    value: str
    choices: list[tuple[str, str]]
    low: float
    high: float
    danger: bool
    problem: str = ""


def asked(modality: str, answers: dict[str, Any], problems: Mapping[str, str] = NONE) -> list[Asked]:
    """The questionnaire in the reader's language, with the answers so far."""
    return [
        Asked(
            q.code, q.kind, _(q.text), _as_typed(answers.get(q.code)),
            [(code, _(words)) for code, words in q.choices], q.low, q.high, q.danger,
            problems.get(q.code, ""),
        )
        for q in questionnaire.questions(modality)
    ]  # fmt: skip


def _as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


@allow("encounter.record")
def questions(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The programme's questionnaire on one screen. Not asked is not the same as no."""
    encounter = capture.to_record(request, pk)
    if sentences.outcome_of(encounter):
        return redirect("encounter", pk)
    answers, problem, problems = encounter.answers, "", NONE
    if request.method == "POST":
        try:
            record_answers(request.user, encounter, request.POST)
        except BadAnswers as refusal:
            answers, problems = request.POST.dict(), refusal.problems
            problem = _("Almost there. Correct what is marked below.")
        except Refused as refusal:
            answers, problem = request.POST.dict(), refusals.sentence(refusal)
        else:
            return redirect("encounter", pk)
    context = {
        "encounter": encounter, "patient": encounter.patient, "problem": problem,
        "asked": asked(encounter.programme.modality, answers, problems),
    }  # fmt: skip
    return render(request, "screening/visit/questions.html", context, status=422 if problem else 200)


urls: list[URLPattern] = [
    path("patients/", patients, name="patients"),
    path("patients/new/", enrol_patient, name="enrol"),
    path("patients/<uuid:pk>/", patient, name="patient"),
    path("patients/<uuid:pk>/consent/<slug:programme>/", consent, name="consent"),
    path("encounters/<uuid:pk>/questions/", questions, name="questions"),
    *capture.urls,
]
