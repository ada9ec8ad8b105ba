"""What has to be looked at again: named where the row is written, told once at the edge.

A verb says `wake`; whoever let the work in (a request's middleware, a task) stands around it with `edge`, and rings for
each name once, after the commit. What is rolled back wakes nobody. Outside of an edge nobody is told: the rows are the
queue, and the sweep finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction


@dataclass
class _Named:
    """What one edge has to ring for: `written` holds (kind, name) of committed rows, in their order."""

    written: dict[tuple[str, str], None] = field(default_factory=dict)
    asked: bool = False


# Of this request or task alone: a context belongs to one thread or coroutine.
_named: ContextVar[_Named | None] = ContextVar("named", default=None)


def wake(kind: str, name: object) -> None:
    """Once what is being written is committed, the edge around it rings for this name."""
    named = _named.get()
    if named is not None:
        named.asked = True
        transaction.on_commit(partial(named.written.setdefault, (kind, str(name))))


@contextmanager
def edge(ring: Callable[[str, str], None]) -> Iterator[None]:
    """Ring once for each name woken inside, at the end or when a transaction that stands around the edge commits.

    Also when it ends in an exception: what was committed before is written. A bell that cannot be rung is logged and
    never an error: its row is there.
    """
    named = _Named()
    token = _named.set(named)
    try:
        yield
    finally:
        _named.reset(token)
        if named.asked:  # else nothing was written, and the database need not even be there
            transaction.on_commit(lambda: _tell(named, ring), robust=True)


def _tell(named: _Named, ring: Callable[[str, str], None]) -> None:
    for kind, name in named.written:
        ring(kind, name)
