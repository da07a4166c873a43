"""Waiting for a document, with changes made by another connection at the worst moments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest

from api import store
from api.changes import awaited
from processor.database import Connection, connect
from processor.settings import DatabaseCredentials
from tests.api.conftest import User
from tests.api.corpus import add_document

LONG_S = 60.0  # nothing here lasts that long unless it is broken


@pytest.fixture
def processor(database: DatabaseCredentials) -> Iterator[Connection]:
    with connect(database) as opened:
        yield opened


@pytest.fixture
def document_id(connection: Connection) -> UUID:
    return add_document(connection, "alice", "a.txt", [])


def enter(connection: Connection, document_id: UUID, stage: str = "embed") -> None:
    connection.execute("UPDATE documents SET stage = %s WHERE id = %s", [stage, document_id])


def stage_of(connection: Connection, document_id: UUID) -> Callable[[], str | None]:
    def look() -> str | None:
        document = store.find(connection, document_id, "alice")
        return document and document.stage

    return look


def waiting(connection: Connection) -> bool:
    """Tell whether anybody waits for a document."""
    query = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 7264002"
    return connection.execute(query).fetchone() is not None


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(3000):
        if condition():
            return
        pause.wait(0.01)
    raise TimeoutError


def test_a_change_ends_the_waiting(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    look = stage_of(connection, document_id)
    with ThreadPoolExecutor() as pool:
        found = pool.submit(awaited, connection, document_id, look, LONG_S)
        until(lambda: waiting(processor))
        enter(processor, document_id)

        assert found.result() == "embed"
    assert not waiting(processor)


def test_what_changed_before_the_listening_is_seen(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    enter(processor, document_id)

    assert awaited(connection, document_id, stage_of(connection, document_id), LONG_S) == "embed"


def test_a_change_between_the_look_and_the_waiting_is_announced(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    looks: list[str | None] = []

    def look() -> str | None:
        looks.append(stage_of(connection, document_id)())
        if len(looks) == 1:
            enter(processor, document_id)
        return looks[-1]

    assert awaited(connection, document_id, look, LONG_S) == "embed"
    assert looks == [None, "embed"]


def test_a_change_under_way_when_the_waiting_begins_is_not_missed(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    look = stage_of(connection, document_id)
    with ThreadPoolExecutor() as pool:
        with processor.transaction():
            enter(processor, document_id)
            found = pool.submit(awaited, connection, document_id, look, LONG_S)
            until(lambda: blocked(processor))
        assert found.result() == "embed"


def blocked(connection: Connection) -> bool:
    query = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return connection.execute(query).fetchone() is not None


def test_the_waiting_ends(connection: Connection, document_id: UUID) -> None:
    assert awaited(connection, document_id, lambda: None, 0.05) is None


def test_it_ends_too_while_a_change_is_under_way(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    with processor.transaction():
        enter(processor, document_id)
        assert awaited(connection, document_id, lambda: None, 0.05) is None
    assert awaited(connection, document_id, stage_of(connection, document_id), LONG_S) == "embed"


def test_changes_of_other_documents_wake_nobody(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    other = add_document(processor, "alice", "b.txt", [])
    looks: list[int] = []

    def look() -> int | None:
        looks.append(len(looks))
        if len(looks) == 1:
            enter(processor, other)
            enter(processor, document_id)
        return len(looks) if len(looks) > 1 else None

    assert awaited(connection, document_id, look, LONG_S) == 2


def test_nothing_is_announced_when_nobody_waits(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    connection.execute(f'LISTEN "document_{document_id}"')
    enter(processor, document_id)

    assert list(connection.notifies(timeout=0)) == []


def test_nothing_of_a_waiting_is_left_on_the_connection(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    def look() -> bool | None:
        enter(processor, document_id, "chunk")
        enter(processor, document_id, "embed")
        return True

    assert awaited(connection, document_id, look, LONG_S)
    enter(processor, document_id, "index")
    assert list(connection.notifies(timeout=0)) == []
    assert connection.execute("SELECT pg_listening_channels()").fetchall() == []
    assert connection.execute("SHOW lock_timeout").fetchone() == ("0",)


def test_a_statement_over_many_rows_takes_a_bounded_number_of_locks(
    connection: Connection, document_id: UUID
) -> None:
    connection.execute(
        "INSERT INTO documents (id, file_name, file_path, file_type)"
        " SELECT gen_random_uuid(), '', '', '' FROM generate_series(1, 5000)"
    )
    with connection.transaction():
        connection.execute("UPDATE documents SET stage = 'embed'")
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        [(locks,)] = connection.execute(query)
    assert locks <= 1024


def test_a_connection_that_breaks_is_not_silence(
    connection: Connection, processor: Connection, document_id: UUID
) -> None:
    [(backend,)] = connection.execute("SELECT pg_backend_pid()")
    with ThreadPoolExecutor() as pool:
        found = pool.submit(awaited, connection, document_id, lambda: None, LONG_S)
        until(lambda: waiting(processor))
        processor.execute("SELECT pg_terminate_backend(%s)", [backend])

        with pytest.raises(psycopg.OperationalError):
            found.result()


# Through the route; the request is the thread's that has the sandbox's event loop.


def meanwhile(processor: Connection, change: Callable[[], object]) -> Callable[[], object]:
    """Return what makes `change` once somebody waits."""

    def wait_and_change() -> None:
        until(lambda: waiting(processor))
        change()

    return wait_and_change


def test_a_client_that_knows_the_state_is_answered_when_it_changes(
    alice: User, processor: Connection, document_id: UUID
) -> None:
    path = f"/documents/{document_id}"
    known = alice.get(path).headers["etag"]
    with ThreadPoolExecutor() as pool:
        pool.submit(meanwhile(processor, lambda: enter(processor, document_id)))
        changed = alice.get(path, headers={"If-None-Match": known, "Prefer": "wait=20"})

    assert (changed.status_code, changed.json()["stage"]) == (200, "embed")
    assert changed.headers["etag"] not in (None, known)
    assert changed.headers["preference-applied"] == "wait=20"


def test_a_client_that_waits_in_vain_is_told_so(alice: User, document_id: UUID) -> None:
    path = f"/documents/{document_id}"
    known = alice.get(path).headers["etag"]

    answer = alice.get(path, headers={"If-None-Match": known, "Prefer": "wait=1"})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == known
    assert answer.headers["preference-applied"] == "wait=1"


def test_a_client_that_knows_another_state_does_not_wait(alice: User, document_id: UUID) -> None:
    headers = {"If-None-Match": '"another"', "Prefer": "wait=20"}

    answer = alice.get(f"/documents/{document_id}", headers=headers)

    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "wait=20")


def test_without_a_state_there_is_nothing_to_wait_for(alice: User, document_id: UUID) -> None:
    answer = alice.get(f"/documents/{document_id}", headers={"Prefer": "wait=20"})

    assert answer.status_code == 200
    assert "preference-applied" not in answer.headers


def test_a_document_that_is_deleted_meanwhile_is_gone(
    alice: User, processor: Connection, document_id: UUID
) -> None:
    def delete() -> None:
        processor.execute("DELETE FROM documents WHERE id = %s", [document_id])

    with ThreadPoolExecutor() as pool:
        pool.submit(meanwhile(processor, delete))
        waits = {"If-None-Match": "*", "Prefer": "wait=20"}
        answer = alice.get(f"/documents/{document_id}", headers=waits)

    assert answer.status_code == 404


def test_what_does_not_exist_is_not_waited_for(alice: User) -> None:
    waits = {"If-None-Match": "*", "Prefer": "wait=20"}

    assert alice.get(f"/documents/{uuid4()}", headers=waits).status_code == 404
