"""Every grade and what it means for the patient."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.grades import (
    AMD,
    DME,
    ICDR,
    MEANS,
    ChestGrade,
    EyeGrade,
    Finding,
    Gradability,
    GradeError,
    Recommendation,
    Sign,
    TBLikelihood,
    Why,
    Zone,
    chest_grade,
    eye_grade,
    finding_of,
    plain_grade,
    recommendation_of,
    worst,
)
from screening.words.codes import LIMITS

N, U, R, X = Finding.NORMAL, Finding.UNGRADABLE, Finding.REFERABLE, Finding.URGENT

# ICDR x DME, every pair: finding, and the English NHS grade.
EYES = [
    (0, "none", N, "R0 M0"), (0, "not_central", R, "R0 M1"), (0, "central", X, "R0 M1"),
    (1, "none", N, "R1 M0"), (1, "not_central", R, "R1 M1"), (1, "central", X, "R1 M1"),
    (2, "none", R, "R2 M0"), (2, "not_central", R, "R2 M1"), (2, "central", X, "R2 M1"),
    (3, "none", R, "R2 M0"), (3, "not_central", R, "R2 M1"), (3, "central", X, "R2 M1"),
    (4, "none", X, "R3A M0"), (4, "not_central", X, "R3A M1"), (4, "central", X, "R3A M1"),
]  # fmt: skip
CHESTS = [("unlikely", N), ("possible", R), ("likely", R), ("active", X)]


def test_the_tables_are_complete() -> None:
    assert {(icdr, dme) for icdr, dme, *_ in EYES} == set(itertools.product(map(int, ICDR), map(str, DME)))
    assert {tb for tb, _ in CHESTS} == set(TBLikelihood)


@pytest.mark.parametrize(("icdr", "dme", "finding", "rm"), EYES)
def test_a_gradable_eye(icdr: int, dme: str, finding: Finding, rm: str) -> None:
    grade = eye_grade({"gradability": "gradable", "icdr": str(icdr), "dme": dme})
    assert (grade.finding, grade.rm) == (finding, rm)
    with_other = eye_grade({"gradability": "gradable", "icdr": icdr, "dme": dme, "other": "on"})
    assert with_other.finding is (R if finding is N else finding)


@pytest.mark.parametrize(("icdr", "dme"), [(icdr, dme) for icdr, dme, *_ in EYES])
def test_an_ungradable_eye_is_ungradable_whatever_else_was_ticked(icdr: int, dme: str) -> None:
    grade = eye_grade({"gradability": "ungradable", "icdr": str(icdr), "dme": dme})
    assert (grade.finding, grade.rm, grade.icdr, grade.dme) == (U, "U", None, None)
    assert EyeGrade(Gradability.UNGRADABLE, ICDR(icdr), DME(dme)).finding is U


@pytest.mark.parametrize(("tb", "finding"), CHESTS)
@pytest.mark.parametrize("gradable", [True, False])
@pytest.mark.parametrize("other", [True, False])
@pytest.mark.parametrize("urgent", [True, False])
def test_a_film(tb: str, finding: Finding, gradable: bool, other: bool, urgent: bool) -> None:
    raw = {"gradability": "gradable" if gradable else "ungradable", "tb": tb, "other": other, "other_urgent": urgent}
    if urgent:
        expected = X
    elif not gradable:
        expected = R if other else U
    else:
        expected = R if other and finding is N else finding
    assert chest_grade(raw).finding is expected


def test_a_film_without_a_grade_is_never_normal() -> None:
    assert ChestGrade(Gradability.GRADABLE).finding is U
    assert EyeGrade(Gradability.GRADABLE).finding is U


INCOMPLETE: list[tuple[str, dict[str, Any], str]] = [
    ("fundus", {}, "OD-gradability"),
    ("fundus", {"gradability": ""}, "OD-gradability"),
    ("fundus", {"gradability": "perhaps"}, "OD-gradability"),
    ("fundus", {"icdr": "2", "dme": "none"}, "OD-gradability"),
    ("fundus", {"gradability": "gradable"}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": ""}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": None}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": "5", "dme": "none"}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": "-1", "dme": "none"}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": "mild", "dme": "none"}, "OD-icdr"),
    ("fundus", {"gradability": "gradable", "icdr": "2"}, "OD-dme"),
    ("fundus", {"gradability": "gradable", "icdr": "0", "dme": ""}, "OD-dme"),
    ("fundus", {"gradability": "gradable", "icdr": "0", "dme": "severe"}, "OD-dme"),
    ("chest", {}, "OD-gradability"),
    ("chest", {"gradability": "gradable"}, "OD-tb"),
    ("chest", {"gradability": "gradable", "tb": ""}, "OD-tb"),
    ("chest", {"gradability": "gradable", "tb": "certain"}, "OD-tb"),
]


@pytest.mark.parametrize(("modality", "raw", "field"), INCOMPLETE)
def test_an_incomplete_grade_names_what_to_correct(modality: str, raw: dict[str, Any], field: str) -> None:
    with pytest.raises(GradeError) as error:
        finding_of(modality, {"OD": raw})
    assert error.value.field == field
    assert error.value.sentence.endswith(".")


@pytest.mark.parametrize(("right", "left"), list(itertools.product(EYES, EYES)))
def test_the_worse_eye_decides(right: tuple, left: tuple) -> None:
    grades = {
        view: {"gradability": "gradable", "icdr": eye[0], "dme": eye[1]} for view, eye in (("OD", right), ("OS", left))
    }
    order = [N, U, R, X]
    assert finding_of("fundus", grades) is max(right[2], left[2], key=order.index)


def test_an_ungradable_eye_is_never_outvoted_by_a_normal_one() -> None:
    normal, blind = {"gradability": "gradable", "icdr": "0", "dme": "none"}, {"gradability": "ungradable"}
    assert finding_of("fundus", {"OD": normal, "OS": blind}) is U
    assert finding_of("fundus", {"OD": {**normal, "icdr": "2"}, "OS": blind}) is R


def test_nothing_seen_is_ungradable() -> None:
    assert worst([]) is U
    assert finding_of("fundus", {}) is U


# ------------------------------------------------------------------------------------------- what else an eye shows

CLEAR_EYE = {"gradability": "gradable", "icdr": "0", "dme": "none"}
BESIDE_AN_EYE: list[tuple[dict[str, Any], Finding, tuple[Why, ...]]] = [
    ({}, N, ()),
    ({"glaucoma": True}, R, (Why.GLAUCOMA,)),
    ({"cup_disc": "0"}, N, ()),
    ({"cup_disc": "0.69"}, N, ()),
    ({"cup_disc": "0.7"}, R, (Why.GLAUCOMA,)),
    ({"cup_disc": "0,7"}, R, (Why.GLAUCOMA,)),
    ({"cup_disc": "1"}, R, (Why.GLAUCOMA,)),
    ({"cup_disc": "0.3", "glaucoma": True}, R, (Why.GLAUCOMA,)),  # a small ratio does not take a suspicion back
    ({"cup_disc": "0.9", "glaucoma": True}, R, (Why.GLAUCOMA,)),
    ({"cataract": True}, R, (Why.CATARACT,)),
    ({"amd": "early"}, N, ()),  # NICE NG82: early degeneration is not referred
    ({"amd": "late"}, X, (Why.AMD_LATE,)),
    ({"other": True}, R, (Why.OTHER,)),
    ({"note": "a floater, seen before"}, N, ()),
    ({"glaucoma": True, "cataract": True, "amd": "late", "other": True}, X,
     (Why.GLAUCOMA, Why.CATARACT, Why.AMD_LATE, Why.OTHER)),
]  # fmt: skip


def test_every_stage_and_every_reason_is_in_the_tables() -> None:
    assert {said["amd"] for said, *_ in BESIDE_AN_EYE if "amd" in said} == set(AMD)
    assert set(MEANS) == set(Why)
    assert Finding.NORMAL not in MEANS.values()
    assert {next(iter(signs)) for signs, *_ in SIGNS} == set(Sign)
    assert set(RECOMMENDED) == set(itertools.product(TBLikelihood, [*Recommendation, None]))


@pytest.mark.parametrize(("said", "finding", "whys"), BESIDE_AN_EYE)
def test_what_else_an_eye_shows(said: dict[str, Any], finding: Finding, whys: tuple[Why, ...]) -> None:
    grade = eye_grade(CLEAR_EYE | said)
    assert (grade.finding, grade.whys) == (finding, whys)
    for icdr, dme, retina, rm in EYES:
        both = eye_grade({**said, "gradability": "gradable", "icdr": icdr, "dme": dme})
        assert (both.finding, both.rm) == (worst([retina, finding]), rm), "the worse of the two, and R/M as before"
    blind = eye_grade({**said, "gradability": "ungradable"})
    assert blind.finding is worst([U, finding]), "what was seen all the same is not lost, and nothing makes it normal"


@pytest.mark.parametrize("ratio", ["-0.1", "1.01", "seven", "0.5.5", "nan", "inf", "0.7 mm"])
def test_a_cup_disc_ratio_that_is_none_is_refused(ratio: str) -> None:
    with pytest.raises(GradeError) as error:
        eye_grade(CLEAR_EYE | {"cup_disc": ratio}, "OS-")
    assert error.value.field == "OS-cup_disc"


@pytest.mark.parametrize(("field", "value"), [("amd", "wet"), ("amd", "EARLY")])
def test_another_word_for_a_stage_is_refused(field: str, value: str) -> None:
    with pytest.raises(GradeError) as error:
        eye_grade(CLEAR_EYE | {field: value}, "OD-")
    assert error.value.field == f"OD-{field}"


# ------------------------------------------------------------------------------------------------- what a film shows

CLEAR_FILM = {"gradability": "gradable", "tb": "unlikely"}
SIGNS = [
    ({"consolidation": ["RU"]}, R), ({"cavity": ["LU"]}, R), ({"nodules": ["RM"]}, R), ({"miliary": ["RU", "LL"]}, R),
    ({"lymph_nodes": []}, R), ({"effusion": ["RL"]}, R), ({"mass": ["LM"]}, R), ({"pneumothorax": ["LU"]}, X),
    ({"large_heart": []}, R), ({"scar": ["RU"]}, N), ({"scar": ["RU"], "cavity": ["RU"]}, R),
    ({"scar": [], "pneumothorax": ["RL"]}, X),
]  # fmt: skip
# Likelihood x recommendation, every pair: finding and what is recommended; None where the two contradict each other.
RECOMMENDED: dict[tuple[TBLikelihood, Recommendation | None], tuple[Finding, str] | None] = {
    (TBLikelihood.UNLIKELY, None): (N, "none"),
    (TBLikelihood.UNLIKELY, Recommendation.XPERT): (R, "xpert"),
    (TBLikelihood.UNLIKELY, Recommendation.REPEAT): (U, "repeat"),
    (TBLikelihood.UNLIKELY, Recommendation.REFER): (R, "refer"),
    (TBLikelihood.UNLIKELY, Recommendation.NONE): (N, "none"),
    **{(tb, said): (finding, (said or Recommendation.XPERT).value)
       for tb, finding in ((TBLikelihood.POSSIBLE, R), (TBLikelihood.LIKELY, R), (TBLikelihood.ACTIVE, X))
       for said in (None, Recommendation.XPERT, Recommendation.REPEAT, Recommendation.REFER)},
    **{(tb, Recommendation.NONE): None for tb in (TBLikelihood.POSSIBLE, TBLikelihood.LIKELY, TBLikelihood.ACTIVE)},
}  # fmt: skip


@pytest.mark.parametrize(("signs", "finding"), SIGNS)
def test_a_sign_counts_in_whatever_zone_it_lies(signs: dict[str, list[str]], finding: Finding) -> None:
    assert chest_grade(CLEAR_FILM | {"signs": signs}).finding is finding
    for zone in Zone:
        grade = chest_grade(CLEAR_FILM | {"signs": {sign: [zone.value] for sign in signs}})
        assert grade.finding is finding
        assert grade.signs == {Sign(sign): (zone,) for sign in signs}, "side and height are kept as they were ticked"
    everywhere = chest_grade(CLEAR_FILM | {"signs": {sign: list(Zone) for sign in signs}})
    assert everywhere.finding is finding
    unread = chest_grade({"gradability": "ungradable", "signs": signs})
    assert unread.finding is worst([U, finding])


@pytest.mark.parametrize(
    "signs", [{"shadow": ["RU"]}, {"cavity": ["UR"]}, {"cavity": ["XX"]}, ["cavity"], {"cavity": 1}]
)
def test_a_sign_or_a_zone_that_is_none_is_refused(signs: Any) -> None:
    with pytest.raises(GradeError) as error:
        chest_grade(CLEAR_FILM | {"signs": signs}, "CXR-")
    assert error.value.field == "CXR-signs"


@pytest.mark.parametrize(("pair", "expected"), RECOMMENDED.items())
def test_likelihood_and_recommendation(
    pair: tuple[TBLikelihood, Recommendation | None], expected: tuple[Finding, str] | None
) -> None:
    tb, said = pair
    raw = {"gradability": "gradable", "tb": tb.value, "recommendation": said.value if said else ""}
    if expected is None:
        with pytest.raises(GradeError, match="not normal") as error:
            chest_grade(raw, "CXR-")
        assert error.value.field == "CXR-recommendation"
        return
    assert (chest_grade(raw).finding, recommendation_of("chest", {"CXR": raw})) == expected


@pytest.mark.parametrize("said", [None, *Recommendation])
def test_a_film_that_cannot_be_read_is_repeated_unless_more_is_asked_for(said: Recommendation | None) -> None:
    raw = {"gradability": "ungradable", "recommendation": said.value if said else ""}
    if said is Recommendation.NONE:
        with pytest.raises(GradeError, match="not normal"):
            chest_grade(raw)
        return
    grade = chest_grade(raw)
    assert grade.recommendation is (said or Recommendation.REPEAT)
    assert grade.finding is (R if said in (Recommendation.XPERT, Recommendation.REFER) else U)


@pytest.mark.parametrize("limits", [code for code, _words in LIMITS])
def test_how_good_a_film_is_changes_no_finding(limits: str) -> None:
    for tb, finding in CHESTS:
        assert chest_grade({"gradability": "gradable", "tb": tb, "limits": limits}).finding is finding


# ------------------------------------------------------------------------------------------- whatever is ticked

TICKED_EYES = st.fixed_dictionaries(
    {"gradability": st.sampled_from(["gradable", "ungradable"]), "icdr": st.sampled_from("01234"),
     "dme": st.sampled_from([d.value for d in DME])},
    optional={"glaucoma": st.booleans(), "cataract": st.booleans(), "other": st.booleans(),
              "cup_disc": st.floats(0, 1).map(str), "amd": st.sampled_from(["", "early", "late"])},
)  # fmt: skip
TICKED_FILMS = st.fixed_dictionaries(
    {"gradability": st.sampled_from(["gradable", "ungradable"]), "tb": st.sampled_from(list(TBLikelihood))},
    optional={"other": st.booleans(), "other_urgent": st.booleans(),
              "recommendation": st.sampled_from(["", *Recommendation]),
              "signs": st.dictionaries(st.sampled_from(list(Sign)), st.lists(st.sampled_from(list(Zone)), max_size=6))},
)  # fmt: skip
# All that may be said of a normal view: no or mild retinopathy (ICO 2017), early degeneration (NICE NG82), an old scar.
HARMLESS: dict[str, Any] = {"icdr": ("0", "1"), "dme": ("none",), "amd": ("", "early"), "tb": (TBLikelihood.UNLIKELY,),
                            "recommendation": ("", Recommendation.NONE)}  # fmt: skip


def harmless(name: str, value: Any) -> bool:
    if name == "signs":
        return set(value) <= {Sign.SCAR}
    if name == "cup_disc":
        return float(value) < 0.7
    return value in HARMLESS[name] if name in HARMLESS else not value


@given(TICKED_EYES)
def test_no_eye_with_anything_ticked_is_normal(raw: dict[str, Any]) -> None:
    clean = all(harmless(name, value) for name, value in raw.items() if name != "gradability")
    assert (eye_grade(raw).finding is N) == (clean and raw["gradability"] == "gradable")


@given(TICKED_FILMS)
def test_no_film_with_anything_ticked_is_normal(raw: dict[str, Any]) -> None:
    clean = all(harmless(name, value) for name, value in raw.items() if name != "gradability")
    normal = clean and raw["gradability"] == "gradable"
    try:
        assert (chest_grade(raw).finding is N) == normal
    except GradeError:
        assert raw["recommendation"] == Recommendation.NONE and not normal


@given(st.lists(TICKED_EYES, min_size=1, max_size=2))
def test_ticking_more_never_lowers_a_finding(eyes: list[dict[str, Any]]) -> None:
    order = [N, U, R, X]
    for raw in eyes:
        for tick in ("glaucoma", "cataract", "other"):
            more = eye_grade({**raw, tick: True}).finding
            assert order.index(more) >= order.index(eye_grade({**raw, tick: False}).finding)
    grades = dict(zip(("OD", "OS"), eyes, strict=False))
    assert finding_of("fundus", grades) is worst([eye_grade(raw).finding for raw in eyes])


# ------------------------------------------------------------------------------------------------- any other picture


@pytest.mark.parametrize(("seen", "finding"), [("normal", N), ("refer", R), ("urgent", X)])
def test_a_picture_without_a_scale_of_its_own(seen: str, finding: Finding) -> None:
    grade = plain_grade({"gradability": "gradable", "seen": seen})
    assert grade.finding is finding and bool(grade.whys) == (finding is not N)


def test_what_cannot_be_graded_is_never_normal_whatever_is_said_of_it() -> None:
    assert plain_grade({"gradability": "ungradable", "seen": "normal"}).finding is U


@pytest.mark.parametrize(
    ("raw", "field"),
    [({}, "SK-gradability"), ({"gradability": "gradable"}, "SK-seen"),
     ({"gradability": "gradable", "seen": "perhaps"}, "SK-seen")],
)  # fmt: skip
def test_an_incomplete_plain_grade_names_what_is_missing(raw: dict[str, Any], field: str) -> None:
    with pytest.raises(GradeError) as error:
        plain_grade(raw, "SK-")
    assert error.value.field == field
