"""Reader studies: crossed, washed out, exported, and blind where a round is without the AI."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from screening.models import Certificate, Consult, Encounter, Notice, Study, TestSet
from screening.readers import studies
from screening.reading import desk
from tests.cast import Cast
from tests.factories import NORMAL_EYE, both_eyes
from tests.screening.api_client import Api
from tests.screening.desk import form, post
from tests.screening.tried import reads, truth

SignIn = Callable[[User | None], Client]


def test_a_study_is_crossed_washed_out_and_exported(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    study = Study.objects.create(name="Does it help?", test_set=eye_set, washout_days=28, seed=3)
    study.readers.add(cast.olivia, cast.oscar)
    start = timezone.now()
    for days in (0, 29):
        with time_machine.travel(start + timedelta(days=days), tick=True):
            for reader in (cast.olivia, cast.oscar):
                period, _when = studies.round_of(reader, study)
                assert period is not None
                while consult := studies.next_case(period):
                    assert desk.ai_shown(reader, consult) is consult.given_case.with_ai
                    reads(reader, consult, truth(consult.given_case.case))
                again, when = studies.round_of(reader, study)
                assert again is None
                assert (when is None) == (days == 29)
    Certificate.objects.filter(reader=cast.adele).update(leads_quality=True)
    assert signed_in(cast.olivia).get(reverse("study_table", args=[study.pk])).status_code == 404
    text = signed_in(cast.adele).get(reverse("study_table", args=[study.pk])).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    crossed = {(row["reader"], row["case"], row["with_ai"]) for row in rows}
    assert len(rows) == len(crossed) == 2 * 4 * 2
    assert {row["reader"] for row in rows} == {"R1", "R2"}
    assert all(row["rating"] == ("2" if row["truth"] == "referable" else "0") for row in rows)
    assert not Notice.objects.exists()
    assert not Encounter.objects.counted().exists()


def test_in_a_round_without_the_ai_nothing_of_it_is_shown(cast: Cast, signed_in: SignIn, eye_set: TestSet) -> None:
    study = Study.objects.create(name="Blind", test_set=eye_set, seed=3)
    study.readers.add(cast.olivia)
    client = signed_in(cast.olivia)
    seen = {True: 0, False: 0}
    while "referrals" in (to := client.post(reverse("next_in_study", args=[study.pk]))["Location"]):
        consult = Consult.objects.get(pk=to.split("/")[2])
        with_ai = bool(consult.given_case.with_ai)
        assert ("What the AI found" in client.get(to).content.decode()) is with_ai
        assert ("ai" in Api(cast.olivia).get(f"referrals/{consult.pk}").json()) is with_ai
        answer = post(client, "final_read", consult, form(both_eyes(NORMAL_EYE)))
        assert answer.status_code == 302
        assert ("What the AI found" in client.get(to).content.decode()) is False
        seen[with_ai] += 1
    assert seen == {True: 2, False: 2}
