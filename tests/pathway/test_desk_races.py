"""Two readers after one consult over HTTP, again and again: never two final reads, never a draft lost."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import urllib.error
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.api_client import Client
from tests.reading_cases import code
from tests.server import PASSWORD, Server, running

pytestmark = pytest.mark.processes
RACES = 200
GRADES = {"CXR": {"gradability": "ungradable", "reason": "no_photo"}}


def act(client: Client, method: str, path: str, body: Any) -> int:
    try:
        client._send(method, path, json.dumps(body).encode(), "application/json")
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def read(client: Client, name: str, consult: str, barrier: threading.Barrier, told: Counter[str]) -> None:
    """Draft, claim, first impression, final read; whatever the answers are, go on as a stubborn person would."""
    path, said = f"/api/v1/referrals/{consult}", {"grades": GRADES, "advice": f"{name} was here"}
    barrier.wait()
    for step, method in (("draft", "PUT"), ("claim", "POST"), ("impression", "POST"), ("reads", "POST")):
        told[f"{step} {act(client, method, f'{path}/{step}', {} if step == 'claim' else said)}"] += 1


def ask(server: Server, sql: str) -> list[Any]:
    with sqlite3.connect(server.data / "fieldlight.sqlite3") as connection:
        return connection.execute(sql).fetchall()


def test_two_hundred_races_for_one_consult_each(tmp_path: Path) -> None:
    with running(tmp_path / "races") as server:
        made = server.manage("shell", "-v", "0", "-c", code(RACES, kind="film_that_could_not_be_taken"))
        consults = re.findall(r"case (\S+)", made)
        assert len(consults) == RACES
        readers = [(name, Client(server.url, name, PASSWORD)) for name in ("rania", "rafael")]
        told: Counter[str] = Counter()
        for consult in consults:
            barrier = threading.Barrier(2)
            pair = [threading.Thread(target=read, args=(c, name, consult, barrier, told)) for name, c in readers]
            for thread in pair:
                thread.start()
            for thread in pair:
                thread.join(120)
        print(dict(told))
        assert not [key for key in told if key.endswith((" 500", " 503"))]
        # Of these alone: the demonstration's exams and studies have reads of their own.
        ours = {consult.replace("-", "") for consult in consults}

        def count(sql: str) -> Counter[str]:
            return Counter(row[0] for row in ask(server, sql) if row[0] in ours)

        finals = count("SELECT referral_id FROM screening_read WHERE stage='final'")
        assert set(finals.values()) == {1}, "double finals"
        assert len(finals) == RACES
        drafts = count("SELECT referral_id FROM screening_draft")
        assert finals.total() + drafts.total() == 2 * RACES, "a draft was lost"
        assert set(count("SELECT referral_id FROM screening_outcome").values()) <= {1}
