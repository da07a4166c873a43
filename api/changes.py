"""Waiting for a change of a document, which PostgreSQL announces: nothing asks again and again.

Announced is only what somebody waits for (migration 0006, decision 0055). Who waits listens first,
then takes the lock that says so, then looks: a change committed before the lock is seen by the
look, one committed after it finds the lock and is announced.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from psycopg import sql
from psycopg.errors import LockNotAvailable

from processor.database import Connection

Found = TypeVar("Found")

_LISTEN = sql.SQL("LISTEN {}")
_PATIENCE = "SELECT set_config('lock_timeout', %s, true)"
# Held by the session; the trigger of migration 0006 tries the same numbers.
_WATCH = "SELECT pg_advisory_lock_shared(7264002, hashtext(%s) & 1023)"


def awaited(
    connection: Connection,
    document_id: UUID,
    look: Callable[[], Found | None],
    seconds: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> Found | None:
    """Return what `look` finds once it finds something, None after `seconds` (above 0).

    look: called at the start and after every change; what it raises ends the waiting. The
    connection is the caller's alone meanwhile. Raises as psycopg does when it breaks.
    """
    deadline = monotonic() + seconds
    try:
        with _announced(connection, document_id, seconds):
            while (found := look()) is None and (left := deadline - monotonic()) > 0:
                list(connection.notifies(timeout=left, stop_after=1))
    except LockNotAvailable:  # a change was on its way all the time, and did not arrive
        return None
    return found


@contextmanager
def _announced(connection: Connection, document_id: UUID, seconds: float) -> Iterator[None]:
    connection.execute(_LISTEN.format(sql.Identifier(f"document_{document_id}")))
    try:
        with connection.transaction():
            connection.execute(_PATIENCE, [f"{seconds:.3f}s"])
            connection.execute(_WATCH, [str(document_id)])
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock_all()")
        connection.execute("UNLISTEN *")
        list(connection.notifies(timeout=0))  # those that were under way
