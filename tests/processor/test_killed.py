"""The processor dies by SIGKILL at every step; the document always ends well, and never half."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from processor.database import Connection
from processor.documents import object_key
from processor.events import ObjectRef, Removed
from processor.listing import Listing
from processor.pipeline import EVENT_ATTEMPTS, Dependencies, Outcome, ingest, withdraw
from processor.reconcile import reconcile
from processor.settings import DatabaseCredentials
from tests.processor import fakes, killed

ID = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
OLD = "員工請假應於三個工作日前提出申請。"
NEW = "出差旅費應於返回後七日內報支。\n\n員工請假應於三個工作日前提出申請。"

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.processor.killed"])


def reference(version: str, sequencer: str) -> ObjectRef:
    return ObjectRef("documents", object_key(ID, "手冊.md"), 9, version, sequencer)


# What is done to the second version of the document by its event or by reconciliation, and what
# the removal of the object does.
V2 = reference("v2", "02")
INGEST = partial(ingest, V2)
BUCKET = Listing(killed.OneObject(V2.key, "v2"), "documents")
WITHDRAW = partial(withdraw, Removed(reference("marker", "03"), one_version=False))
RECONCILE = partial(reconcile, BUCKET, grace_seconds=0.0)


@pytest.fixture
def deps(database: DatabaseCredentials, tmp_path: Path) -> Iterator[Dependencies]:
    shelf = fakes.Shelf(tmp_path)
    shelf.put("v1", OLD)
    shelf.put("v2", NEW)
    made = killed.dependencies(database, tmp_path, "the-next")
    yield made
    made.store.close()


def kill_at(
    point: str, database: DatabaseCredentials, folder: Path, work: killed.Work = INGEST
) -> None:
    child = _CONTEXT.Process(target=killed.die_at, args=(point, database, folder, work))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL, point


def found(connection: Connection) -> list[str]:
    """The text that can be found, which agrees with the postings and the counts of its row."""
    rows = connection.execute(
        "SELECT content, token_count, (SELECT sum(tf) FROM postings WHERE chunk_id = c.id)"
        " FROM document_chunks c ORDER BY chunk_index"
    ).fetchall()
    assert all(tokens == posted for _, tokens, posted in rows)
    counted = connection.execute(
        "SELECT chunk_count, token_count FROM documents WHERE id = %s", [ID]
    ).fetchone()
    assert counted in ((len(rows), sum(tokens for _, tokens, _ in rows)), None)
    orphans = "SELECT count(*) FROM postings WHERE chunk_id NOT IN (SELECT id FROM document_chunks)"
    assert connection.execute(orphans).fetchone() == (0,)
    return [content for content, _, _ in rows]


def status(connection: Connection) -> Any:
    row = connection.execute("SELECT status FROM documents WHERE id = %s", [ID]).fetchone()
    return row and row[0]


def start_anew(connection: Connection, deps: Dependencies) -> None:
    connection.execute("DELETE FROM documents")
    assert ingest(reference("v1", "01"), deps).outcome is Outcome.COMPLETED


def test_killed_anywhere_the_document_is_old_or_new_and_then_completed(
    deps: Dependencies, database: DatabaseCredentials, connection: Connection, tmp_path: Path
) -> None:
    start_anew(connection, deps)
    points = killed.points(database, tmp_path, INGEST)
    new = found(connection)
    assert len(points) > 40
    assert len(new) == 2
    for number, point in enumerate(points):
        start_anew(connection, deps)
        old = found(connection)
        kill_at(point, database, tmp_path)
        assert found(connection) in (old, new), point
        connection.execute("UPDATE documents SET lease_until = now()")
        if number % 2:
            assert reconcile(BUCKET, deps).finished
            assert status(connection) == "completed"
        # Lambda delivers once more: to a document nobody had claimed yet, or to one that is done.
        ingest(V2, deps)
        assert (status(connection), found(connection)) == ("completed", new), point


def test_reconciliation_killed_anywhere_is_finished_by_the_next(
    deps: Dependencies, database: DatabaseCredentials, connection: Connection, tmp_path: Path
) -> None:
    """The event of the second version was lost."""
    start_anew(connection, deps)
    points = killed.points(database, tmp_path, RECONCILE)
    new = found(connection)
    assert len(new) == 2
    for point in (each for each in points if ".reconcile" in each or ".unsettled" in each):
        start_anew(connection, deps)
        old = found(connection)
        kill_at(point, database, tmp_path, RECONCILE)
        assert found(connection) in (old, new), point
        connection.execute("UPDATE documents SET lease_until = now()")
        assert RECONCILE(deps).finished, point
        assert (status(connection), found(connection)) == ("completed", new), point


def test_removal_killed_anywhere_is_done_by_its_retry(
    deps: Dependencies, database: DatabaseCredentials, connection: Connection, tmp_path: Path
) -> None:
    start_anew(connection, deps)
    points = killed.points(database, tmp_path, WITHDRAW)
    assert len(points) > 10
    for point in points:
        start_anew(connection, deps)
        old = found(connection)
        kill_at(point, database, tmp_path, WITHDRAW)
        assert found(connection) in (old, []), point
        WITHDRAW(deps)
        assert (status(connection), found(connection)) == ("failed", []), point


def test_killed_again_and_again_the_document_fails_with_its_reason(
    deps: Dependencies, database: DatabaseCredentials, connection: Connection, tmp_path: Path
) -> None:
    for _ in range(EVENT_ATTEMPTS):
        kill_at("processor.pipeline._vectors:call", database, tmp_path)
        assert status(connection) == "processing"
        assert found(connection) == []
    connection.execute("UPDATE documents SET lease_until = now()")
    report = reconcile(BUCKET, deps)
    assert (report.given_up, report.redriven, report.finished) == (1, 0, True)
    row = connection.execute("SELECT status, error_code, retryable FROM documents").fetchone()
    assert row == ("failed", "interrupted", True)
    assert ingest(V2, deps).outcome is Outcome.COMPLETED
