"""Evaluation of a pack on a labelled set: every figure against an independent computation, every warning planted."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import brier_score_loss

from inference.drawing import draw_fundus
from inference.evaluation import curves, measure, rates, shortcuts, subgroups
from inference.evaluation.cases import Asked, SetRefused, one_each, read
from inference.evaluation.duplicates import twins
from inference.evaluation.looks import Look, fingerprint


def scored(seed: int, people: int = 300, each: int = 2, lift: float = 1.2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, answers and patients, where the pictures of one patient are alike."""
    rng = np.random.default_rng(seed)
    ill = np.repeat(rng.random(people) < 0.4, each)
    own = np.repeat(rng.normal(0, 0.7, people), each)
    raw = own + rng.normal(0, 0.7, people * each) + lift * ill
    return 1 / (1 + np.exp(-raw)), ill, np.repeat(np.arange(people), each).astype(str)


def test_rates_are_those_of_an_independent_count() -> None:
    scores, ill, patient = scored(3)
    at = rates.at_threshold(scores, ill, patient, 0.6)
    pairs = {"sensitivity": (at["tp"], at["fn"]), "specificity": (at["tn"], at["fp"]),
             "ppv": (at["tp"], at["fp"]), "npv": (at["tn"], at["fn"])}  # fmt: skip
    for name, (hits, others) in pairs.items():
        peer = stats.binomtest(hits, hits + others)
        assert at[name]["value"] == pytest.approx(hits / (hits + others), abs=1e-12)
        for ours, method in (("exact", "exact"), ("wilson", "wilson")):
            known = peer.proportion_ci(0.95, method=method)
            assert at[name][ours] == pytest.approx((known.low, known.high), abs=1e-9)
        low, high = at[name]["patients"]
        assert low < at[name]["value"] < high


def test_bayes_at_a_stated_prevalence() -> None:
    at = rates.at_prevalence(
        {"sensitivity": {"value": 0.9, "exact": (0.8, 0.95)}, "specificity": {"value": 0.8, "exact": (0.7, 0.9)}}, 0.02
    )
    assert at is not None
    hits, false = 0.9 * 0.02, 0.2 * 0.98
    assert at["ppv"]["value"] == pytest.approx(hits / (hits + false), abs=1e-12)
    assert at["false_per_true"]["value"] == pytest.approx(false / hits, abs=1e-12)
    assert at["npv"]["value"] == pytest.approx(0.8 * 0.98 / (0.8 * 0.98 + 0.1 * 0.02), abs=1e-12)
    assert at["ppv"]["low"] < at["ppv"]["value"] < at["ppv"]["high"]
    assert at["false_per_true"]["low"] < at["false_per_true"]["value"] < at["false_per_true"]["high"]


def test_a_calibrated_score_has_no_calibration_error_and_a_bent_one_has() -> None:
    rng = np.random.default_rng(4)
    truth = rng.random(20_000)
    ill = rng.random(20_000) < truth
    assert curves.expected_error(curves.calibration_curve(truth, ill)) < 0.01
    bent = curves.expected_error(curves.calibration_curve(truth**3, ill))
    assert bent == pytest.approx(float(np.mean(truth - truth**3)), abs=0.02)
    assert curves.brier(truth, ill) == pytest.approx(brier_score_loss(ill, truth), abs=1e-12)
    assert sum(one.pictures for one in curves.calibration_curve(np.round(truth, 1), ill)) == 20_000


def test_net_benefit_is_the_published_formula() -> None:
    scores, ill, _ = scored(5)
    risks = np.array([0.1, 0.25, 0.5])
    model, everybody = curves.net_benefit(scores, ill, risks)
    for risk, ours, naive in zip(risks, model, everybody, strict=True):
        called = scores >= risk
        odds = risk / (1 - risk)
        assert ours == pytest.approx((called & ill).mean() - (called & ~ill).mean() * odds, abs=1e-12)
        assert naive == pytest.approx(ill.mean() - (1 - ill.mean()) * odds, abs=1e-12)


# ------------------------------------------------------------------------------------------------------- subgroups


def planted(seed: int, gap: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """A set whose women are told apart less well by `gap`, with two columns that mean nothing."""
    scores, ill, patient = scored(seed, people=600)
    rng = np.random.default_rng(seed + 1000)
    sex = np.repeat(np.where(rng.random(600) < 0.5, "F", "M"), 2)
    raw = np.log(scores / (1 - scores)) - gap * (ill & (sex == "F"))
    other = {"site": np.repeat(rng.integers(0, 4, 600), 2).astype(str), "age": np.repeat(rng.integers(18, 90, 600), 2)}
    return 1 / (1 + np.exp(-raw)), ill, patient, {"sex": sex, **{k: v.astype(str) for k, v in other.items()}}


def gaps_of(seed: int, gap: float) -> list[subgroups.Gap]:
    scores, ill, patient, columns = planted(seed, gap)
    found = subgroups.groups(columns, scores, ill, patient, 0.5)
    return subgroups.gaps(found, scores, ill, patient, 0.5)


def test_a_planted_gap_is_found_and_named() -> None:
    named = []
    for seed in range(10):
        found = gaps_of(seed, 0.8)
        assert {gap.figure for gap in found if (gap.column, gap.value) == ("sex", "F")} >= {"AUC", "sensitivity"}
        assert all(gap.here < gap.elsewhere and gap.p < 0.05 for gap in found)
        named += [gap for gap in found if gap.column != "sex"]
    assert len(named) <= 1  # a false alarm in twenty sets is what the correction promises


def test_where_there_is_no_gap_none_is_found() -> None:
    assert sum(bool(gaps_of(seed, 0.0)) for seed in range(100, 160)) <= 5


def test_each_figure_is_compared_where_its_own_people_are_thirty() -> None:
    scores, ill, patient = scored(6)
    column = np.full(len(ill), "many")
    column[np.flatnonzero(ill)[:29]] = "few"
    column[np.flatnonzero(~ill)[:80]] = "few"
    column[np.flatnonzero(~ill)[80:109]] = "fewer"
    column[np.flatnonzero(ill)[29:69]] = "fewer"
    # Nearly no well one of the small group is cleared: that must not hide behind its few ill ones.
    scores[(column == "few") & ~ill] = 0.9
    found = subgroups.groups({"place": column}, scores, ill, patient, 0.5)
    few, fewer, many = found
    assert few.area is None and fewer.area is None and many.area is not None
    tests = subgroups.compared(found, scores, ill, patient, 0.5)
    assert subgroups.not_tested(few, tests, 0.5) == ["AUC", "sensitivity"]
    assert subgroups.not_tested(fewer, tests, 0.5) == ["AUC", "specificity"]
    assert subgroups.not_tested(many, tests, 0.5) == []
    assert ("few", "specificity") in {(gap.value, gap.figure) for gap in subgroups.worse(tests)}


def test_a_column_that_tells_the_answer_is_no_grouping() -> None:
    ill = np.array([True, True, False, False, False])
    assert subgroups.tells_answer("grade", np.array(["2", "3", "0", "1", ""]), ill)
    assert not subgroups.tells_answer("grade", np.array(["2", "3", "0", "2", ""]), ill)
    assert not subgroups.tells_answer("name", np.array(["a", "a", "a", "a", "a"]), ill)


def test_forty_of_forty_has_no_interval_by_patient() -> None:
    at = rates.at_threshold(np.r_[np.ones(40), np.zeros(40)], np.arange(80) < 40, np.arange(80).astype(str), 0.5)
    assert at["sensitivity"]["patients"] is None and at["sensitivity"]["exact"][0] < 0.95


def test_columns_are_parted_by_value_age_band_third_and_finding() -> None:
    ages = subgroups.members("age", np.array(["3", "20", "40", "60", "80", ""]))
    assert list(ages) == ["under 15", "15 – <35", "35 – <55", "55 – <75", "75 and over"]
    assert sum(rows.sum() for rows in ages.values()) == 5
    assert len(subgroups.members("bmi", np.arange(90).astype(str))) == 3
    found = subgroups.members("findings", np.array(["Mass|Nodule", "Mass", "None"]))
    assert found["Mass"].tolist() == [True, True, False]
    assert subgroups.members("name", np.array([f"p{n}" for n in range(40)])) == {}


# ---------------------------------------------------------------------------------------------- what is wrong with it


def test_a_source_that_predicts_the_answer_is_reported() -> None:
    _, ill, patient = scored(7)
    rng = np.random.default_rng(7)
    small = rng.integers(0, 255, (len(ill), 32, 32)).astype(np.uint8)
    told = {
        "hospital": np.where(ill ^ (rng.random(len(ill)) < 0.1), "A", "B"),
        "week": rng.integers(0, 5, len(ill)).astype(str),
    }
    found = {one.what: one for one in shortcuts.shortcuts(told, small, ill, patient)}
    assert found["hospital"].telling and found["hospital"].auc > 0.85
    assert not any(found[what].telling for what in ("week", "border", "thumbnail"))


def test_a_border_that_tells_the_answer_is_reported() -> None:
    _, ill, patient = scored(8)
    small = np.random.default_rng(8).integers(90, 160, (len(ill), 32, 32)).astype(np.uint8)
    small[ill, :2, :] += 60
    found = {one.what: one for one in shortcuts.shortcuts({}, small, ill, patient)}
    assert found["border"].telling and found["thumbnail"].telling


def looked(picture: np.ndarray) -> Look:
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return Look(0.5, cv2.resize(gray, (32, 32), interpolation=cv2.INTER_AREA), fingerprint(gray), "")


def test_a_near_copy_is_found_and_other_eyes_are_not() -> None:
    eyes = [draw_fundus(seed, laterality="R", lesions=0, size=400) for seed in range(6)]
    _, code = cv2.imencode(".jpg", cv2.resize(eyes[2], (300, 300)), [cv2.IMWRITE_JPEG_QUALITY, 40])
    copy = cv2.imdecode(code, cv2.IMREAD_COLOR)
    found = twins([looked(eye) for eye in [*eyes, copy]])
    assert [(one.first, one.second) for one in found] == [(2, 6)]


def test_a_set_with_one_answer_only_is_refused() -> None:
    with pytest.raises(SetRefused, match="2 of each") as refused:
        measure.check_classes(np.array([True, True, True, False]))
    assert refused.value.code == "one_class"


# ------------------------------------------------------------------------------------------------------- the table


def table(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text)
    return folder / "labels.csv"


def test_columns_are_known_by_name_and_values_by_what_they_say(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "x,image,label,patient_id,split\n1,a.png,tb,p1,test\n2,b.png,normal,p1,test\n3,c.png,,p2,test\n4,d.png,tb,p3,train\n",
    )
    cases = read(path, Asked(positive=("tb",), where=(("split", "test"),)))
    assert cases.names.tolist() == ["a.png", "b.png"] and cases.positive.tolist() == [True, False]
    assert cases.patient.tolist() == ["p1", "p1"] and cases.patient_column == "patient_id"
    assert cases.left_out == {"other rows of the table": 1, "no reference answer": 1}
    assert read(path, Asked(), labels=("tb", "normal"), positive=("tb",)).positive.tolist() == [True, False, True]
    assert one_each(cases.positive, cases.patient).tolist() == [0]


@pytest.mark.parametrize(
    ("text", "asked", "code"),
    [
        ("image,label\n", Asked(), "no_rows"),
        ("image,label\na,1\n", Asked(image="file"), "no_column"),
        ("image,grade\na,1\n", Asked(), "no_column"),
        ("image,label\na,tb\nb,healthy\n", Asked(), "unknown_truth"),
        ("image,label\na,1\na,0\n", Asked(), "twice"),
        ("image,label\na,1\nb,0\n", Asked(where=(("label", "7"),)), "no_rows"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, text: str, asked: Asked, code: str) -> None:
    with pytest.raises(SetRefused) as refused:
        read(table(tmp_path, text), asked)
    assert refused.value.code == code
