"""A threshold measured on the programme's own read pictures: who counts, who does not, and on to a signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role, User
from inference.models import ModelVersion, Run
from inference.thresholds.calibration import choose_threshold
from screening import rules
from screening.models import (
    Calibration,
    Certificate,
    Consult,
    Encounter,
    Origin,
    Patient,
    Programme,
    Proposal,
    SignOff,
)
from screening.protocol import in_force, own_evidence
from screening.protocol.own_evidence import disease, own, read_whatever_it_scored
from screening.reading import desk
from screening.refusal import Refused
from screening.triage.decide import triage
from tests import factories as make
from tests.cast import Cast

SignIn = Callable[[User | None], Client]
FILM, TB = "dicom", "tuberculosis"
MANIFEST = {"capture_classes": [FILM], "output": {"positive": ["tb"]}}
ILL, WELL, BLURRED = make.LIKELY_CHEST, make.NORMAL_CHEST, {"gradability": "ungradable"}
# Twelve ill of 30: enough to prove 75 %, not 90 %.
SCORES = [(0.40 + 0.05 * n, True) for n in range(12)] + [(0.03 * n, False) for n in range(18)]
AT = "/models/tb-chest/own/"


def unbound(programme: Programme) -> ModelVersion:
    """A model in force without any threshold: a human reads every film."""
    found = make.models(programme, classes=()).finding
    ModelVersion.objects.filter(pk=found.pk).update(manifest=MANIFEST)
    found.refresh_from_db()
    return found


def read(reader: User, visit: Encounter, grade: dict[str, str]) -> None:
    consult = desk.claim(reader, Consult.objects.get(encounter=visit).pk)
    grades = dict.fromkeys(visit.programme.views, grade)
    if desk.wants_impression(reader, consult):
        desk.impression(reader, consult, grades)
    desk.submit(reader, consult, grades)


def screened(cast: Cast, score: float, grade: dict[str, str] | None, site: Any = None) -> Encounter:
    visit = make.handed_in(make.visit(cast.chest, site or cast.north), score)
    if grade:
        read(cast.rania, visit, grade)
    return visit


@pytest.fixture
def version(cast: Cast) -> ModelVersion:
    return unbound(cast.chest)


@pytest.fixture
def thirty(cast: Cast, version: ModelVersion) -> ModelVersion:
    for score, ill in SCORES:
        screened(cast, score, ILL if ill else WELL)
    return version


# ------------------------------------------------------------------------------------------------------- who counts


@pytest.mark.parametrize(
    ("reference", "grade", "ill"),
    [
        ("retinopathy", make.NORMAL_EYE, False),
        ("retinopathy", make.MODERATE_EYE, True),
        ("retinopathy", {**make.NORMAL_EYE, "icdr": "1"}, False),
        ("retinopathy", {**make.NORMAL_EYE, "dme": "central"}, False),
        ("eye", {**make.NORMAL_EYE, "dme": "central"}, True),
        ("eye", make.NORMAL_EYE, False),
        ("eye", make.UNGRADABLE_EYE, None),
        ("retinopathy", make.UNGRADABLE_EYE, None),
        ("retinopathy", {"gradability": "gradable"}, None),
        ("tuberculosis", make.NORMAL_CHEST, False),
        ("tuberculosis", {"gradability": "gradable", "tb": "possible"}, True),
        ("tuberculosis", {**make.NORMAL_CHEST, "other": "on"}, False),
        ("film", {**make.NORMAL_CHEST, "other": "on"}, True),
        ("film", make.NORMAL_CHEST, False),
        ("film", BLURRED, None),
        ("tuberculosis", BLURRED, None),
    ],
)
def test_what_a_grade_says_of_the_disease(reference: str, grade: dict[str, str], ill: bool | None) -> None:
    assert disease(reference, "chest" if reference in ("tuberculosis", "film") else "fundus", grade) is ill


def stored(*models: str, reads_all: bool = False, gradable: bool = True) -> dict[str, Any]:
    runs = [{"image": "a", "model": "gate", "gradable": gradable}]
    runs += [{"image": "a", "model": name, "gradable": None} for name in models]
    return {"protocol": {"human_reads_all": reads_all}, "runs": runs}


@pytest.mark.parametrize(
    ("dossier", "bound", "counts"),
    [
        (stored("tb"), {"tb"}, False),  # the score decided who is read
        (stored("tb"), set(), True),
        (stored("tb", "abnormal"), {"tb"}, True),  # the second model had no threshold: everybody is read
        (stored("tb", "abnormal"), {"tb", "abnormal"}, False),
        (stored("tb", reads_all=True), {"tb"}, True),
        (stored("tb", gradable=False), set(), False),  # read because it could not be graded
    ],
)
def test_a_visit_counts_only_if_it_was_read_whatever_the_score(
    dossier: dict[str, Any], bound: set[str], counts: bool
) -> None:
    assert read_whatever_it_scored(dossier, bound, {"tb", "abnormal"}) is counts


def test_whom_the_ai_chose_for_reading_proves_nothing(cast: Cast) -> None:
    """The AI cleared the ill one below its threshold; on those it let be read it would look perfect."""
    models = make.models(cast.chest, threshold=0.5)
    screened(cast, 0.9, ILL)
    missed = screened(cast, 0.1, None)
    assert missed.decision().reason == rules.Reason.ALL_CLEAR
    found = own(cast.chest, models.finding, FILM, TB)
    assert found.people == 0
    assert found.left_out == {"chosen_by_ai": 1, "unread": 1}


def test_a_threshold_signed_before_the_specialist_read_takes_nobody_out(cast: Cast, version: ModelVersion) -> None:
    """Asked while no threshold bound, decided again when one did: the ones it would find must not drop out."""
    visits = [screened(cast, score, None) for score in (0.9, 0.1)]
    point = make.operating_point(version, FILM, 0.5)
    make.signed_into_force(cast.chest, version, points=[point])
    for visit, grade in zip(visits, (ILL, WELL), strict=True):
        triage(visit.pk)
        read(cast.rania, visit, grade)
    assert visits[0].decision().reason == rules.Reason.FINDING
    assert sorted(own(cast.chest, version, FILM, TB).scores) == [0.1, 0.9]


def test_where_a_human_reads_all_everybody_counts(cast: Cast) -> None:
    models = make.models(cast.chest, threshold=0.5)
    Programme.objects.filter(pk=cast.chest.pk).update(human_reads_all=True)
    cast.chest.refresh_from_db()
    screened(cast, 0.1, ILL)
    screened(cast, 0.2, WELL)
    found = own(cast.chest, models.finding, FILM, TB)
    assert sorted(zip(found.scores, found.ill, strict=True)) == [(0.1, True), (0.2, False)]
    assert found.left_out == {}


def test_what_cannot_be_graded_scored_or_answered_is_left_out_and_counted(cast: Cast, version: ModelVersion) -> None:
    screened(cast, 0.8, ILL)
    screened(cast, 0.7, BLURRED)
    screened(cast, 0.6, None)
    Run.objects.filter(
        display_sha256=screened(cast, 0.5, WELL).images.get().display_sha256, model_version=version
    ).delete()
    found = own(cast.chest, version, FILM, TB)
    assert (found.people, found.people_ill) == (1, 1)
    assert found.left_out == {"ungradable": 1, "unread": 1, "unscored": 1}
    assert own(cast.chest, version, "film_export", TB).people == 0


def test_drawn_patients_are_never_counted(cast: Cast, version: ModelVersion) -> None:
    visit = screened(cast, 0.8, ILL)
    Patient.objects.filter(pk=visit.patient_id).update(origin=Origin.SYNTHETIC)
    found = own(cast.chest, version, FILM, TB)
    assert (found.people, found.left_out) == (0, {"synthetic": 1})


def test_of_two_films_of_one_visit_the_later_counts(cast: Cast, version: ModelVersion) -> None:
    visit = make.visit(cast.chest, cast.north)
    make.pictured(visit, "CXR", 0.2)
    make.handed_in(visit, 0.8)
    triage(visit.pk)
    read(cast.rania, visit, ILL)
    found = own(cast.chest, version, FILM, TB)
    assert found.scores == (0.8,)
    assert found.left_out == {"retaken": 1}


def test_an_adjudicators_word_stands_alone(cast: Cast, version: ModelVersion) -> None:
    Programme.objects.filter(pk=cast.chest.pk).update(reads_needed=2)
    cast.chest.refresh_from_db()
    visit = make.handed_in(make.visit(cast.chest, cast.north), 0.5)
    second = cast.rafael
    read(cast.rania, visit, ILL)
    read(second, visit, WELL)
    consult = Consult.objects.get(encounter=visit)
    assert consult.state == Consult.State.DISPUTED
    assert own(cast.chest, version, FILM, TB).left_out == {"unread": 1}
    judge = adjudicator(cast)
    read(judge, visit, WELL)
    assert own(cast.chest, version, FILM, TB).ill == (False,)


def adjudicator(cast: Cast) -> User:
    Certificate.objects.create(programme=cast.chest, reader=cast.olivia, adjudicates=True)
    return cast.olivia


def test_a_site_manager_measures_on_the_own_site_alone(cast: Cast, version: ModelVersion) -> None:
    screened(cast, 0.8, ILL)
    screened(cast, 0.7, ILL, cast.south)
    assert own(cast.chest, version, FILM, TB, cast.samuel).sites == ("north",)
    assert own(cast.chest, version, FILM, TB, cast.maya).sites == ("north", "south")


# ------------------------------------------------------------------------------------------ measured, looked at, signed


def test_the_threshold_is_the_one_the_command_would_propose(cast: Cast, thirty: ModelVersion) -> None:
    kept = own_evidence.measure(cast.maya, cast.chest, thirty, FILM, TB, 0.75)
    point = kept.content["operating_point"]
    chosen = choose_threshold([s for s, _ in SCORES], [ill for _, ill in SCORES], 0.75, repeat=True)
    assert point["threshold"] == pytest.approx(chosen.threshold)
    assert (point["positives"], point["negatives"]) == (12, 18)
    assert "north" in kept.data
    assert "tuberculosis" in kept.data
    assert kept.expires_on > timezone.localdate() + timedelta(days=300)
    again = own_evidence.measure(cast.maya, cast.chest, thirty, FILM, TB, 0.75)
    assert again == kept


def test_with_too_few_ill_it_says_how_many_are_missing(cast: Cast, thirty: ModelVersion) -> None:
    with pytest.raises(Refused, match="29 people with disease are needed.*12 are there: 17 are missing"):
        own_evidence.measure(cast.maya, cast.chest, thirty, FILM, TB, 0.9)
    assert not Calibration.objects.exists()


def test_nobody_well_is_said(cast: Cast, version: ModelVersion) -> None:
    for n in range(6):
        screened(cast, 0.5 + n / 20, ILL)
    with pytest.raises(Refused, match="without disease"):
        own_evidence.measure(cast.maya, cast.chest, version, FILM, TB, 0.5)


def test_nobody_at_all_is_too_few(cast: Cast, version: ModelVersion) -> None:
    with pytest.raises(Refused, match="0 are there"):
        own_evidence.measure(cast.maya, cast.chest, version, FILM, TB, 0.9)


def test_from_a_human_reads_all_to_an_all_clear(cast: Cast, thirty: ModelVersion, signed_in: SignIn) -> None:
    """Counted on the page, measured, explored, proposed, signed by another: then, and only then, a film is cleared."""
    asked = {"version": thirty.pk, "capture_class": FILM, "reference": TB, "target": "75"}
    page = signed_in(cast.maya).get(AT, asked)
    assert b"12 of at least 11 people with disease" in page.content
    explored = signed_in(cast.maya).post(f"{AT}measure/", asked, follow=True)
    assert "Own patients of tb-chest" in explored.content.decode()
    assert Proposal.objects.count() == 0
    kept = Calibration.objects.get()
    signed_in(cast.maya).post(
        "/models/tb-chest/thresholds/",
        {"calibration": str(kept.pk), "threshold": kept.content["operating_point"]["threshold"], "target": "0.75"},
    )
    proposal = Proposal.objects.get()
    before = make.handed_in(make.visit(cast.chest, cast.north), 0.01)
    assert before.decision().reason == rules.Reason.NO_OPERATING_POINT
    with pytest.raises(Refused):
        in_force.sign(cast.maya, proposal, SignOff.Says.APPROVED)
    in_force.sign(another_manager(cast), proposal, SignOff.Says.APPROVED)
    after = make.handed_in(make.visit(cast.chest, cast.north), 0.01)
    assert after.decision().reason == rules.Reason.ALL_CLEAR


def another_manager(cast: Cast) -> User:
    for site in (cast.north, cast.south):
        Membership.objects.create(user=cast.olivia, site=site, role=Role.PROGRAMME_MANAGER)
    return cast.olivia


def test_the_page_says_how_many_are_missing_and_offers_no_button(
    cast: Cast, thirty: ModelVersion, signed_in: SignIn
) -> None:
    asked = {"version": thirty.pk, "capture_class": FILM, "reference": TB, "target": "90"}
    text = signed_in(cast.maya).get(AT, asked).content.decode()
    assert "17 more people with disease are needed" in text
    assert f"{AT}measure/" not in text
    refused = signed_in(cast.maya).post(f"{AT}measure/", asked, follow=True)
    assert "17 are missing" in refused.content.decode()


def test_nonsense_is_told_and_changes_nothing(cast: Cast, version: ModelVersion, signed_in: SignIn) -> None:
    for wrong in ({"version": "none"}, {"capture_class": "fundus_phone"}, {"reference": "x"}, {"target": "200"}):
        asked = {"version": version.pk, "capture_class": FILM, "reference": TB, "target": "90", **wrong}
        assert b'role="alert"' in signed_in(cast.maya).get(AT, asked).content
        assert signed_in(cast.maya).post(f"{AT}measure/", asked).status_code == 200
    assert not Calibration.objects.exists()


def test_only_who_looks_after_the_models_gets_there(cast: Cast, version: ModelVersion, signed_in: SignIn) -> None:
    for person in (cast.amina, cast.rania, cast.stranger):
        assert signed_in(person).get(AT).status_code in (403, 404)
    assert signed_in(cast.samuel).get(AT).status_code == 200
    assert signed_in(cast.samuel).post(f"{AT}measure/").status_code in (403, 404)
