"""Which visits are counted, for whom, and in how many questions."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from inference.models import Run
from screening.figures import counted_visits
from screening.figures.counted_visits import Period
from screening.models import Origin
from tests import factories as make
from tests.cast import Cast
from tests.screening.figures.counted import codes, seen_by


def test_drawn_patients_are_never_counted_but_told_apart(eye: Cast) -> None:
    make.handed_in(make.visit(eye.eye, patient=make.enrolled(eye.north, origin=Origin.SYNTHETIC)))
    make.handed_in(make.visit(eye.eye))
    assert seen_by(eye.maya, eye.eye).number("started") == 1
    assert counted_visits.synthetic(eye.maya, eye.eye, Period.latest()) == 1


def test_managers_count_their_sites_and_programmes_only(eye: Cast) -> None:
    make.models(eye.chest)
    north, south = (make.handed_in(make.visit(eye.eye, site)) for site in (eye.north, eye.south))
    make.handed_in(make.visit(eye.chest))
    assert codes(seen_by(eye.maya, eye.eye), "started") == {north.pk, south.pk}
    assert codes(seen_by(eye.samuel, eye.eye), "started") == {north.pk}
    for nobody in (eye.amina, eye.olivia, eye.tessa, eye.gateway, eye.stranger):
        assert seen_by(nobody, eye.eye).number("started") == 0


def test_a_period_holds_both_its_days_and_no_other(eye: Cast) -> None:
    visit = make.visit(eye.eye)
    today = timezone.localdate()
    one_day = timedelta(days=1)
    for first, last, expected in (
        (today, today, 1), (today - one_day, today - one_day, 0), (today + one_day, today + one_day, 0),
    ):  # fmt: skip
        assert len(counted_visits.visits(eye.maya, eye.eye, Period(first, last))) == expected
    assert visit.day == today


def test_reading_the_figures_asks_three_questions_whatever_the_size(
    eye: Cast, django_assert_num_queries: object
) -> None:
    for _ in range(5):
        make.handed_in(make.visit(eye.eye), 0.9, 0.1)
    assert Run.objects.count() == 20
    with django_assert_num_queries(3):  # type: ignore[operator]
        visits = counted_visits.visits(eye.maya, eye.eye, Period.latest())
    assert len(visits) == 5
