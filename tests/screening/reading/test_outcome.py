"""What the reads of a consult amount to: how many it takes, who settles a disagreement, and the answer."""

from __future__ import annotations

import pytest

from screening.models import Consult, Notice, Outcome
from screening.reading import desk
from screening.reading.desk import Lost
from tests import factories as make
from tests.cast import Cast
from tests.factories import LIKELY_CHEST, NORMAL_CHEST, NORMAL_EYE, UNGRADABLE_EYE, both_eyes
from tests.screening.reading.reads import MODERATE, NORMAL, URGENT, now_of, reads

UNGRADABLE = both_eyes(UNGRADABLE_EYE)
OUTCOMES = [
    (MODERATE, "refer", "referable", None),
    (URGENT, "refer_urgent", "urgent", None),
    (UNGRADABLE, "refer", "ungradable", None),
    ({"OD": NORMAL_EYE, "OS": UNGRADABLE_EYE}, "refer", "ungradable", None),
]


@pytest.mark.parametrize(("grades", "action", "finding", "months"), OUTCOMES)
def test_one_read_that_agrees_to_refer_answers(
    cast: Cast, consult: Consult, grades: dict, action: str, finding: str, months: int | None
) -> None:
    reads(cast.olivia, consult, grades, "Come on Tuesday.")
    answered = now_of(consult)
    assert (answered.state, answered.claimed_by) == (Consult.State.CLOSED, None)
    assert answered.closed_at is not None
    outcome = answered.outcome
    assert (outcome.action, outcome.finding, outcome.recall_months, outcome.advice) == (
        action, finding, months, "Come on Tuesday.",
    )  # fmt: skip
    notice = Notice.objects.get(kind=Notice.Kind.ANSWERED)
    assert (notice.site, notice.encounter) == (cast.north, consult.encounter)
    assert not Consult.objects.worklist(cast.oscar).exists()
    with pytest.raises(Lost) as lost:
        desk.claim(cast.oscar, consult.pk)
    assert "answered" in lost.value.sentence


def test_one_reader_alone_never_overrules_the_ai(cast: Cast, consult: Consult) -> None:
    reads(cast.olivia, consult, NORMAL)
    waiting = now_of(consult)
    assert (waiting.state, waiting.claimed_by) == (Consult.State.OPEN, None)
    assert not Outcome.objects.exists()
    assert not Consult.objects.worklist(cast.olivia).exists()
    reads(cast.oscar, consult, NORMAL)
    outcome = Outcome.objects.get()
    assert (outcome.action, outcome.finding, outcome.recall_months) == ("recall", "normal", 12)


def test_without_an_ai_finding_one_normal_read_is_enough(cast: Cast) -> None:
    make.models(cast.eye)
    cast.eye.human_reads_all = True
    cast.eye.save()
    encounter = make.handed_in(make.visit(cast.eye))
    reads(cast.olivia, Consult.objects.get(encounter=encounter), NORMAL)
    assert Outcome.objects.get().action == "recall"


def test_readers_who_disagree_are_settled_by_the_adjudicator(cast: Cast, consult: Consult) -> None:
    reads(cast.olivia, consult, NORMAL)
    reads(cast.oscar, consult, MODERATE)
    disputed = now_of(consult)
    assert disputed.state == Consult.State.DISPUTED
    assert not Outcome.objects.exists()
    assert not Consult.objects.worklist(cast.olivia).exists()
    assert not Consult.objects.worklist(cast.oscar).exists()
    assert list(Consult.objects.worklist(cast.adele)) == [disputed]
    final = reads(cast.adele, consult, MODERATE)
    assert final.adjudicates
    assert now_of(consult).state == Consult.State.CLOSED
    assert Outcome.objects.get().action == "refer"


@pytest.mark.parametrize("needed", [2, 3])
def test_a_programme_may_ask_for_more_reads(cast: Cast, consult: Consult, needed: int) -> None:
    cast.eye.reads_needed = needed
    cast.eye.save()
    readers = [cast.olivia, cast.oscar, cast.adele][:needed]
    for number, person in enumerate(readers, start=1):
        assert not Outcome.objects.exists()
        reads(person, consult, MODERATE)
        assert (now_of(consult).state == Consult.State.CLOSED) is (number == needed)


def test_chest_films_are_read_by_radiologists(cast: Cast) -> None:
    make.models(cast.chest)
    consult = make.referred(cast.chest)
    reads(cast.rania, consult, {"CXR": NORMAL_CHEST})
    reads(cast.rafael, consult, {"CXR": LIKELY_CHEST})
    assert now_of(consult).state == Consult.State.DISPUTED
    # Both radiologists have read; only an adjudicator who has not may settle it.
    assert not Consult.objects.worklist(cast.rafael).exists()
