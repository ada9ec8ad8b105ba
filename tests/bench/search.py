"""The search among 100,000 drawn patients on SQLite, in milliseconds: the page's own query, and the page.

`query` is `Patient.objects.visible_to(user).matching(words)` with the first thirty rows in the page's order; `page` the
posted fragment with everything in it, `API` the first page of `GET patients?q=`. Asked as people type: whole names,
beginnings, telephones, local numbers, one letter off, the commonest first name alone.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PEOPLE, ASKED = 100_000, 200


def measure() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}", "FIELDLIGHT_DATA": folder,
               "DJANGO_SETTINGS_MODULE": "deploy.settings_test"}  # fmt: skip
        done = subprocess.run([sys.executable, "-m", "tests.bench.search"], env=env, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError("the measurement failed: see above")
        size = (Path(folder) / "bench.sqlite3").stat().st_size
    return {"patients": PEOPLE, "aim": "p95 < 100 ms", "megabytes": round(size / 1e6), **json.loads(done.stdout)}


def _fill(cast: Any) -> list[Any]:
    """Patients, half of them with a visit, straight into the tables; then indexed as `prepare` does."""
    from django.db import connection

    from screening.models import Encounter, Patient
    from screening.patients.index import reindex_all
    from tests.people import drawn

    with connection.cursor() as cursor:  # only to fill: five million rows in random order want room
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("PRAGMA cache_size=-500000")
    people = [
        Patient(site=cast.north if n % 2 else cast.south, enrolled_by=cast.amina, name=one.name, sex=one.sex,
                birth_year=one.birth_year, phone=one.phone, local_id=f"KH-{n:06}")
        for n, one in enumerate(drawn(PEOPLE, seed=5))
    ]  # fmt: skip
    Patient.objects.bulk_create(people, batch_size=500)
    Encounter.objects.bulk_create(
        [Encounter(patient=one, programme=cast.eye, site=one.site, started_by=cast.amina) for one in people[::2]],
        batch_size=500,
    )
    begun = time.perf_counter()
    assert reindex_all() == PEOPLE
    print(f"indexed in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    connection.close()  # and is asked as it is served
    return people


def typed(people: list[Any]) -> list[str]:
    chance = random.Random(3)
    found = []
    for one in chance.sample(people, ASKED):
        words = one.name.split()
        off = words[0][:2] + words[0][3:] if len(words[0]) > 4 else words[0]
        found.append(
            chance.choice([one.name, words[0], words[-1], words[0][:3], off, one.phone or one.name, one.local_id,
                           f"{words[0]} {words[-1][:3]}"])
        )  # fmt: skip
    return found


def _asked(ask: Any, words: list[str]) -> dict[str, float]:
    waits = []
    for one in words:
        begun = time.perf_counter()
        ask(one)
        waits.append((1000 * (time.perf_counter() - begun), one))
    waits.sort()
    return {"p50_ms": round(waits[len(waits) // 2][0], 1), "p95_ms": round(waits[int(0.95 * len(waits))][0], 1),
            "worst_ms": round(waits[-1][0], 1)}  # fmt: skip


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.models import OuterRef, Subquery
    from django.db.models.functions import Coalesce
    from django.test import Client

    from accounts.models import Membership, Role
    from screening.models import Encounter, Patient
    from tests.cast import assemble

    call_command("migrate", verbosity=0)
    cast = assemble()
    Membership.objects.create(user=cast.amina, site=cast.south, role=Role.FIELD_WORKER)
    words = typed(_fill(cast))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(cast.amina, backend="django.contrib.auth.backends.ModelBackend")
    last = Encounter.objects.filter(patient=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]

    def query(one: str) -> None:
        found = (
            Patient.objects.visible_to(cast.amina).matching(one).annotate(last=Coalesce(Subquery(last), "enrolled_at"))
        )
        list(found.order_by("rank", "-last", "pk")[:31])

    def page(one: str) -> None:
        assert client.post("/patients/", {"words": one}, headers={"HX-Request": "true"}).status_code == 200

    def api(one: str) -> None:
        assert client.get("/api/v1/patients", {"q": one}).status_code == 200

    print(json.dumps({"query": _asked(query, words), "page": _asked(page, words), "API": _asked(api, words)}))


if __name__ == "__main__":
    main()
