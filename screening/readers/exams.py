"""Exams: start a sitting, go from case to case, judge it when the last is read, and renew the certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.audit import record
from inference.statistics.kappa import kappa
from screening.models import Certificate, Consult, GivenCase, Read, Setting, Sitting, StudyPeriod, TestSet
from screening.readers.hidden_consults import hide, hide_one
from screening.rules.accuracy import accuracy
from screening.rules.grades import ORDER, Finding

DAYS_IN_A_MONTH = 30.44


@transaction.atomic
def start(reader: Any, test_set: TestSet) -> Sitting:
    """Begin the exam, or go on with the one that was begun: every case once, in an order of its own."""
    going_on = test_set.sittings.filter(reader=reader, finished_at=None).first()
    if going_on:
        return going_on
    sitting = Sitting.objects.create(test_set=test_set, reader=reader)
    cases = list(test_set.cases.filter(retired_at=None).order_by("?"))
    for position, case in enumerate(cases, start=1):
        hide(reader, case, Setting.EXAM, sitting=sitting, position=position)
    record(reader, "exam.start", sitting, cases=len(cases))
    return sitting


def unread(given: Any) -> Any:
    """Of given cases those without a final read, in their order."""
    return given.exclude(consult__state=Consult.State.CLOSED).select_related("consult").order_by("position")


def after_final(reader: Any, consult: Consult, read: Read) -> None:
    """What follows from a final read beside its answer: a round or an exam may be over; a test case may be hidden."""
    if consult.setting == Setting.CARE:
        hide_one(reader, consult.encounter.programme, str(read.pk))
        return
    given = GivenCase.objects.select_related("sitting__test_set", "period").get(consult=consult)
    if given.sitting and not unread(given.sitting.given_cases).exists():
        judge(given.sitting)
    if given.period and not unread(given.period.given_cases).exists():
        StudyPeriod.objects.filter(pk=given.period.pk, finished_at=None).update(finished_at=timezone.now())


@transaction.atomic
def judge(sitting: Sitting) -> None:
    """Compare the reads with the truth. Passed: the certificate is given, or renewed. Judging again changes nothing."""
    truth, said = findings(sitting.given_cases.all())
    found = accuracy(truth, said)
    passed = all(
        share.value is None or share.value >= wanted
        for share, wanted in ((found.sensitivity, sitting.test_set.sensitivity),
                              (found.specificity, sitting.test_set.specificity))
    )  # fmt: skip
    agreed = kappa(truth, said, ORDER, 2)
    result = {
        "cases": len(truth), "kappa": agreed.value if agreed else None,
        **{name: [share.hits, share.of] for name, share in vars(found).items()},
    }  # fmt: skip
    now = timezone.now()
    judged = Sitting.objects.filter(pk=sitting.pk, finished_at=None)
    if judged.update(finished_at=now, passed=passed and bool(truth), result=result):
        sitting.refresh_from_db()
        record(sitting.reader, "exam.finish", sitting, passed=sitting.passed)
        if sitting.passed:
            _certify(sitting)


def findings(given: Any) -> tuple[list[Finding], list[Finding]]:
    """Truth and final read of every given case that was read, side by side."""
    rows = given.filter(consult__reads__stage=Read.Stage.FINAL)
    pairs = list(rows.values_list("case__finding", "consult__reads__finding"))
    return [Finding(truth) for truth, _said in pairs], [Finding(said) for _truth, said in pairs]


def _certify(sitting: Sitting) -> None:
    """May read the programme from now on. What was granted without an end stays so; no end is brought forward."""
    test_set = sitting.test_set
    until = timezone.localdate() + timedelta(days=round(test_set.months * DAYS_IN_A_MONTH))
    certificate, new = Certificate.objects.get_or_create(
        programme=test_set.programme, reader=sitting.reader, defaults={"expires_on": until}
    )
    if not new and certificate.expires_on and certificate.expires_on < until:
        certificate.expires_on = until
        certificate.save(update_fields=["expires_on"])
    record(sitting.reader, "certificate.earned", certificate, until=str(certificate.expires_on))


@dataclass(frozen=True)
class Aside:
    """A case read outside care: of which exam or study it is, and how far that has come."""

    given: GivenCase
    done: int
    total: int


def aside(consult: Consult) -> Aside | None:
    """What the reader of an exam or a study is told. Of a patient, and of a hidden test, nothing."""
    if consult.setting not in (Setting.EXAM, Setting.STUDY):
        return None
    given = GivenCase.objects.select_related("sitting__test_set", "period__study").get(consult=consult)
    every = (given.sitting or given.period).given_cases  # type: ignore[union-attr]
    total = every.count()
    return Aside(given, total - unread(every).count(), total)
