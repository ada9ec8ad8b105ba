"""The worklist with 50,000 open consults, on SQLite and (where there is a server) PostgreSQL, in milliseconds.

The pages are asked for in-process: routing, session, queries and template, without a network.
`cpu_ms` is this process's median, without waiting: with SQLite all there is, with PostgreSQL what is not the server's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.services import postgres

OPEN, CLOSED, ASKED = 50_000, 20_000, 40
ADDRESSES = {
    "everything": "/worklist/", "page 200": "/worklist/?page=200", "overdue": "/worklist/?late=1",
    "one site": "/worklist/?site=north", "urgent": "/worklist/?why=urgent", "API": "/api/v1/worklist",
}  # fmt: skip
DATABASE = "bench_viewer"


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        found = {"sqlite": _in_a_process(folder, f"sqlite:///{Path(folder) / 'bench.sqlite3'}")}
    with postgres() as server:
        found["postgresql"] = _on_postgres(server) if server else {"skipped": "no PostgreSQL found"}
    return {"open_consults": OPEN, "closed_consults": CLOSED, "aim": "p95 ≤ 300 ms", **found}


def _on_postgres(server: str) -> Any:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            with tempfile.TemporaryDirectory() as folder:
                return _in_a_process(folder, server.rsplit("/", 1)[0] + f"/{DATABASE}")
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _in_a_process(folder: str, database: str) -> Any:
    env = {**os.environ, "DATABASE_URL": database, "FIELDLIGHT_DATA": folder,
           "DJANGO_SETTINGS_MODULE": "deploy.settings_test"}  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "tests.bench.worklist"], env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def _fill(cast: Any) -> None:
    """Patients, visits, decisions and consults straight into the tables, as many months of screening leave them."""
    import random
    import uuid
    from datetime import timedelta

    from django.utils import timezone

    from screening import rules
    from screening.models import Consult, Decision, Encounter, Patient

    chance, now = random.Random(7), timezone.now()
    priorities = ["urgent", *["refer"] * 6, *["review"] * 2, "sample"]
    evidence = {"evidence": {"pictures": []}, "runs": [], "operating_points": [], "padding": "x" * 1500}
    for start in range(0, OPEN + CLOSED, 5000):
        people, visits, decisions, consults = [], [], [], []
        for number in range(start, start + 5000):
            site = (cast.north, cast.south)[number % 2]
            worker = (cast.amina, cast.benjamin)[number % 2]
            person = Patient(pk=uuid.UUID(int=chance.getrandbits(128), version=4), site=site, name=f"Person {number}",
                             sex="female", birth_year=1960, enrolled_by=worker)  # fmt: skip
            visit = Encounter(patient=person, programme=cast.eye, site=site, started_by=worker, handed_in_at=now)
            priority = chance.choice(priorities)
            decision = Decision(encounter=visit, number=1, action="refer", reason="finding", views=["OD"],
                                evidence=evidence, digest=str(number))  # fmt: skip
            waited = timedelta(minutes=chance.randrange(20 * 24 * 60))
            due = now - waited + rules.DUE[rules.Priority(priority)]
            answered = {"state": "closed", "closed_at": now} if number >= OPEN else {}
            consults.append(
                Consult(
                    encounter=visit,
                    programme=cast.eye,
                    site=site,
                    decision=decision,
                    priority=priority,
                    due_at=due,
                    **answered,
                )
            )
            people.append(person)
            visits.append(visit)
            decisions.append(decision)
        for model, rows in ((Patient, people), (Encounter, visits), (Decision, decisions), (Consult, consults)):
            model.objects.bulk_create(rows, batch_size=500)  # type: ignore[attr-defined]


def _ask(cast: Any) -> dict[str, Any]:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(cast.olivia, backend="django.contrib.auth.backends.ModelBackend")
    found = {}
    for name, address in ADDRESSES.items():
        waits, worked = [], []
        for _turn in range(ASKED):
            begun, busy = time.perf_counter(), time.process_time()
            assert client.get(address).status_code == 200
            waits.append(1000 * (time.perf_counter() - begun))
            worked.append(1000 * (time.process_time() - busy))
        waits.sort()
        found[name] = {"p50_ms": round(waits[ASKED // 2]), "p95_ms": round(waits[int(0.95 * ASKED) - 1]),
                       "cpu_ms": round(sorted(worked)[ASKED // 2])}  # fmt: skip
    return found


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.cast import assemble

    call_command("migrate", verbosity=0)
    cast = assemble()
    _fill(cast)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps(_ask(cast)))


if __name__ == "__main__":
    main()
