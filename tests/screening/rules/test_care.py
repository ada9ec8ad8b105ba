"""The clinical rules: truth tables, and what must hold whatever happens in whatever order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening import rules
from screening.rules import (
    Action,
    Evidence,
    ImageState,
    Picture,
    Priority,
    Protocol,
    Reason,
    Verdict,
)

EYE = Protocol(views=("OD", "OS"), retakes_allowed=2, recall_months=12)
CHEST = Protocol(views=("CXR",), retakes_allowed=1, recall_months=6, symptoms_refer=True, age_min=15)

PENDING, FAILED, UNGRADABLE = ImageState.PENDING, ImageState.FAILED, ImageState.UNGRADABLE
UNBOUND, NEGATIVE, POSITIVE = ImageState.UNBOUND, ImageState.NEGATIVE, ImageState.POSITIVE
UNSURE = [PENDING, FAILED, UNGRADABLE, UNBOUND]


def pictures(**views: ImageState | list[ImageState]) -> tuple[Picture, ...]:
    found = []
    for view, states in views.items():
        for state in states if isinstance(states, list) else [states]:
            reason = "blurred" if state is UNGRADABLE else ""
            found.append(Picture(str(len(found)), view, state, reason))
    return tuple(found)


def seen(handed_in: bool = True, **rest: object) -> Evidence:
    views = {k: rest.pop(k) for k in ("OD", "OS", "CXR") if k in rest}
    return Evidence(pictures=pictures(**views), handed_in=handed_in, **rest)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------- triage, by row

ALL_CLEAR = Verdict(Action.RECALL, Reason.ALL_CLEAR, None, ("OD", "OS"), (), 12)
MISSING_LEFT = Verdict(Action.WAIT, Reason.MISSING_VIEW, None, ("OS",))
FINDING = Verdict(Action.REFER, Reason.FINDING, Priority.REFER, ("OD",))

TRIAGE = [
    ("both eyes negative", EYE, seen(OD=NEGATIVE, OS=NEGATIVE), ALL_CLEAR),
    ("chest negative", CHEST, seen(CXR=NEGATIVE), Verdict(Action.RECALL, Reason.ALL_CLEAR, None, ("CXR",), (), 6)),
    # 1. disease or danger outranks everything
    ("one eye positive", EYE, seen(OD=POSITIVE, OS=NEGATIVE), FINDING),
    ("both eyes positive", EYE, seen(OS=POSITIVE, OD=POSITIVE), replace(FINDING, views=("OD", "OS"))),
    ("positive, other eye missing", EYE, seen(OD=POSITIVE), FINDING),
    ("positive, other eye running", EYE, seen(OD=POSITIVE, OS=PENDING), FINDING),
    ("positive, other eye failed", EYE, seen(OD=POSITIVE, OS=FAILED), FINDING),
    ("positive, other eye ungradable", EYE, seen(OD=POSITIVE, OS=UNGRADABLE), FINDING),
    ("positive, other eye unbound", EYE, seen(OD=POSITIVE, OS=UNBOUND), FINDING),
    ("positive, not handed in: the patient is sent on, and no reader is asked of half a visit", EYE,
     seen(False, OD=POSITIVE), replace(FINDING, priority=None)),
    ("positive, left unfinished", EYE, seen(False, OD=POSITIVE, left=True), FINDING),
    ("positive, whose picture is disputed", EYE, seen(OD=POSITIVE, identity_alert=True), FINDING),
    ("positive, then a negative try of the same eye", EYE, seen(OD=[POSITIVE, NEGATIVE], OS=NEGATIVE), FINDING),
    ("positive and unobtainable", EYE, seen(OD=POSITIVE, unobtainable=("OS",)), FINDING),
    ("positive where a human reads all", replace(EYE, human_reads_all=True), seen(OD=POSITIVE), FINDING),
    ("positive view the programme does not ask for", EYE, seen(CXR=POSITIVE), replace(FINDING, views=("CXR",))),
    ("danger, handed in", EYE, seen(OD=NEGATIVE, OS=NEGATIVE, dangers=("sudden_loss",)),
     Verdict(Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, (), ("sudden_loss",))),
    ("danger without any picture", EYE, seen(dangers=("sudden_loss",)),
     Verdict(Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, (), ("sudden_loss",))),
    ("danger and positive, not handed in", EYE, seen(False, OD=POSITIVE, dangers=("sudden_loss",)),
     Verdict(Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, ("OD",), ("sudden_loss",))),
    ("danger, disputed identity", CHEST, seen(CXR=NEGATIVE, dangers=("blood",), identity_alert=True),
     Verdict(Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, (), ("blood",))),
    ("danger told, nothing else yet", EYE, seen(False, dangers=("sudden_loss",)),
     Verdict(Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, (), ("sudden_loss",))),
    ("danger, nothing found, not handed in yet", EYE, seen(False, OD=NEGATIVE, OS=NEGATIVE, dangers=("sudden_loss",)),
     Verdict(Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, (), ("sudden_loss",))),
    ("danger outranks symptoms", CHEST, seen(CXR=NEGATIVE, dangers=("blood",), symptoms=("cough",)),
     Verdict(Action.REFER_URGENT, Reason.DANGER_SIGN, Priority.URGENT, (), ("blood",))),
    ("symptoms refer whatever the score", CHEST, seen(CXR=NEGATIVE, symptoms=("fever", "cough")),
     Verdict(Action.REFER, Reason.SYMPTOMS, Priority.REFER, (), ("cough", "fever"))),
    ("symptoms, film still running", CHEST, seen(CXR=PENDING, symptoms=("cough",)),
     Verdict(Action.REFER, Reason.SYMPTOMS, Priority.REFER, (), ("cough",))),
    ("symptoms, film missing", CHEST, seen(symptoms=("cough",)),
     Verdict(Action.REFER, Reason.SYMPTOMS, Priority.REFER, (), ("cough",))),
    ("symptoms, not handed in yet", CHEST, seen(False, CXR=NEGATIVE, symptoms=("cough",)),
     Verdict(Action.WAIT, Reason.NOT_HANDED_IN, None, ("CXR",))),
    ("symptoms, left unfinished", CHEST, seen(False, symptoms=("cough",), left=True),
     Verdict(Action.REFER, Reason.SYMPTOMS, Priority.REFER, (), ("cough",))),
    ("symptoms where they do not refer", replace(CHEST, symptoms_refer=False), seen(CXR=NEGATIVE, symptoms=("cough",)),
     Verdict(Action.RECALL, Reason.ALL_CLEAR, None, ("CXR",), (), 6)),
    ("a finding outranks symptoms", CHEST, seen(CXR=POSITIVE, symptoms=("cough",)), replace(FINDING, views=("CXR",))),
    # 2. disputed, running, missing: wait
    ("disputed identity, all negative", EYE, seen(OD=NEGATIVE, OS=NEGATIVE, identity_alert=True),
     Verdict(Action.WAIT, Reason.IDENTITY)),
    ("disputed identity outranks running", EYE, seen(OD=PENDING, identity_alert=True),
     Verdict(Action.WAIT, Reason.IDENTITY)),
    ("one eye running", EYE, seen(OD=NEGATIVE, OS=PENDING), Verdict(Action.WAIT, Reason.ASSESSING)),
    ("a second try is running", EYE, seen(OD=NEGATIVE, OS=[NEGATIVE, PENDING]), Verdict(Action.WAIT, Reason.ASSESSING)),
    ("running outranks missing", EYE, seen(OD=PENDING), Verdict(Action.WAIT, Reason.ASSESSING)),
    ("running outranks failed", EYE, seen(OD=PENDING, OS=FAILED), Verdict(Action.WAIT, Reason.ASSESSING)),
    ("one eye missing", EYE, seen(OD=NEGATIVE), MISSING_LEFT),
    ("missing outranks ungradable", EYE, seen(OD=UNGRADABLE), MISSING_LEFT),
    ("missing outranks failed", EYE, seen(OD=FAILED), MISSING_LEFT),
    ("nothing at all", EYE, seen(False), Verdict(Action.WAIT, Reason.MISSING_VIEW, None, ("OD", "OS"))),
    ("a programme that asks for no view clears nobody", Protocol(views=()), seen(),
     Verdict(Action.WAIT, Reason.MISSING_VIEW)),
    # 3. unclear: retake, then a human
    ("ungradable, first try", EYE, seen(OD=UNGRADABLE, OS=NEGATIVE),
     Verdict(Action.RETAKE, Reason.UNGRADABLE, None, ("OD",), ("blurred",))),
    ("ungradable, not handed in", EYE, seen(False, OD=UNGRADABLE, OS=NEGATIVE),
     Verdict(Action.RETAKE, Reason.UNGRADABLE, None, ("OD",), ("blurred",))),
    ("ungradable twice", EYE, seen(OD=[UNGRADABLE] * 2, OS=NEGATIVE),
     Verdict(Action.RETAKE, Reason.UNGRADABLE, None, ("OD",), ("blurred",))),
    ("ungradable three times: a human", EYE, seen(OD=[UNGRADABLE] * 3, OS=NEGATIVE),
     Verdict(Action.WAIT, Reason.UNGRADABLE, Priority.REVIEW, ("OD",))),
    ("both ungradable, one used up: the other is retaken first", EYE, seen(OD=[UNGRADABLE] * 3, OS=UNGRADABLE),
     Verdict(Action.RETAKE, Reason.UNGRADABLE, None, ("OS",), ("blurred",))),
    ("no retakes allowed: a human at once", replace(EYE, retakes_allowed=0), seen(OD=UNGRADABLE, OS=NEGATIVE),
     Verdict(Action.WAIT, Reason.UNGRADABLE, Priority.REVIEW, ("OD",))),
    ("ungradable and not to be had again: a human", EYE, seen(OD=UNGRADABLE, OS=NEGATIVE, unobtainable=("OD",)),
     Verdict(Action.WAIT, Reason.UNGRADABLE, Priority.REVIEW, ("OD",))),
    ("the retake is fine", EYE, seen(OD=[UNGRADABLE, NEGATIVE], OS=NEGATIVE), ALL_CLEAR),
    ("a worse second try does not spoil the first", EYE, seen(OD=[NEGATIVE, UNGRADABLE], OS=NEGATIVE), ALL_CLEAR),
    ("unobtainable: a human", EYE, seen(OS=NEGATIVE, unobtainable=("OD",)),
     Verdict(Action.WAIT, Reason.UNOBTAINABLE, Priority.REVIEW, ("OD",))),
    ("unobtainable but then photographed", EYE, seen(OD=NEGATIVE, OS=NEGATIVE, unobtainable=("OD",)), ALL_CLEAR),
    ("failed: a human", EYE, seen(OD=NEGATIVE, OS=FAILED),
     Verdict(Action.WAIT, Reason.ASSESSMENT_FAILED, Priority.REVIEW, ("OS",))),
    ("failed, not handed in: a human, once the visit is whole", EYE, seen(False, OD=NEGATIVE, OS=FAILED),
     Verdict(Action.WAIT, Reason.ASSESSMENT_FAILED, None, ("OS",))),
    ("failed, left unfinished: a human", EYE, seen(False, OD=NEGATIVE, OS=FAILED, left=True),
     Verdict(Action.WAIT, Reason.ASSESSMENT_FAILED, Priority.REVIEW, ("OS",))),
    ("failed beside ungradable in one view: a human", EYE, seen(OD=[UNGRADABLE, FAILED], OS=NEGATIVE),
     Verdict(Action.WAIT, Reason.ASSESSMENT_FAILED, Priority.REVIEW, ("OD",))),
    ("no valid operating point: a human", EYE, seen(OD=UNBOUND, OS=NEGATIVE),
     Verdict(Action.WAIT, Reason.NO_OPERATING_POINT, Priority.REVIEW, ("OD",))),
    ("two reasons for a human: all views named", EYE, seen(OD=UNBOUND, OS=FAILED),
     Verdict(Action.WAIT, Reason.NO_OPERATING_POINT, Priority.REVIEW, ("OD", "OS"))),
    ("a retake wanted outranks a human", EYE, seen(OD=FAILED, OS=UNGRADABLE),
     Verdict(Action.RETAKE, Reason.UNGRADABLE, None, ("OS",), ("blurred",))),
    # 4. everything clear
    ("all negative, not handed in", EYE, seen(False, OD=NEGATIVE, OS=NEGATIVE),
     Verdict(Action.WAIT, Reason.NOT_HANDED_IN, None, ("OD", "OS"))),
    ("all negative, left unfinished: a human, never an all-clear", EYE,
     seen(False, OD=NEGATIVE, OS=NEGATIVE, left=True),
     Verdict(Action.WAIT, Reason.NOT_HANDED_IN, Priority.REVIEW, ("OD", "OS"))),
    ("one eye, left unfinished: a human, who is told what is missing", EYE, seen(False, OD=NEGATIVE, left=True),
     Verdict(Action.WAIT, Reason.MISSING_VIEW, Priority.REVIEW, ("OS",))),
    ("begun and left without a picture: nothing to read", EYE, seen(False, left=True),
     Verdict(Action.WAIT, Reason.MISSING_VIEW, None, ("OD", "OS"))),
    ("ungradable, left unfinished: a human, for nobody takes it again", EYE, seen(False, OD=UNGRADABLE, OS=NEGATIVE,
     left=True), Verdict(Action.WAIT, Reason.UNGRADABLE, Priority.REVIEW, ("OD",))),
    ("left, but somebody must say whose picture it is", EYE, seen(False, OD=NEGATIVE, identity_alert=True, left=True),
     Verdict(Action.WAIT, Reason.IDENTITY)),
    ("beyond what the model was made for", EYE, seen(OD=NEGATIVE, OS=NEGATIVE, beyond=("pregnant", "age")),
     Verdict(Action.WAIT, Reason.BEYOND_MODEL, Priority.REVIEW, ("OD", "OS"), ("age", "pregnant"))),
    ("beyond, and positive", EYE, seen(OD=POSITIVE, OS=NEGATIVE, beyond=("age",)), FINDING),
    ("beyond, not handed in", EYE, seen(False, OD=NEGATIVE, OS=NEGATIVE, beyond=("age",)),
     Verdict(Action.WAIT, Reason.NOT_HANDED_IN, None, ("OD", "OS"))),
    ("a human reads all", replace(EYE, human_reads_all=True), seen(OD=NEGATIVE, OS=NEGATIVE),
     Verdict(Action.WAIT, Reason.HUMAN_READS_ALL, Priority.REVIEW, ("OD", "OS"))),
]  # fmt: skip


@pytest.mark.parametrize(("protocol", "evidence", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in TRIAGE])
def test_triage(protocol: Protocol, evidence: Evidence, verdict: Verdict) -> None:
    assert rules.triage(protocol, evidence) == verdict


def test_the_table_shows_every_action_and_every_reason() -> None:
    verdicts = [row[3] for row in TRIAGE]
    assert {v.action for v in verdicts} == set(Action)
    assert {v.reason for v in verdicts} == set(Reason)


def clears(protocol: Protocol, evidence: Evidence) -> bool:
    """The all-clear, said again in other words: the one way to go home."""
    return (
        bool(protocol.views)
        and evidence.handed_in
        and not evidence.identity_alert
        and not evidence.dangers
        and not (evidence.symptoms and protocol.symptoms_refer)
        and not protocol.human_reads_all
        and not evidence.beyond
        and not any(p.state in (PENDING, POSITIVE) for p in evidence.pictures)
        and all(any(p.view == v and p.state is NEGATIVE for p in evidence.pictures) for v in protocol.views)
    )


def test_every_combination_of_two_eyes_and_circumstances() -> None:
    """Exhaustive: 43 states of each eye (none, one or two tries) and all circumstances: exactly one way home."""
    tries = [list(t) for n in range(3) for t in itertools.product(ImageState, repeat=n)]
    count = 0
    for right, left in itertools.product(tries, tries):
        shown = pictures(OD=right, OS=left)
        for handed_in, gone, alert, danger, reads_all in itertools.product([True, False], repeat=5):
            protocol = replace(EYE, human_reads_all=reads_all)
            dangers = ("sudden_loss",) if danger else ()
            evidence = Evidence(shown, handed_in, gone and not handed_in, (), dangers, (), alert)
            verdict = rules.triage(protocol, evidence)
            assert (verdict.action is Action.RECALL) == clears(protocol, evidence)
            positive = any(p.state is POSITIVE for p in shown)
            assert not positive or verdict.action in (Action.REFER, Action.REFER_URGENT)
            whole = evidence.handed_in or evidence.left
            assert (verdict.action in (Action.REFER, Action.REFER_URGENT) and whole) <= (verdict.priority is not None)
            # Of half a visit a specialist is asked only what is urgent.
            assert whole or verdict.priority in (None, Priority.URGENT)
            count += 1
    assert count == 43 * 43 * 32


# --------------------------------------------------------------------------------------- whatever the order of events


@dataclass
class Story:
    """An encounter as a sequence of events, seen only through its evidence."""

    protocol: Protocol
    evidence: Evidence = field(default_factory=Evidence)

    def after(self, event: tuple[str, object]) -> None:
        kind, what = event
        now = self.evidence
        if kind == "picture":
            view, state = what  # type: ignore[misc]
            picture = Picture(str(len(now.pictures)), view, state, "blurred" if state is UNGRADABLE else "")
            self.evidence = replace(now, pictures=(*now.pictures, picture))
        elif kind == "assessed":
            index, state = what  # type: ignore[misc]
            if now.pictures:
                place = index % len(now.pictures)
                if now.pictures[place].state is PENDING:
                    done = list(now.pictures)
                    done[place] = replace(done[place], state=state)
                    self.evidence = replace(now, pictures=tuple(done))
        else:
            self.evidence = replace(now, **{kind: what})


states = st.sampled_from(list(ImageState))
events = st.one_of(
    st.tuples(st.just("picture"), st.tuples(st.sampled_from(["OD", "OS"]), states)),
    st.tuples(st.just("assessed"), st.tuples(st.integers(0, 9), states.filter(lambda s: s is not PENDING))),
    st.tuples(st.just("handed_in"), st.booleans()),
    st.tuples(st.just("left"), st.booleans()),
    st.tuples(st.just("identity_alert"), st.booleans()),
    st.tuples(st.just("symptoms"), st.sampled_from([(), ("sight_worse",)])),
    st.tuples(st.just("dangers"), st.sampled_from([(), ("sudden_loss",)])),
    st.tuples(st.just("beyond"), st.sampled_from([(), ("age",), ("pregnant", "sight_worse")])),
    st.tuples(st.just("unobtainable"), st.sampled_from([(), ("OD",), ("OS",), ("OD", "OS")])),
)
protocols = st.builds(
    Protocol,
    views=st.just(("OD", "OS")),
    retakes_allowed=st.integers(0, 3),
    symptoms_refer=st.booleans(),
    human_reads_all=st.booleans(),
)
stories = st.builds(lambda p, e: (p, e), protocols, st.lists(events, max_size=14))
thorough = settings(max_examples=300, deadline=None)


@given(stories)
@thorough
def test_no_sequence_of_events_clears_a_patient_with_an_unsure_view(told: tuple[Protocol, list]) -> None:
    story = Story(told[0])
    for event in told[1]:
        story.after(event)
        if rules.triage(story.protocol, story.evidence).action is Action.RECALL:
            for view in story.protocol.views:
                spoken = [p.state for p in story.evidence.pictures if p.view == view]
                assert NEGATIVE in spoken, f"{view} was never seen to be negative"
                assert PENDING not in spoken
            assert clears(story.protocol, story.evidence)


@given(stories)
@thorough
def test_a_positive_picture_always_refers_and_nothing_takes_it_back(told: tuple[Protocol, list]) -> None:
    story = Story(told[0])
    for event in told[1]:
        story.after(event)
        if any(p.state is POSITIVE for p in story.evidence.pictures):
            verdict = rules.triage(story.protocol, story.evidence)
            assert verdict.action in (Action.REFER, Action.REFER_URGENT)
            whole = story.evidence.handed_in or story.evidence.left
            assert verdict.priority in (Priority.REFER, Priority.URGENT) or not whole


@given(stories, events)
@thorough
def test_more_pictures_never_turn_a_consult_into_an_all_clear(told: tuple[Protocol, list], last: tuple) -> None:
    story = Story(told[0])
    for event in told[1]:
        story.after(event)
    before = rules.triage(story.protocol, story.evidence)
    if before.action in (Action.REFER, Action.REFER_URGENT) and last[0] in ("picture", "assessed", "unobtainable"):
        story.after(last)
        assert rules.triage(story.protocol, story.evidence).action is not Action.RECALL


@given(stories)
@thorough
def test_nobody_is_forgotten(told: tuple[Protocol, list]) -> None:
    """A verdict that neither clears nor asks a specialist names what somebody here has to do, or a machine will."""
    story = Story(told[0])
    for event in told[1]:
        story.after(event)
    verdict = rules.triage(story.protocol, story.evidence)
    whole = story.evidence.handed_in or story.evidence.left
    if verdict.action is not Action.RECALL and verdict.priority is None and whole:
        assert verdict.reason in {
            Reason.ASSESSING, Reason.IDENTITY, Reason.MISSING_VIEW, Reason.NOT_HANDED_IN, Reason.UNGRADABLE,
        }  # fmt: skip
        if verdict.reason in (Reason.MISSING_VIEW, Reason.UNGRADABLE):
            assert verdict.views
        if verdict.action is Action.RETAKE:
            assert all(rules.retakes_left(story.protocol, story.evidence, view) for view in verdict.views)


@given(st.lists(st.tuples(st.sampled_from(["OD", "OS"]), states), max_size=6), st.randoms())
@thorough
def test_the_order_in_which_pictures_came_does_not_matter(shown: list, dice) -> None:  # type: ignore[no-untyped-def]
    evidence = Evidence(tuple(Picture(str(n), *p) for n, p in enumerate(shown)), handed_in=True)
    shuffled = list(evidence.pictures)
    dice.shuffle(shuffled)
    assert rules.triage(EYE, evidence) == rules.triage(EYE, replace(evidence, pictures=tuple(shuffled)))


def test_retakes_are_counted_per_view() -> None:
    evidence = seen(OD=[UNGRADABLE] * 2, OS=UNGRADABLE)
    assert [rules.retakes_left(EYE, evidence, view) for view in ("OD", "OS", "CXR")] == [1, 2, 3]
    assert rules.retakes_left(EYE, seen(OD=[UNGRADABLE] * 9), "OD") == 0


@pytest.mark.parametrize(
    ("states", "winner"),
    [
        ([], None),
        ([UNGRADABLE, FAILED], FAILED),
        ([FAILED, PENDING], PENDING),
        ([PENDING, UNBOUND], UNBOUND),
        ([UNBOUND, NEGATIVE], NEGATIVE),
        ([NEGATIVE, POSITIVE], POSITIVE),
    ],
)
def test_the_best_try_speaks_for_a_view(states: list[ImageState], winner: ImageState | None) -> None:
    for order in itertools.permutations(states):
        found = rules.best(pictures(OD=list(order)), "OD")
        assert (found.state if found else None) is winner
    assert rules.best(pictures(OD=states), "OS") is None
