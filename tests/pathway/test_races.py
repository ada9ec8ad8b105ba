"""Crowds of real processes over one SQLite file: nobody gets what another has, and nobody gets an error."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.pathway.installation import Installation, copied

pytestmark = pytest.mark.processes


@pytest.fixture
def here(installation: Installation, tmp_path: Path) -> Installation:
    return copied(installation, tmp_path / "data")


def crowd(here: Installation, what: str, people: int, times: int) -> tuple[list[str], float]:
    """Everything the crowd got, and how long the slowest took. Fails on any error."""
    answers: list[dict[str, Any]] = json.loads(here.call(what, str(people), str(times), module="tests.pathway.crowd"))
    assert [a["error"] for a in answers] == [""] * people
    slowest = max(a["seconds"] for a in answers)
    got = [one for answer in answers for one in answer["got"]]
    print(f"\n{what}: {people} processes x {times}: {len(got)} got, 0 errors, {slowest:.1f} s")
    return got, slowest


def queue(here: Installation, photos: int) -> None:
    """Queue as many photos (without pictures) straight into the database."""
    import sqlite3

    with sqlite3.connect(here.data / "fieldlight.sqlite3") as connection:
        connection.execute(
            """INSERT INTO inference_run (id, photo, model_version_id, state, attempts, scores, reason, measures, heat,
               error, aside, created_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
               SELECT lower(hex(randomblob(16))), printf('%064d', i),
               (SELECT sha256 FROM inference_modelversion LIMIT 1), 'queued', 0, '{}', '', '{}', '', '', 0,
               '2026-01-01 00:00:00' FROM n""",
            (photos,),
        )
    connection.close()


def test_eight_workers_over_four_hundred_photos(here: Installation) -> None:
    queue(here, 400)
    waiting = here.ask("SELECT count(*) FROM inference_run WHERE state = 'queued'")[0][0]
    got, _ = crowd(replace(here, lease=600), "claims", 8, 100_000)
    assert len(got) == len(set(got)) == waiting
    assert here.ask("SELECT max(attempts), min(attempts) FROM inference_run") == [(1, 1)]


def test_the_late_writer_is_turned_away(here: Installation) -> None:
    got, _ = crowd(replace(here, lease=1), "late", 2, 1)
    assert sorted(got) == ["0 False", "0 False", "1 True", "1 True"]
    photo = here.ask("SELECT min(photo) FROM inference_run")[0][0]
    rows = here.ask(f"SELECT state, score, attempts FROM inference_run WHERE photo = '{photo}'")  # noqa: S608
    assert [(state, round(score, 6), attempts) for state, score, attempts in rows] == [("done", 0.9, 2)] * 2


def test_a_crowd_writes_one_chain(here: Installation) -> None:
    before = here.ask("SELECT count(*) FROM accounts_auditevent")[0][0]
    got, _ = crowd(here, "events", 8, 25)
    assert sorted(map(int, got)) == list(range(before + 1, before + 201))


def test_the_same_photo_from_everybody_at_once_alerts_everybody(here: Installation) -> None:
    images, _ = crowd(here, "twins", 6, 2)
    assert len(set(images)) == 12
    # Each of the two photos stands under six patients: thirty ordered pairs.
    assert here.ask("SELECT count(*) FROM screening_identityalert") == [(60,)]
    shared = "SELECT photo FROM screening_image GROUP BY photo HAVING count(*) = 6"
    assert here.ask(f"SELECT count(*) FROM inference_run WHERE photo IN ({shared})") == [(4,)]  # noqa: S608


def test_deciding_at_once_is_deciding_once(here: Installation) -> None:
    import sqlite3

    with sqlite3.connect(here.data / "fieldlight.sqlite3") as connection:
        connection.execute("UPDATE inference_run SET state = 'failed', error = 'assessment_error'")
        connection.execute('UPDATE screening_encounter SET unobtainable = \'{"OS": "no_eye"}\'')
        connection.execute("UPDATE screening_encounter SET handed_in_at = started_at")
    connection.close()
    crowd(here, "decisions", 6, 1000)
    visits = here.ask("SELECT count(DISTINCT encounter_id) FROM screening_image")[0][0]
    assert here.ask("SELECT count(*), max(number) FROM screening_decision") == [(visits, 1)]
    assert here.ask("SELECT count(*) FROM screening_referral") == [(visits,)]
    got, _ = crowd(here, "consults", 6, 1000)
    assert len({line.split()[0] for line in got}) == visits
    readers = {}
    for line in got:
        consult, reader = line.split()
        assert readers.setdefault(consult, reader) == reader, "two readers hold the same consult"


def test_of_two_who_correct_at_once_nobody_writes_over_what_they_did_not_see(here: Installation) -> None:
    got, _ = crowd(here, "corrections", 6, 30)
    rows = here.ask("SELECT patient_id, old, new FROM screening_correction ORDER BY id")
    assert set(got) <= {"done", "changed"} and got.count("done") == len(rows) > 6
    assert all(before[2] == after[1] for before, after in itertools.pairwise(rows)), "an update was lost"
    assert here.ask("SELECT name FROM screening_patient ORDER BY id LIMIT 1") == [(rows[-1][2],)]
