"""How well a reader reads: what the AI does to them, and whom they agree with."""

from __future__ import annotations

from screening.models import Consult, TestSet
from screening.readers import reader_quality
from tests import factories as make
from tests.cast import Cast
from tests.factories import MODERATE_EYE, NORMAL_EYE
from tests.screening.tried import hidden, reads

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
