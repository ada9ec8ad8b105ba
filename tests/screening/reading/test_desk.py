"""The specialist: claim, first impression, final read, draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from screening.models import Certificate, Consult, Draft, Outcome, Read, ReadingMode
from screening.reading import desk, outcome
from screening.reading.desk import Lost, OutOfOrder
from screening.rules.grades import GradeError
from tests.cast import Cast
from tests.factories import NORMAL_EYE
from tests.screening.reading.reads import MODERATE, NORMAL, now_of, reads


def test_an_expired_certificate_reads_nothing(cast: Cast, consult: Consult) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Certificate.objects.filter(reader=cast.olivia).update(expires_on=yesterday)
    with pytest.raises(Consult.DoesNotExist):
        desk.claim(cast.olivia, consult.pk)


# ---------------------------------------------------------------------------------------------------- the claim


def test_a_claim_keeps_others_away_and_is_renewed(cast: Cast, consult: Consult) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        assert desk.claim(cast.olivia, consult.pk).held_by(cast.olivia)
        assert not Consult.objects.worklist(cast.oscar).exists()
        assert Consult.objects.worklist(cast.olivia).exists()
        with pytest.raises(Lost) as lost:
            desk.claim(cast.oscar, consult.pk)
    until = timezone.localtime(start + timedelta(minutes=15)).strftime("%H:%M")
    assert until in lost.value.sentence
    with time_machine.travel(start + timedelta(minutes=14), tick=False):
        desk.claim(cast.olivia, consult.pk)
    with time_machine.travel(start + timedelta(minutes=28), tick=False), pytest.raises(Lost):
        desk.claim(cast.oscar, consult.pk)
    assert list(AuditEvent.objects.values_list("verb", flat=True)).count("referral.claim") == 1


def test_a_lapsed_claim_is_free(cast: Cast, consult: Consult) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        stale = desk.claim(cast.olivia, consult.pk)
        desk.impression(cast.olivia, stale, MODERATE)
    with time_machine.travel(start + timedelta(minutes=16), tick=False):
        assert not now_of(consult).held_by(cast.olivia)
        assert desk.claim(cast.oscar, consult.pk).held_by(cast.oscar)
        with pytest.raises(Lost):
            desk.submit(cast.olivia, stale, NORMAL, "my advice")
    assert not Read.objects.filter(stage="final").exists()
    kept = Draft.objects.get(reader=cast.olivia)
    assert kept.entered == {"grades": NORMAL, "advice": "my advice"}


def test_a_lapsed_claim_nobody_took_still_answers(cast: Cast, consult: Consult) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        mine = desk.claim(cast.olivia, consult.pk)
        desk.impression(cast.olivia, mine, MODERATE)
    with time_machine.travel(start + timedelta(hours=3), tick=False):
        desk.submit(cast.olivia, mine, MODERATE)
    assert now_of(consult).state == Consult.State.CLOSED


def test_a_released_consult_is_free_at_once(cast: Cast, consult: Consult) -> None:
    desk.claim(cast.olivia, consult.pk).release(cast.olivia)
    desk.claim(cast.oscar, consult.pk)
    now_of(consult).release(cast.olivia)  # not hers to release any more
    assert now_of(consult).held_by(cast.oscar)


# ---------------------------------------------------------------------------------------- order, and what is shown


def test_blind_first_means_blind_first(cast: Cast, consult: Consult) -> None:
    mine = desk.claim(cast.olivia, consult.pk)
    assert not desk.ai_shown(cast.olivia, mine)
    with pytest.raises(OutOfOrder):
        desk.submit(cast.olivia, mine, MODERATE)
    first = desk.impression(cast.olivia, mine, NORMAL)
    assert not first.ai_shown
    assert desk.ai_shown(cast.olivia, mine)
    assert not desk.ai_shown(cast.oscar, mine)
    final = desk.submit(cast.olivia, mine, MODERATE)
    assert final.ai_shown
    assert list(Read.objects.values_list("stage", "finding")) == [("impression", "normal"), ("final", "referable")]


def test_ai_first_needs_no_impression(cast: Cast, consult: Consult) -> None:
    cast.eye.reading_mode = ReadingMode.AI_FIRST
    cast.eye.save()
    mine = desk.claim(cast.olivia, consult.pk)
    assert desk.submit(cast.olivia, mine, MODERATE).ai_shown
    assert now_of(consult).state == Consult.State.CLOSED


def test_an_impression_is_given_once(cast: Cast, consult: Consult) -> None:
    mine = desk.claim(cast.olivia, consult.pk)
    desk.impression(cast.olivia, mine, NORMAL)
    with pytest.raises(Lost):
        desk.impression(cast.olivia, mine, MODERATE)
    assert Read.objects.get().finding == "normal"


def test_a_final_read_is_given_once(cast: Cast, consult: Consult) -> None:
    cast.eye.reads_needed = 2
    cast.eye.save()
    reads(cast.olivia, consult, MODERATE)
    with pytest.raises(Lost) as lost:
        desk.submit(cast.olivia, now_of(consult), NORMAL)
    assert "Another reader" in lost.value.sentence
    assert Read.objects.filter(stage="final").count() == 1


INCOMPLETE: list[Any] = [
    {},
    {"OD": NORMAL_EYE},
    {"OD": NORMAL_EYE, "OS": {}},
    {"OD": NORMAL_EYE, "OS": {"gradability": "gradable"}},
    {"OD": NORMAL_EYE, "OS": {"gradability": "gradable", "icdr": "1"}},
]


@pytest.mark.parametrize("grades", INCOMPLETE)
def test_an_incomplete_read_is_no_read(cast: Cast, consult: Consult, grades: Any) -> None:
    mine = desk.claim(cast.olivia, consult.pk)
    with pytest.raises(GradeError):
        desk.impression(cast.olivia, mine, grades)
    desk.impression(cast.olivia, mine, MODERATE)
    with pytest.raises(GradeError):
        desk.submit(cast.olivia, mine, grades)
    assert not Read.objects.filter(stage="final").exists()
    assert now_of(consult).state == Consult.State.OPEN


@pytest.mark.parametrize(
    ("module", "verb"),
    [(desk, "record"), (desk, "settle"), (outcome, "record"), (outcome, "give"), (outcome, "tell")],
)
def test_a_read_is_written_whole_or_not_at_all(
    cast: Cast, consult: Consult, monkeypatch: pytest.MonkeyPatch, module: Any, verb: str
) -> None:
    mine = desk.claim(cast.olivia, consult.pk)
    desk.impression(cast.olivia, mine, MODERATE)

    def breaks(*args: object, **kwargs: object) -> None:
        raise OSError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(module, verb, breaks)
        with pytest.raises(OSError, match="gone"):
            desk.submit(cast.olivia, mine, MODERATE, "see you on Tuesday")
    assert not Read.objects.filter(stage="final").exists()
    assert not Outcome.objects.exists()
    assert now_of(consult).state == Consult.State.OPEN
    assert Draft.objects.get().entered["advice"] == "see you on Tuesday"
    desk.submit(cast.olivia, now_of(consult), MODERATE)
    assert now_of(consult).state == Consult.State.CLOSED


# ------------------------------------------------------------------------------------------------------- drafts


def test_a_draft_survives_a_lost_claim_and_ends_with_the_read(cast: Cast, consult: Consult) -> None:
    desk.claim(cast.oscar, consult.pk)
    desk.keep_draft(cast.olivia, consult, {"grades": {"OD": {"icdr": "2"}}})
    desk.keep_draft(cast.olivia, consult, {"grades": {"OD": {"icdr": "3"}}})
    assert Draft.objects.get(reader=cast.olivia).entered == {"grades": {"OD": {"icdr": "3"}}}
    now_of(consult).release(cast.oscar)
    reads(cast.olivia, consult, MODERATE)
    assert not Draft.objects.exists()


def test_a_reader_who_took_part_does_not_adjudicate(cast: Cast, consult: Consult) -> None:
    reads(cast.adele, consult, NORMAL)
    reads(cast.olivia, consult, MODERATE)
    assert now_of(consult).state == Consult.State.DISPUTED
    for person in (cast.adele, cast.olivia, cast.oscar):
        assert not Consult.objects.worklist(person).exists()
        with pytest.raises(Lost):
            desk.claim(person, consult.pk)


def test_a_second_reader_is_blind_to_the_first(cast: Cast, consult: Consult) -> None:
    first = reads(cast.olivia, consult, NORMAL)
    desk.claim(cast.oscar, consult.pk)
    assert not Read.objects.visible_to(cast.oscar).exists()
    assert first in Read.objects.visible_to(cast.olivia)
    desk.impression(cast.oscar, now_of(consult), MODERATE)
    assert first not in Read.objects.visible_to(cast.oscar)
    desk.submit(cast.oscar, now_of(consult), NORMAL)
    assert first in Read.objects.visible_to(cast.oscar)


def test_every_step_is_in_the_trace(cast: Cast, consult: Consult) -> None:
    start = AuditEvent.objects.count()
    reads(cast.olivia, consult, MODERATE)
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", "actor__username"))[start:]
    assert verbs == [
        ("referral.claim", "olivia"), ("read.impression", "olivia"), ("read.final", "olivia"), ("outcome", None),
    ]  # fmt: skip


@pytest.mark.parametrize("write", [Read.objects.all, Outcome.objects.all])
def test_nothing_clinical_is_overwritten(cast: Cast, consult: Consult, write: Callable[[], Any]) -> None:
    reads(cast.olivia, consult, MODERATE)
    for act in (lambda: write().update(finding="normal"), lambda: write()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
