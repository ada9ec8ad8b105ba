"""The audit chain: nobody alters, removes or slips in an event unseen, whoever holds the connection."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.audit import digest, first_broken, record
from accounts.models import AuditChain, AuditEvent
from tests.cast import Cast

EVENTS = 40


@pytest.fixture
def chain(cast: Cast) -> int:
    for number in range(EVENTS):
        record(cast.amina if number % 3 else None, "test.act", cast.north, number=number, share=0.1 * number)
    return EVENTS


def by_force(sql: str, *values: Any) -> None:
    """As an intruder with the database in hand: the triggers taken away first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE accounts_auditevent DISABLE TRIGGER USER")
        else:
            for verb in ("UPDATE", "DELETE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS accounts_auditevent_no_{verb}")
        cursor.execute(sql, values)


def test_an_untouched_chain_holds(cast: Cast, chain: int) -> None:
    assert first_broken() is None
    assert list(AuditEvent.objects.values_list("number", flat=True)) == list(range(1, EVENTS + 1))
    end = AuditChain.objects.get()
    assert (end.length, end.hash) == (EVENTS, AuditEvent.objects.get(number=EVENTS).hash)


def test_no_events_is_an_unbroken_chain(db: None) -> None:
    assert first_broken() is None


@pytest.mark.parametrize("number", [1, 2, 17, EVENTS - 1, EVENTS])
@pytest.mark.parametrize(
    "change",
    [
        "verb = 'test.other'",
        "subject_id = 'x'",
        "subject_type = 'patient'",
        "actor_id = NULL",
        "facts = '{\"number\": 99}'",
        "at = '2020-01-01 00:00:00+00:00'",
        "previous = '" + "1" * 64 + "'",
        "hash = '" + "2" * 64 + "'",
    ],
)
def test_one_altered_event_is_found(cast: Cast, chain: int, number: int, change: str) -> None:
    if change.startswith("actor_id") and AuditEvent.objects.get(number=number).actor_id is None:
        change = f"actor_id = '{cast.amina.pk.hex if connection.vendor == 'sqlite' else cast.amina.pk}'"
    by_force("UPDATE accounts_auditevent SET " + change + " WHERE number = %s", number)  # noqa: S608
    assert first_broken() == number


@pytest.mark.parametrize("number", [1, 2, 17, EVENTS - 1, EVENTS])
def test_one_removed_event_is_found(cast: Cast, chain: int, number: int) -> None:
    by_force("DELETE FROM accounts_auditevent WHERE number = %s", number)
    assert first_broken() == number


def test_an_altered_event_with_its_hash_put_right_is_found_at_the_next(cast: Cast, chain: int) -> None:
    event = AuditEvent.objects.get(number=10)
    event.verb = "test.other"
    by_force("UPDATE accounts_auditevent SET verb = %s, hash = %s WHERE number = 10", event.verb, digest(event))
    assert first_broken() == 11


def test_a_cut_tail_is_found_even_without_the_chains_end(cast: Cast, chain: int) -> None:
    by_force("DELETE FROM accounts_auditevent WHERE number > 30")
    assert first_broken() == 31
    AuditChain.objects.all().delete()
    assert first_broken() == 31


def test_an_event_slipped_in_is_found(cast: Cast, chain: int) -> None:
    last = AuditEvent.objects.get(number=EVENTS)
    AuditEvent.objects.create(
        number=EVENTS + 1, at=last.at, verb="test.act", subject_type="site", subject_id="x", previous=last.hash,
        hash="3" * 64,
    )  # fmt: skip
    assert first_broken() == EVENTS + 1


@pytest.mark.parametrize("sql", ["UPDATE accounts_auditevent SET verb = 'x'", "DELETE FROM accounts_auditevent"])
def test_the_database_itself_forbids_it(cast: Cast, chain: int, sql: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert first_broken() is None


def test_the_model_forbids_it_too(cast: Cast, chain: int) -> None:
    with pytest.raises(TypeError):
        AuditEvent.objects.update(verb="x")
    with pytest.raises(TypeError):
        AuditEvent.objects.all().delete()


APPEND_ONLY = [
    "screening_decision", "screening_read", "screening_outcome", "screening_consent", "screening_identityanswer",
    "screening_modelchoice", "screening_thresholdchoice", "screening_correction", "accounts_auditevent",
]  # fmt: skip


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_every_append_only_table_has_both_triggers(db: None, table: str) -> None:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor], [table])
        found = {name.lower() for (name,) in cursor.fetchall()}
    assert found >= {f"{table}_no_update", f"{table}_no_delete"}


def test_an_act_that_rolls_back_leaves_no_trace(cast: Cast, chain: int) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        record(cast.amina, "test.undone", cast.north)
        raise Undone
    assert not AuditEvent.objects.filter(verb="test.undone").exists()
    assert record(cast.amina, "test.next", cast.north).number == EVENTS + 1
    assert first_broken() is None


def test_the_chain_starts_by_itself(cast: Cast) -> None:
    AuditChain.objects.all().delete()
    assert record(None, "test.first", cast.north).number == 1
    assert first_broken() is None
