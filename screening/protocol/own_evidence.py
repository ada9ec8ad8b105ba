"""What a programme's own read pictures say of a model: the set a threshold can be measured on.

Only visits count that a specialist would have read whatever the model scored: where the programme has humans read all,
or where no threshold bound the picture. Where the AI chose who is read, those it cleared are missing from the set and
every sensitivity measured on the rest would be too high (verification bias; Begg and Greenes, Biometrics 1983).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import roles_of, sites_of
from accounts.models import Role
from inference.evaluation.cases import one_each
from inference.evaluation.proposal import Model, People, Terms, proposed
from inference.models import ModelVersion, OperatingPoint, Run
from inference.statistics import Truth
from inference.thresholds.calibration import TooFewPositives
from screening.models import Calibration, Consult, Decision, Image, Origin, Programme, Read
from screening.protocol import calibration_file
from screening.refusal import Refused
from screening.rules.declaration import Sheet
from screening.rules.grades import ICDR, ChestGrade, EyeGrade, Finding, GradeError, TBLikelihood, grade_of

A_YEAR = timedelta(days=365)


class Reference(models.TextChoices):
    """What the specialists' final grade of a picture must say for the person to count as ill."""

    RETINOPATHY = "retinopathy", gettext_lazy("Retinopathy, ICDR grade 2 or more")
    EYE = "eye", gettext_lazy("Anything that refers the eye")
    TUBERCULOSIS = "tuberculosis", gettext_lazy("Tuberculosis at least possible")
    FILM = "film", gettext_lazy("Anything not normal on the film")
    DISEASE = "disease", gettext_lazy("Disease in the reader's own judgement")


REFERENCES: Mapping[Sheet, tuple[Reference, ...]] = {
    Sheet.EYE: (Reference.RETINOPATHY, Reference.EYE),
    Sheet.FILM: (Reference.TUBERCULOSIS, Reference.FILM),
    Sheet.PLAIN: (Reference.DISEASE,),
}
# Why a picture does not count, in the order it is asked.
LEFT_OUT = {
    "synthetic": gettext_lazy("it was drawn for the demonstration"),
    "unread": gettext_lazy("the specialist has not answered"),
    "chosen_by_ai": gettext_lazy("the AI had a say in who is read"),
    "ungradable": gettext_lazy("the model or the specialist could not grade it"),
    "unscored": gettext_lazy("this model has not scored it"),
    "retaken": gettext_lazy("a later photo of the same view counts"),
}


@dataclass(frozen=True)
class Own:
    """One row per picture that counts: score in 0..1, ill or not, whose, and whether its reader had seen the AI."""

    scores: tuple[float, ...]
    ill: tuple[bool, ...]
    patients: tuple[str, ...]
    with_ai: tuple[bool, ...]
    sites: tuple[str, ...]
    first: date | None
    last: date | None
    left_out: Mapping[str, int]

    @property
    def people(self) -> int:
        return len(set(self.patients))

    @property
    def people_ill(self) -> int:
        return len({who for who, ill in zip(self.patients, self.ill, strict=True) if ill})


def disease(reference: str, modality: str, raw: Mapping[str, Any]) -> bool | None:
    """Whether a grade as a reader entered it means disease; None where the picture could not be graded."""
    try:
        grade = grade_of(modality, raw)
    except GradeError:
        return None
    if isinstance(grade, EyeGrade) and reference == Reference.RETINOPATHY:
        return None if grade.icdr is None else grade.icdr >= ICDR.MODERATE
    if isinstance(grade, ChestGrade) and reference == Reference.TUBERCULOSIS:
        return None if grade.tb is None else grade.tb is not TBLikelihood.UNLIKELY
    return None if grade.finding is Finding.UNGRADABLE else grade.finding is not Finding.NORMAL


def read_whatever_it_scored(dossier: Mapping[str, Any], bound: set[str], findings: set[str]) -> bool:
    """Whether the visit behind a stored decision would have been read with any scores.

    `bound` are the models the operating points of the decision belong to, `findings` all models that find disease. Of
    a visit with several kinds of picture one bound picture is enough to say no: rather one visit less.
    """
    if dossier["protocol"]["human_reads_all"]:
        return True
    of_picture: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for run in dossier["runs"]:
        of_picture[run["image"]].append(run)
    fit = [runs for runs in of_picture.values() if any(run["gradable"] for run in runs)]
    return any(not {run["model"] for run in runs} & findings <= bound for runs in fit)


def own(
    programme: Programme, version: ModelVersion, capture_class: str, reference: str, user: Any = None
) -> Own:  # fmt: skip
    """What the programme's real patients give for a model and a kind of picture; `user`: at their sites alone."""
    answers = _answers(programme, reference)
    anyway = _read_anyway(programme)
    left_out: Counter[str] = Counter()
    kept: dict[tuple[UUID, str], Any] = {}
    for row in _pictures(programme, version, capture_class, user):
        answer = answers.get(row.encounter_id)
        why = _left_out(row, answer, row.encounter_id in anyway)
        if why:
            left_out[why] += 1
        elif kept.get((row.encounter_id, row.view)):
            left_out["retaken"] += 1
        else:
            kept[row.encounter_id, row.view] = row
    rows = list(kept.values())
    days = sorted(timezone.localdate(row.received_at) for row in rows)
    return Own(
        tuple(row.score for row in rows), tuple(bool(answers[row.encounter_id].ill[row.view]) for row in rows),
        tuple(str(row.patient) for row in rows), tuple(answers[row.encounter_id].with_ai for row in rows),
        tuple(sorted({row.site for row in rows})), days[0] if days else None, days[-1] if days else None,
        dict(left_out),
    )  # fmt: skip


@dataclass(frozen=True)
class _Answer:
    ill: Mapping[str, bool | None]  # view -> disease, None: could not be graded
    with_ai: bool


def _left_out(row: Any, answer: _Answer | None, anyway: bool) -> str:
    if row.origin == Origin.SYNTHETIC:
        return "synthetic"
    if answer is None:
        return "unread"
    if not anyway:
        return "chosen_by_ai"
    if not row.fit or answer.ill.get(row.view) is None:
        return "ungradable"
    return "unscored" if row.score is None else ""


def _pictures(programme: Programme, version: ModelVersion, capture_class: str, user: Any) -> Iterable[Any]:
    """Newest first, so that of several tries at a view the last good one counts."""
    runs = Run.objects.filter(display_sha256=OuterRef("display_sha256"), state=Run.State.DONE)
    fit = runs.filter(model_version__purpose=ModelVersion.Purpose.GATE, gradable=True, aside=False)
    shown = Image.objects.in_use().filter(
        encounter__programme=programme, encounter__patient__origin__in=(Origin.PERSON, Origin.SYNTHETIC),
        capture_class=capture_class,
    )  # fmt: skip
    if user is not None and Role.ADMINISTRATOR not in roles_of(user):
        shown = shown.filter(encounter__site__in=sites_of(user, Role.PROGRAMME_MANAGER, Role.SITE_MANAGER))
    rows = shown.annotate(
        fit=Exists(fit), score=Subquery(runs.filter(model_version=version).values("score")[:1]),
        patient=F("encounter__patient_id"), origin=F("encounter__patient__origin"), site=F("encounter__site__code"),
    ).order_by("-received_at", "pk")  # fmt: skip
    return rows.values_list(
        "encounter_id", "view", "received_at", "fit", "score", "patient", "origin", "site", named=True
    ).iterator(chunk_size=2000)  # fmt: skip


def _answers(programme: Programme, reference: str) -> Mapping[UUID, _Answer]:
    """Visit -> what its readers saw. An adjudicator's word stands alone; of several readers one who saw disease is
    enough, as when the consult is settled. A reader's newest version counts."""
    closed = Read.objects.final().filter(
        consult__programme=programme, consult__state=Consult.State.CLOSED, consult__in=Consult.objects.care()
    )
    newest: dict[UUID, dict[Any, tuple[bool, Any, bool]]] = defaultdict(dict)
    for visit, reader, adjudicates, grades, ai in closed.order_by("version").values_list(
        "consult__encounter_id", "reader_id", "adjudicates", "grades", "ai_shown"
    ):
        newest[visit][reader] = adjudicates, grades, ai
    return {visit: _answer(list(of.values()), programme.modality, reference) for visit, of in newest.items()}


def _answer(reads: Sequence[tuple[bool, Any, bool]], modality: str, reference: str) -> _Answer:
    decisive = [read for read in reads if read[0]] or reads
    ill: dict[str, bool | None] = {}
    for _adjudicates, grades, _ai in decisive:
        for view, raw in grades.items():
            said = disease(reference, modality, raw)
            if ill.get(view) is None or said:
                ill[view] = said
    return _Answer(ill, any(ai for _adjudicates, _grades, ai in decisive))


def _read_anyway(programme: Programme) -> set[UUID]:
    points = {
        str(pk): model for pk, model in OperatingPoint.objects.filter(
            model_version__modality=programme.modality
        ).values_list("pk", "model_version_id")
    }  # fmt: skip
    findings = set(ModelVersion.objects.filter(purpose__in=calibration_file.SCORED).values_list("pk", flat=True))
    asked = Consult.objects.care().filter(programme=programme, state=Consult.State.CLOSED)
    # Any decision will do: whom one sends to a specialist whatever the score, a later one does not call back.
    decided = Decision.objects.filter(encounter__consult__in=asked).values_list("encounter_id", "evidence")
    return {
        visit for visit, dossier in decided.iterator(chunk_size=500)
        if read_whatever_it_scored(dossier, {points[p] for p in dossier["operating_points"] if p in points}, findings)
    }  # fmt: skip


def report(
    programme: Programme, version: ModelVersion, capture_class: str, reference: str, target: float, user: Any = None
) -> dict[str, Any]:
    """The threshold that proves `target` (0..1), as `manage.py calibrate` writes it. Raises Refused."""
    found = own(programme, version, capture_class, reference, user)
    ill, rows = np.array(found.ill, np.bool_), _one_each(found)
    if found.people and found.people == found.people_ill:
        raise Refused("nobody_well", _("Nobody without disease is among them yet: what is cleared cannot be measured."))
    people = People(np.array(found.scores, np.float64)[rows], ill[rows], found.left_out, "patient")
    try:
        made = proposed(_model(version), people, _terms(programme, capture_class, reference, target, found))
    except TooFewPositives as few:
        raise Refused("too_few", _(
            "%(needed)s people with disease are needed to prove this target, and %(have)s are there: %(missing)s are "
            "missing."
        ) % {"needed": few.needed, "have": few.have, "missing": few.missing}) from few  # fmt: skip
    made["set"]["with_ai"] = int(np.array(found.with_ai, np.bool_)[rows].sum())
    return made


def _one_each(found: Own) -> Any:
    ill: Truth = np.array(found.ill, np.bool_)
    return one_each(ill, np.array(found.patients)) if found.patients else np.zeros(0, np.int64)


def _model(version: ModelVersion) -> Model:
    positive = tuple(version.manifest.get("output", {}).get("positive", ()))
    return Model(version.name, version.version, version.pk, positive)


def _terms(programme: Programme, capture_class: str, reference: str, target: float, found: Own) -> Terms:
    today = timezone.localdate()
    sites = ", ".join(found.sites) if len(found.sites) <= 4 else f"{len(found.sites)} sites"
    data = f"Own patients of {programme.code} ({sites}), {found.first} to {found.last}, against readers: {reference}"
    return Terms(target, data, today, today + A_YEAR, capture_class=capture_class, use=programme.use)


def measure(
    by: Any, programme: Programme, version: ModelVersion, capture_class: str, reference: str, target: float
) -> Calibration:
    """Measure, and keep the calibration like one that was handed in. Raises Refused."""
    made = report(programme, version, capture_class, reference, target, by)
    return calibration_file.take_in(by, programme, json.dumps(made, sort_keys=True).encode())
