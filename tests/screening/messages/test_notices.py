"""Notices: told once until seen, to the people of the site alone."""

from __future__ import annotations

from screening.messages.notices import seen, tell
from screening.models import Notice
from tests import factories as make
from tests.cast import Cast


def test_telling_twice_is_telling_once_until_it_is_seen(cast: Cast) -> None:
    encounter = make.visit(cast.eye)
    first = tell(encounter, Notice.Kind.RETAKE)
    assert tell(encounter, Notice.Kind.RETAKE) == first
    assert tell(encounter, Notice.Kind.ANSWERED) != first
    assert seen(encounter, cast.amina) == 2
    first.refresh_from_db()
    assert first.seen_by == cast.amina
    assert tell(encounter, Notice.Kind.RETAKE) != first
    assert Notice.objects.unseen().count() == 1


def test_two_notices_written_at_once_do_not_stop_a_third(cast: Cast) -> None:
    encounter = make.visit(cast.eye)
    twins = [Notice.objects.create(site=cast.north, encounter=encounter, kind="referred") for _ in range(2)]
    assert tell(encounter, Notice.Kind.REFERRED) in twins


def test_only_the_sites_own_people_can_see_it_away(cast: Cast) -> None:
    encounter = make.visit(cast.eye, cast.north)
    tell(encounter, Notice.Kind.REFERRED)
    for name, person in cast.people.items():
        expected = name in ("amina", "samuel")
        assert Notice.objects.visible_to(person).exists() is expected, name
        if not expected:
            assert seen(encounter, person) == 0
    assert seen(encounter, cast.samuel) == 1
