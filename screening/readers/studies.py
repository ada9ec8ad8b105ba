"""Reader studies: open a round when its time has come, go from case to case, and export the fully crossed table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from screening.models import Consult, GivenCase, Read, ReadingMode, Setting, Study, StudyPeriod
from screening.readers.exams import unread
from screening.readers.hidden_consults import hide
from screening.rules.accuracy import SENT_ON
from screening.rules.crossed_study import ROUNDS, opens, plan
from screening.rules.grades import ORDER, Finding, TBLikelihood

HEADER = (
    "study", "reader", "case", "truth", "truth_positive", "round", "position", "with_ai", "suggestion", "finding",
    "positive", "rating", "seconds", "read_at", "grades",
)  # fmt: skip


@transaction.atomic
def round_of(reader: Any, study: Study) -> tuple[StudyPeriod | None, datetime | None]:
    """The reader's round that is open now, opened if its time has come; else when the next one opens (None: done)."""
    rounds = {period.number: period for period in study.periods.filter(reader=reader)}
    for number in ROUNDS:
        period = rounds.get(number)
        if period and period.finished_at is None:
            return period, None
        if period is None:
            before = rounds.get(number - 1)
            when = opens(before.finished_at, study.washout_days) if before and before.finished_at else timezone.now()
            return (_open(reader, study, number), None) if when <= timezone.now() else (None, when)
    return None, None


def _open(reader: Any, study: Study, number: int) -> StudyPeriod:
    readers = list(study.readers.order_by("pk").values_list("pk", flat=True))
    cases = list(study.test_set.cases.filter(retired_at=None))
    period = StudyPeriod.objects.create(study=study, reader=reader, number=number)
    order = plan(study.seed, readers.index(reader.pk), number, cases)
    for position, (case, with_ai) in enumerate(order, start=1):
        mode = ReadingMode.AI_FIRST if with_ai else ReadingMode.AI_ORDER  # the latter shows a reader no AI at all
        hide(reader, case, Setting.STUDY, mode=mode, period=period, position=position, with_ai=with_ai)
    record(reader, "study.round", study, round=number)
    return period


def next_case(period: StudyPeriod) -> Consult | None:
    first = unread(period.given_cases).first()
    return first.consult if first else None


def table(study: Study) -> Iterator[tuple[Any, ...]]:
    """Reader x case x arm, a row per read, readers under a number: for a multi-reader, multi-case analysis."""
    numbers = {pk: n for n, pk in enumerate(study.readers.order_by("pk").values_list("pk", flat=True), start=1)}
    given = GivenCase.objects.filter(period__study=study).select_related("case", "period", "consult")
    for row in given.order_by("reader_id", "period__number", "position"):
        read = row.consult.reads.filter(stage=Read.Stage.FINAL).first()
        if read:
            yield _row(study, numbers[row.reader_id], row, read)


def _row(study: Study, reader: int, row: GivenCase, read: Read) -> tuple[Any, ...]:
    truth, said, period = Finding(row.case.finding), Finding(read.finding), row.period
    return (
        study.name, f"R{reader}", row.case.number, truth.value, int(truth in SENT_ON), period.number if period else "",
        row.position, int(bool(row.with_ai)), row.case.suggestion, said.value, int(said in SENT_ON),
        rating(read.grades, said), read.seconds, read.read_at.isoformat(timespec="seconds"), json.dumps(read.grades),
    )  # fmt: skip


def rating(grades: dict[str, Any], finding: Finding) -> int:
    """An ordinal rating for a ROC curve: the worst ICDR grade, or the step of TB likelihood; else of the finding."""
    steps = [int(g["icdr"]) for g in grades.values() if "icdr" in g]
    steps += [list(TBLikelihood).index(TBLikelihood(g["tb"])) for g in grades.values() if "tb" in g]
    return max(steps, default=ORDER.index(finding))
