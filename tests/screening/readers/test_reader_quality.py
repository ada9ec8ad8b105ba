"""Test cases: hidden, sat as an exam, read in a study; what is measured of readers, and who sees it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from scipy.stats import binomtest

from accounts.models import User
from inference.models import Run
from screening import rules
from screening.messages import talk
from screening.models import (
    Certificate,
    Consult,
    Encounter,
    Image,
    Notice,
    Patient,
    Planted,
    Programme,
    Read,
    Setting,
    Sitting,
    Study,
    TestCase,
    TestPicture,
    TestSet,
)
from screening.readers import exams, hidden_consults, reader_quality, studies
from screening.reading import desk
from screening.triage.decide import triage
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE, both_eyes
from tests.screening.api_client import Api
from tests.screening.desk import form, post

SignIn = Callable[[User | None], Client]
WRONG, RIGHT = {"suggestion": "wrong"}, {"suggestion": "right"}


def reads(user: User, consult: Consult, first: dict, final: dict | None = None) -> Read:
    mine = desk.claim(user, consult.pk)
    if desk.wants_impression(user, mine):
        desk.impression(user, mine, both_eyes(first))
    return desk.submit(user, mine, both_eyes(final or first))


@pytest.fixture
def eye_set(cast: Cast) -> TestSet:
    make.models(cast.eye, threshold=0.4)
    return make.test_set(cast.eye, NORMAL_EYE | WRONG, MODERATE_EYE | WRONG, NORMAL_EYE | RIGHT, MODERATE_EYE | RIGHT)


def hidden(cast: Cast, test_set: TestSet, number: int, user: User | None = None) -> Consult:
    return hidden_consults.hide(user or cast.olivia, test_set.cases.get(number=number), Setting.HIDDEN)


# ------------------------------------------------------------------------------------------------- the quality sample


def test_the_draw_is_unbiased_and_always_the_same() -> None:
    for rate in (0.02, 0.1, 0.5):
        drawn = [rules.drawn("a salt", f"visit {n}", rate) for n in range(20_000)]
        assert binomtest(sum(drawn), len(drawn), rate).pvalue > 0.001
        assert drawn == [rules.drawn("a salt", f"visit {n}", rate) for n in range(20_000)]
    assert not any(rules.drawn("s", str(n), 0) for n in range(1000))
    assert all(rules.drawn("s", str(n), 1) for n in range(1000))
    other = [rules.drawn("another salt", f"visit {n}", 0.5) for n in range(2000)]
    assert other != [rules.drawn("a salt", f"visit {n}", 0.5) for n in range(2000)]


def sampled(cast: Cast) -> Consult:
    Programme.objects.update(sample_rate=1)
    cast.eye.refresh_from_db()
    encounter = make.handed_in(make.visit(cast.eye, cast.north))
    return Consult.objects.get(encounter=encounter)


def test_a_drawn_all_clear_is_read_and_the_patient_is_told_nothing_new(cast: Cast, signed_in: SignIn) -> None:
    make.models(cast.eye)
    consult = sampled(cast)
    assert (consult.priority, consult.sampled_at) == ("sample", 1)
    triage(consult.encounter_id)
    assert Consult.objects.count() == 1
    page = signed_in(cast.amina).get(reverse("encounter", args=[consult.encounter_id])).content.decode()
    assert "Come back in 12 months" in page
    reads(cast.olivia, consult, NORMAL_EYE)
    assert not Notice.objects.exists(), "nothing has changed for the patient"


def test_a_sample_that_finds_disease_refers_the_patient(cast: Cast) -> None:
    make.models(cast.eye)
    consult = sampled(cast)
    reads(cast.olivia, consult, MODERATE_EYE)
    consult.refresh_from_db()
    assert consult.outcome is not None and consult.outcome.action == "refer"
    assert Notice.objects.get().kind == "answered"


@pytest.mark.parametrize("mode", ["blind_first", "ai_second"])
def test_a_sample_is_mixed_in_unmarked(cast: Cast, signed_in: SignIn, mode: str) -> None:
    """Order, due time, badges, page and API say the same of a sample and of a suspicion."""
    make.models(cast.eye)
    Programme.objects.update(reading_mode=mode)
    cast.eye.refresh_from_db()
    suspicion = make.referred(cast.eye, cast.north)
    sample = sampled(cast)
    waits = [r.due_at - r.created_at for r in (suspicion, sample)]
    assert abs(waits[0] - waits[1]) < timedelta(seconds=5)
    assert [r.pk for r in Consult.objects.worklist(cast.olivia)] == [suspicion.pk, sample.pk]
    lines = Api(cast.olivia).get("worklist").json()["results"]
    different = {key for key in lines[0] if lines[0][key] != lines[1][key]}
    assert different <= {"id", "person", "due_at", "created_at"}
    rows = signed_in(cast.olivia).get(reverse("worklist")).context["rows"]
    assert len({(row.badge, row.reason) for row in rows}) == 1


def test_where_the_ai_is_shown_a_sample_is_not_named(cast: Cast, signed_in: SignIn) -> None:
    make.models(cast.eye)
    Programme.objects.update(reading_mode="ai_first")
    cast.eye.refresh_from_db()
    sampled(cast)
    assert "ample" not in signed_in(cast.olivia).get(reverse("worklist")).content.decode().replace("example", "")


# ------------------------------------------------------------------------------------------------------ hidden tests


def test_a_hidden_test_is_the_readers_alone_and_counted_nowhere(
    cast: Cast, signed_in: SignIn, eye_set: TestSet
) -> None:
    consult = hidden(cast, eye_set, 2)
    assert list(Consult.objects.worklist(cast.olivia)) == [consult]
    assert not Consult.objects.readable_by(cast.oscar).exists()
    for who in (cast.amina, cast.samuel):
        assert not Patient.objects.visible_to(who).exists()
        assert not Encounter.objects.visible_to(who).exists()
        assert not Image.objects.visible_to(who).exists()
    assert not Encounter.objects.counted().exists()
    assert not Consult.objects.overdue().exists()
    reads(cast.olivia, consult, MODERATE_EYE)
    assert not Notice.objects.exists()


def test_nothing_tells_a_hidden_test_from_a_patient(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    real = make.referred(cast.eye, cast.north)
    test = hidden(cast, eye_set, 4)
    api = Api(cast.olivia)
    lines = {line["id"]: line for line in api.get("worklist").json()["results"]}
    one, other = lines[str(real.pk)], lines[str(test.pk)]
    assert {key for key in one if one[key] != other[key]} <= {"id", "person", "due_at", "created_at"}
    for step in ("claim", "impression"):
        answers = [api.post(f"referrals/{r.pk}/{step}", {"grades": both_eyes(NORMAL_EYE)}).json() for r in (real, test)]
        assert set(answers[0]) == set(answers[1])
    assert [set(p) for p in answers[0]["ai"]["pictures"]] == [set(p) for p in answers[1]["ai"]["pictures"]]
    page = signed_in(cast.olivia).get(reverse("read", args=[test.pk])).content.decode()
    for word in ("hidden test", "test case", "suggestion", "drawn so", "quality sample"):
        assert word not in page.lower()


@pytest.mark.parametrize(("number", "ill", "told_ill"), [(1, False, True), (2, True, False), (3, False, False),
                                                         (4, True, True)])  # fmt: skip
def test_a_seeded_suggestion_is_what_the_reader_is_told(
    cast: Cast, signed_in: SignIn, eye_set: TestSet, number: int, ill: bool, told_ill: bool
) -> None:
    consult = hidden(cast, eye_set, number)
    client = signed_in(cast.olivia)
    post(client, "claim", consult)
    text = post(client, "impression", consult, form(both_eyes(NORMAL_EYE)), headers={"HX-Request": "true"})
    assert ("AI: signs of disease" in text.content.decode()) is told_ill
    assert ("AI: below the threshold" in text.content.decode()) is not told_ill


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_no_heat_map_contradicts_or_betrays_a_seeded_suggestion(
    cast: Cast, signed_in: SignIn, eye_set: TestSet, number: int
) -> None:
    """Right and wrong seeds alike: neither page nor API nor the picture's own address has a map."""
    Run.objects.update(heat="heat/made", measures={"heat_on_organ": 0.9123})
    consult = hidden(cast, eye_set, number)
    desk.impression(cast.olivia, desk.claim(cast.olivia, consult.pk), both_eyes(NORMAL_EYE))
    client, told = signed_in(cast.olivia), Api(cast.olivia).get(f"referrals/{consult.pk}").json()["ai"]["pictures"]
    assert [picture["heat"] for picture in told] == [None, None]
    page = client.get(reverse("read", args=[consult.pk])).content.decode()
    assert "data-heat-of" not in page and "heat map lies" not in page
    for picture in told:
        assert client.get(reverse("image_heat", args=[picture["image"]])).status_code == 404


def test_a_seeded_score_looks_like_a_models(cast: Cast, eye_set: TestSet) -> None:
    """No score of a model stops after four digits."""
    consult = hidden(cast, eye_set, 1)
    desk.impression(cast.olivia, desk.claim(cast.olivia, consult.pk), both_eyes(NORMAL_EYE))
    told = Api(cast.olivia).get(f"referrals/{consult.pk}").json()["ai"]["pictures"]
    assert all(len(str(picture["score"])) > 10 for picture in told)


def test_what_the_gate_turned_down_gets_no_suggestion(cast: Cast, eye_set: TestSet) -> None:
    photo = eye_set.cases.get(number=1).pictures.get(view="OD").display_sha256
    Run.objects.filter(display_sha256=photo, model_version__purpose="gate").update(gradable=False, reason="blurred")
    consult = hidden(cast, eye_set, 1)
    desk.impression(cast.olivia, desk.claim(cast.olivia, consult.pk), both_eyes(NORMAL_EYE))
    told = Api(cast.olivia).get(f"referrals/{consult.pk}").json()["ai"]["pictures"]
    assert [(picture["state"], picture["score"] is None) for picture in told] == [
        ("ungradable", True), ("positive", False)
    ]  # fmt: skip


def test_a_case_the_model_in_force_has_not_seen_is_neither_hidden_nor_examined_yet(
    cast: Cast, signed_in: SignIn, eye_set: TestSet
) -> None:
    make.models(cast.eye, threshold=0.4)  # newer ones, which have seen no picture of the set
    TestSet.objects.update(one_in=1)
    reads(cast.olivia, make.referred(cast.eye, cast.north), MODERATE_EYE)
    client = signed_in(cast.olivia)
    client.post(reverse("start_exam", args=[eye_set.pk]))
    assert not Planted.objects.exists() and not Sitting.objects.exists()
    for photo in TestPicture.objects.values_list("display_sha256", flat=True):
        for run in Run.objects.claim(photo):
            run.finish(score=0.1, gradable=True, scores={})
    client.post(reverse("start_exam", args=[eye_set.pk]))
    assert Sitting.objects.get().planted.count() == 4


def test_hidden_tests_come_at_the_rate_that_was_set_and_each_case_once(cast: Cast, eye_set: TestSet) -> None:
    TestSet.objects.update(one_in=1)
    for _n in range(6):
        reads(cast.olivia, make.referred(cast.eye, cast.north), MODERATE_EYE)
    assert Planted.objects.filter(reader=cast.olivia).count() == 4
    assert len(set(Planted.objects.values_list("case", flat=True))) == 4
    TestSet.objects.update(one_in=0)
    reads(cast.oscar, make.referred(cast.eye, cast.north), MODERATE_EYE)
    assert not Planted.objects.filter(reader=cast.oscar).exists()


def test_a_wish_about_a_test_case_is_answered_at_once(cast: Cast, eye_set: TestSet) -> None:
    consult = hidden(cast, eye_set, 1)
    talk.ask_for_retake(cast.olivia, desk.claim(cast.olivia, consult.pk), {"OD": "blurred"})
    assert not Notice.objects.exists()
    assert list(Consult.objects.worklist(cast.olivia)) == [consult]


# ------------------------------------------------------------------------------------------- exams and certificates


def sit(user: User, test_set: TestSet, grades: Callable[[TestCase], dict]) -> Any:
    sitting = exams.start(user, test_set)
    for planted in list(exams.unread(sitting.planted)):
        reads(user, planted.consult, grades(planted.case))
    sitting.refresh_from_db()
    return sitting


def truth(case: TestCase) -> dict:
    return dict(case.truth["OD"])


def test_an_exam_certifies_who_passes(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    Certificate.objects.filter(reader=cast.oscar).delete()
    assert not Consult.objects.worklist(cast.oscar).exists()
    sitting = sit(cast.oscar, eye_set, truth)
    assert (sitting.passed, sitting.result["sensitivity"], sitting.result["kappa"]) == (True, [2, 2], 1)
    earned = Certificate.objects.get(reader=cast.oscar)
    assert (earned.expires_on - timezone.localdate()).days == 365
    assert not Consult.objects.worklist(cast.oscar).exists(), "an exam is not in the worklist"
    page = signed_in(cast.oscar).get(reverse("sitting", args=[sitting.pk])).content.decode()
    assert "Passed" in page and "drawn so" in page
    assert signed_in(cast.olivia).get(reverse("sitting", args=[sitting.pk])).status_code == 404


def test_an_exam_is_failed_by_who_misses_disease(cast: Cast, eye_set: TestSet) -> None:
    Certificate.objects.filter(reader=cast.oscar).delete()
    sitting = sit(cast.oscar, eye_set, lambda case: NORMAL_EYE)
    assert (sitting.passed, sitting.result["sensitivity"]) == (False, [0, 2])
    assert not Certificate.objects.filter(reader=cast.oscar).exists()


def test_an_exam_goes_on_where_it_was_left_and_renews_what_would_expire(
    cast: Cast, signed_in: SignIn, eye_set: TestSet
) -> None:
    soon = timezone.localdate() + timedelta(days=5)
    Certificate.objects.filter(reader=cast.olivia).update(expires_on=soon)
    client = signed_in(cast.olivia)
    assert "Take the exam" in client.get(reverse("quality")).content.decode()
    first = client.post(reverse("start_exam", args=[eye_set.pk]))["Location"]
    assert client.post(reverse("start_exam", args=[eye_set.pk]))["Location"] == first
    while "referrals" in (to := client.post(first + "next/")["Location"]):
        consult = Consult.objects.get(pk=to.split("/")[2])
        data = form({v: dict(g) for v, g in consult.planted.case.truth.items()})
        post(client, "impression", consult, data)
        text = post(client, "final_read", consult, data, headers={"HX-Request": "true"}).content.decode()
        assert "cases read" in text
    assert to == first
    assert Certificate.objects.get(reader=cast.olivia).expires_on > soon


# ------------------------------------------------------------------------------------------------ what is measured


def test_what_the_ai_does_to_a_reader_is_measured(cast: Cast, eye_set: TestSet) -> None:
    reads(cast.olivia, hidden(cast, eye_set, 1), NORMAL_EYE, MODERATE_EYE)  # right, then led astray
    reads(cast.olivia, hidden(cast, eye_set, 2), MODERATE_EYE)  # right, and stays so
    reads(cast.olivia, hidden(cast, eye_set, 3), MODERATE_EYE, NORMAL_EYE)  # wrong, put right by a right AI
    found = reader_quality.of(cast.olivia, cast.eye)
    assert (found.shown_wrong.hits, found.shown_wrong.of) == (1, 2)
    assert (found.misled.hits, found.misled.of) == (1, 2)
    assert found.reads == 0, "test cases are no patients"
    assert (found.accuracy.sensitivity.hits, found.accuracy.specificity.of) == (1, 2)
    reads(cast.olivia, make.referred(cast.eye, cast.north), NORMAL_EYE, MODERATE_EYE)
    found = reader_quality.of(cast.olivia, cast.eye)
    assert (found.changed_after_ai.hits, found.changed_after_ai.of, found.reads) == (1, 1, 1)
    assert found.seconds is not None


def test_agreement_with_others_and_with_the_adjudicator(cast: Cast) -> None:
    make.models(cast.eye)
    for first, second in ((NORMAL_EYE, MODERATE_EYE), (NORMAL_EYE, NORMAL_EYE)):
        consult = make.referred(cast.eye, cast.north)
        reads(cast.olivia, consult, first)
        reads(cast.oscar, consult, second)
    disputed = Consult.objects.get(state="disputed")
    reads(cast.adele, disputed, MODERATE_EYE)
    found = reader_quality.of(cast.olivia, cast.eye)
    assert (found.with_others.cases, found.with_others.kappa) == (2, 0)
    assert found.with_adjudicator.cases == 1
    assert reader_quality.of(cast.oscar, cast.eye).with_others.cases == 2


def test_figures_of_a_reader_are_theirs_and_the_leads(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    page = reverse("quality_reader", args=["diabetic-eye", cast.olivia.pk])
    for who in ("olivia", "oscar", "adele", "rania"):
        assert signed_in(cast.people[who]).get(page).status_code == 404
    for who in ("amina", "maya", "tessa", "samuel"):
        assert signed_in(cast.people[who]).get(reverse("quality")).status_code == 403
    Certificate.objects.filter(reader=cast.adele).update(leads_quality=True)
    lead = signed_in(cast.adele)
    assert "Olivia of the cast" in lead.get(reverse("quality_readers", args=["diabetic-eye"])).content.decode()
    assert lead.get(page).status_code == 200
    assert lead.get(reverse("quality_readers", args=["tb-chest"])).status_code == 404


# ----------------------------------------------------------------------------------------------------------- studies


def test_a_study_is_crossed_washed_out_and_exported(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    study = Study.objects.create(name="Does it help?", test_set=eye_set, washout_days=28, seed=3)
    study.readers.add(cast.olivia, cast.oscar)
    start = timezone.now()
    for days in (0, 29):
        with time_machine.travel(start + timedelta(days=days), tick=True):
            for reader in (cast.olivia, cast.oscar):
                period, _when = studies.round_of(reader, study)
                assert period is not None
                while consult := studies.next_case(period):
                    assert desk.ai_shown(reader, consult) is consult.planted.with_ai
                    reads(reader, consult, truth(consult.planted.case))
                again, when = studies.round_of(reader, study)
                assert again is None
                assert (when is None) == (days == 29)
    Certificate.objects.filter(reader=cast.adele).update(leads_quality=True)
    assert signed_in(cast.olivia).get(reverse("study_table", args=[study.pk])).status_code == 404
    text = signed_in(cast.adele).get(reverse("study_table", args=[study.pk])).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    crossed = {(row["reader"], row["case"], row["with_ai"]) for row in rows}
    assert len(rows) == len(crossed) == 2 * 4 * 2
    assert {row["reader"] for row in rows} == {"R1", "R2"}
    assert all(row["rating"] == ("2" if row["truth"] == "referable" else "0") for row in rows)
    assert not Notice.objects.exists()
    assert not Encounter.objects.counted().exists()


def test_in_a_round_without_the_ai_nothing_of_it_is_shown(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    study = Study.objects.create(name="Blind", test_set=eye_set, seed=3)
    study.readers.add(cast.olivia)
    client = signed_in(cast.olivia)
    seen = {True: 0, False: 0}
    while "referrals" in (to := client.post(reverse("next_in_study", args=[study.pk]))["Location"]):
        consult = Consult.objects.get(pk=to.split("/")[2])
        with_ai = bool(consult.planted.with_ai)
        assert ("What the AI found" in client.get(to).content.decode()) is with_ai
        assert ("ai" in Api(cast.olivia).get(f"referrals/{consult.pk}").json()) is with_ai
        answer = post(client, "final_read", consult, form(both_eyes(NORMAL_EYE)))
        assert answer.status_code == 302
        assert ("What the AI found" in client.get(to).content.decode()) is False
        seen[with_ai] += 1
    assert seen == {True: 2, False: 2}


# ---------------------------------------------------------------------------------------------- making a test set


def test_who_leads_the_quality_sees_the_truth_and_cannot_sit_the_exam(
    cast: Cast, signed_in: SignIn, eye_set: TestSet
) -> None:
    Certificate.objects.filter(reader=cast.adele).update(leads_quality=True)
    lead = signed_in(cast.adele)
    assert eye_set.name not in lead.get(reverse("quality")).content.decode()
    assert lead.post(reverse("start_exam", args=[eye_set.pk])).status_code == 404
    sit(cast.oscar, eye_set, truth)
    page = lead.get(reverse("quality_readers", args=["diabetic-eye"]))
    assert [chart.rows[0][:2] for chart in page.context["charts"]] == [
        [str(cast.oscar), "100 %"], [str(cast.oscar), "100 %"], [str(cast.oscar), "0 %"]
    ]  # fmt: skip
    assert "Passed" in page.content.decode()


def test_the_lead_makes_a_set_with_uploaded_cases(cast: Cast, signed_in: SignIn, store: Any) -> None:
    Certificate.objects.filter(reader=cast.adele).update(leads_quality=True)
    lead = signed_in(cast.adele)
    settings = {"name": "Autumn", "offered": "on", "sensitivity": "0.8", "specificity": "0.7", "months": "12"}
    page = lead.post(reverse("new_test_set", args=["diabetic-eye"]), settings | {"one_in": "20"})["Location"]
    files = {f"picture-{v}": SimpleUploadedFile("e.jpg", make.photo_bytes(seed)) for seed, v in ((1, "OD"), (2, "OS"))}
    told = {"age": "60", "sex": "male", "source": "three specialists", "suggestion": "none"}
    answer = lead.post(page + "cases/", form(both_eyes(MODERATE_EYE)) | told | files)
    assert answer.status_code == 302, answer.content.decode()
    case = TestCase.objects.get()
    assert (case.finding, case.pictures.count(), case.number) == ("referable", 2, 1)
    wrong = lead.post(page + "cases/", form({"OD": MODERATE_EYE}) | told)
    assert wrong.status_code == 422
    assert "three specialists" in lead.get(page).content.decode()
    assert signed_in(cast.olivia).get(page).status_code == 404
    lead.post(page + "cases/1/retire/")
    case.refresh_from_db()
    assert case.retired_at is not None
    assert signed_in(cast.olivia).post(page + "studies/").status_code == 404
    study = {"name": "A study", "readers": [str(cast.olivia.pk)], "washout_days": "28", "seed": "1"}
    assert lead.post(page + "studies/", study).status_code == 302
    assert list(Study.objects.get().readers.all()) == [cast.olivia]
