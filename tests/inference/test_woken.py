"""Who is to be woken is gathered by the edge around, told once, and only of what was committed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from inference import woken
from inference.woken import wake

pytestmark = pytest.mark.django_db
Rung = list[tuple[str, str]]


@pytest.fixture
def rung() -> Rung:
    return []


@pytest.fixture
def committed(rung: Rung, django_capture_on_commit_callbacks: Any) -> Any:
    """An edge around one transaction that commits."""

    @contextmanager
    def committed() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True), woken.edge(lambda *said: rung.append(said)):
            yield

    return committed


class Broken(Exception):
    pass


def test_each_name_rings_once_in_the_order_it_was_written(committed: Any, rung: Rung) -> None:
    with committed():
        for name in ("b", "a", "b"):
            with transaction.atomic():
                wake("photo", name)
        wake("visit", "a")
        assert rung == []
    assert rung == [("photo", "b"), ("photo", "a"), ("visit", "a")]


def test_what_is_rolled_back_wakes_nobody(committed: Any, rung: Rung) -> None:
    with committed():
        wake("photo", "written")
        with pytest.raises(Broken), transaction.atomic():
            wake("photo", "never was")
            raise Broken
    assert rung == [("photo", "written")]


def test_what_was_written_before_an_exception_rings(committed: Any, rung: Rung) -> None:
    with pytest.raises(Broken), committed():
        with transaction.atomic():
            wake("photo", "written")
        raise Broken
    assert rung == [("photo", "written")]


def test_outside_of_an_edge_nothing_is_told_and_nothing_is_kept(committed: Any, rung: Rung) -> None:
    with committed():
        pass
    wake("photo", "alone")
    with committed():
        wake("photo", "inside")
    assert rung == [("photo", "inside")]


def test_an_edge_within_an_edge_rings_for_itself(committed: Any, rung: Rung) -> None:
    inner: Rung = []
    with committed():
        wake("photo", "outer")
        with woken.edge(lambda *said: inner.append(said)):
            wake("photo", "inner")
        wake("photo", "outer too")
    assert (rung, inner) == ([("photo", "outer"), ("photo", "outer too")], [("photo", "inner")])


def test_a_bell_that_breaks_is_not_an_error_of_who_wrote_the_row(django_capture_on_commit_callbacks: Any) -> None:
    def breaks(kind: str, name: str) -> None:
        raise Broken

    with django_capture_on_commit_callbacks(execute=True), woken.edge(breaks):
        wake("photo", "a")


def test_where_nothing_was_written_the_database_is_not_asked(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0), woken.edge(lambda *said: None):
        pass


def test_threads_and_coroutines_hear_only_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "on_commit", lambda act, **how: act())  # no database in other threads
    heard: dict[str, Rung] = {name: [] for name in "abcd"}
    together = threading.Barrier(2)

    def in_a_thread(name: str) -> None:
        with woken.edge(lambda *said: heard[name].append(said)):
            together.wait()
            wake("photo", name)
            together.wait()

    async def in_a_coroutine(name: str) -> None:
        with woken.edge(lambda *said: heard[name].append(said)):
            await asyncio.sleep(0)
            wake("photo", name)
            await asyncio.to_thread(wake, "visit", name)

    async def both() -> None:
        await asyncio.gather(in_a_coroutine("c"), in_a_coroutine("d"))

    threads = [threading.Thread(target=in_a_thread, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(both())
    assert heard == {
        "a": [("photo", "a")], "b": [("photo", "b")],
        "c": [("photo", "c"), ("visit", "c")], "d": [("photo", "d"), ("visit", "d")],
    }  # fmt: skip
