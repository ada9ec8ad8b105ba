"""A database of release 0.1.0 is brought up to date: no row and no value is lost, and its people go on working.

`release_0_1_0.sql.gz` is what that release's own code wrote: its demonstration (drawn people and pictures), read,
amended, asked about and followed up through its own verbs, with at least a row in every table of ours.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import pytest

from screening.rules.held import CHOICES
from tests.pathway.installation import Installation

pytestmark = pytest.mark.processes

RELEASE = Path(__file__).with_name("release_0_1_0.sql.gz")
OURS = ("accounts_", "inference_", "screening_", "mfa_", "account_")
WALK = """
import json
from django.test import Client
from django.urls import reverse
from accounts.models import User
from screening.models import *

def asked():
    for visit in Encounter.objects.counted() | Encounter.objects.filter(patient__origin="synthetic"):
        worker = visit.patient.enrolled_by
        yield worker, reverse("patient", args=[visit.patient_id])
        yield worker, reverse("encounter", args=[visit.pk])
        yield worker, reverse("slip", args=[visit.pk])
        yield worker, f"/api/v1/encounters/{visit.pk}"
    for read in Read.objects.filter(consult__setting="care").select_related("reader"):
        yield read.reader, reverse("read", args=[read.consult_id])
        yield read.reader, f"/api/v1/referrals/{read.consult_id}"
    for sitting in Sitting.objects.select_related("reader"):
        yield sitting.reader, reverse("sitting", args=[sitting.pk])
    for one in Certificate.objects.filter(leads_quality=True).select_related("programme"):
        yield one.reader, reverse("quality_readers", args=[one.programme.code])
        for test_set in TestSet.objects.filter(programme=one.programme):
            yield one.reader, reverse("test_set", args=[test_set.pk])
    maya = User.objects.get(username="maya")
    for programme in Programme.objects.all():
        yield maya, reverse("figures_programme", args=[programme.code])
        yield maya, reverse("models_programme", args=[programme.code])
    for name in ("amina", "olivia", "rania", "maya", "samuel"):
        yield User.objects.get(username=name), "/"
    yield User.objects.get(username="olivia"), reverse("worklist")
    yield User.objects.get(username="amina"), "/api/v1/tasks"

told = {}
for user, address in asked():
    client = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    told[f"{user.username} {address}"] = client.get(address, follow=True).status_code
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The release's database in a folder of its own, prepared by this one."""
    data = tmp_path_factory.mktemp("upgraded") / "data"
    data.mkdir()
    connection = sqlite3.connect(data / "fieldlight.sqlite3")
    connection.executescript(gzip.decompress(RELEASE.read_bytes()).decode())
    connection.close()
    installation = Installation(data)
    # What `prepare` does, without the exams of the model packs.
    installation.call("migrate", "--verbosity", "0", module="manage")
    installation.call("collectstatic", "--no-input", "--verbosity", "0", module="manage")
    return installation


def rows(database: sqlite3.Connection) -> dict[str, tuple[list[str], list[tuple[object, ...]]]]:
    """Table -> its columns and its rows, of all that is ours."""
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for name in (name for name in names if name.startswith(OURS)):
        cursor = database.execute(f'SELECT * FROM "{name}" ORDER BY 1')
        found[name] = ([column for column, *_ in cursor.description], cursor.fetchall())
    return found


def test_no_row_and_no_value_is_lost(upgraded: Installation) -> None:
    before = sqlite3.connect(":memory:")
    before.executescript(gzip.decompress(RELEASE.read_bytes()).decode())
    after = sqlite3.connect(f"file:{upgraded.data}/fieldlight.sqlite3?mode=ro", uri=True)
    was, now = rows(before), rows(after)
    written = [name for name in was if name.startswith("screening_")]
    assert [name for name in written if not was[name][1]] == [], "every table of the path holds something to lose"
    for name, (columns, values) in was.items():
        held, kept = now[name]
        places = [held.index(column) for column in columns]
        expected = [_on_a_list(columns, row) if name == "screening_sealeditem" else row for row in values]
        assert [tuple(row[place] for place in places) for row in kept] == expected, name
    assert any("held" in row for row in now["screening_sealeditem"][1]), "what was a dead end is on somebody's list"


def _on_a_list(columns: list[str], row: tuple[object, ...]) -> tuple[object, ...]:
    """The one thing that an upgrade changes: what was refused and can be decided waits for its site."""
    said = dict(zip(columns, row, strict=True))
    decidable = said["state"] == "refused" and said["code"] in CHOICES and said["site_id"]
    return tuple((said | {"state": "held"}).values()) if decidable else row


def test_the_audit_chain_still_holds(upgraded: Installation) -> None:
    assert "holds" in upgraded.call("audit_verify", module="manage")


def test_its_people_go_on_where_they_were(upgraded: Installation) -> None:
    told = json.loads(upgraded.call("shell", "-v", "0", "-c", WALK, module="manage").splitlines()[-1])
    assert len(told) > 50
    assert {address: status for address, status in told.items() if status != 200} == {}
