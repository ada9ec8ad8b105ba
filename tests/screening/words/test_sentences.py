"""Every code has words, and no doubt is ever worded as an all-clear."""

from __future__ import annotations

import pytest

from screening import rules
from screening.models import Consult, Decision, Encounter, Read
from screening.reading import outcome
from screening.rules import Action
from screening.rules.grades import finding_of
from screening.triage.ask import ask_specialist
from screening.words import sentences
from screening.words.sentences import Stand
from tests import factories as make
from tests.cast import Cast

NOT_CLEAR = [reason for reason in rules.Reason if reason is not rules.Reason.ALL_CLEAR]


def decided(encounter: Encounter, action: str, reason: str, **facts: object) -> Encounter:
    number = encounter.decisions.count() + 1
    Decision.objects.create(
        encounter=encounter, number=number, digest=f"{number}", action=action, reason=reason, evidence={}, **facts
    )
    Encounter.objects.filter(pk=encounter.pk).update(triage_due_at=None, handed_in_at=encounter.started_at)
    return Encounter.objects.with_standing().get(pk=encounter.pk)


@pytest.mark.parametrize("reason", NOT_CLEAR)
@pytest.mark.parametrize("action", [Action.WAIT, Action.RETAKE, Action.REFER, Action.REFER_URGENT])
def test_every_decision_has_an_answer_that_is_no_all_clear(cast: Cast, action: str, reason: str) -> None:
    encounter = decided(make.visit(cast.eye), action, reason, views=["OD"], details=["blurred"])
    answer = sentences.answer(encounter)
    assert answer.badge.words and answer.badge.icon and answer.what
    assert sentences.stand(encounter) is not Stand.RECALL and answer.badge.tone != "clear"


def test_an_all_clear_says_when_to_come_back_and_that_no_specialist_looked(cast: Cast) -> None:
    answer = sentences.answer(decided(make.visit(cast.eye), "recall", "all_clear", recall_months=12))
    assert "12 months" in answer.badge.words and "No specialist has looked" in answer.who


def test_an_all_clear_does_not_end_a_specialists_doubt(cast: Cast) -> None:
    """Somebody was asked because a photo was unclear; a better photo later does not unask them."""
    encounter = decided(make.visit(cast.eye), "wait", "ungradable", views=["OD"])
    ask_specialist(encounter, encounter.decisions.get(), rules.Priority.REVIEW)
    assert sentences.stand(decided(encounter, "recall", "all_clear")) is Stand.SPECIALIST


def test_a_quality_sample_leaves_the_all_clear_standing(cast: Cast) -> None:
    encounter = decided(make.visit(cast.eye), "recall", "all_clear")
    ask_specialist(encounter, encounter.decisions.get(), rules.Priority.SAMPLE)
    assert sentences.stand(Encounter.objects.with_standing().get(pk=encounter.pk)) is Stand.RECALL


def test_new_evidence_takes_back_an_all_clear_until_it_is_judged(cast: Cast) -> None:
    encounter = decided(make.visit(cast.eye), "recall", "all_clear")
    encounter.touch()
    assert sentences.stand(Encounter.objects.with_standing().get(pk=encounter.pk)) is Stand.ASSESSING


@pytest.mark.parametrize(
    ("grade", "stand"),
    [(make.NORMAL_EYE, Stand.RECALL), (make.MODERATE_EYE, Stand.REFER), (make.PROLIFERATIVE_EYE, Stand.REFER_URGENT),
     (make.UNGRADABLE_EYE, Stand.REFER)],
)  # fmt: skip
def test_the_specialists_word_is_the_answer(cast: Cast, grade: dict[str, str], stand: Stand) -> None:
    encounter = decided(make.visit(cast.eye), "wait", "human_reads_all", details=[])
    finding = finding_of("fundus", make.both_eyes(grade))
    ask_specialist(encounter, encounter.decisions.get(), rules.Priority.REVIEW)
    read = Read(grades=make.both_eyes(grade), finding=finding.value, advice="Thank you.")
    outcome.give(Consult.objects.get(), finding, read)
    answer = sentences.answer(Encounter.objects.with_standing().get(pk=encounter.pk))
    assert answer.badge.code == stand and answer.by_specialist and answer.why and answer.advice == "Thank you."


@pytest.mark.parametrize("kind", list(rules.MODALITIES.values()))
def test_every_reason_to_take_a_picture_again_has_words(kind: rules.Modality) -> None:
    for reason in (*kind.reasons, "never heard of"):
        what, how = sentences.ungradable(reason, kind)
        assert what and how.endswith(".")
