"""What a document goes through, with a real database, a real reader and no AWS."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from processor.database import Connection
from processor.documents import object_key
from processor.embed import Embedder
from processor.errors import Code, PermanentError, TransientError
from processor.events import ObjectRef
from processor.pages import Page
from processor.pipeline import EVENT_ATTEMPTS, Dependencies, Outcome, ingest, ingest_file
from processor.settings import DatabaseCredentials
from processor.store import Arrival
from tests.processor import fakes, files

TEXT = "# 請假\n員工請假應於三個工作日前提出申請。\n# 加班\n加班應經主管事前核准。\n"
ID = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


@pytest.fixture
def shelf(tmp_path: Path) -> fakes.Shelf:
    shelf = fakes.Shelf(tmp_path)
    shelf.put("v1", TEXT)
    shelf.put("v2", "# 出差\n出差旅費應於返回後七日內報支。\n")
    return shelf


@pytest.fixture
def deps(database: DatabaseCredentials, shelf: fakes.Shelf) -> Iterator[Dependencies]:
    made = fakes.dependencies(database, shelf)
    yield made
    made.store.close()


@pytest.fixture
def other(database: DatabaseCredentials, shelf: fakes.Shelf) -> Iterator[Dependencies]:
    """Another sandbox at work on another invocation."""
    made = fakes.dependencies(database, shelf, "request-2")
    yield made
    made.store.close()


def reference(version: str = "v1", sequencer: str = "01") -> ObjectRef:
    return ObjectRef("documents", object_key(ID, "手冊.md"), len(TEXT), version, sequencer)


def document(connection: Connection) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("SELECT * FROM documents WHERE id = %s", [ID]).fetchone()
    assert row is not None
    return row


def contents(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT content FROM document_chunks ORDER BY chunk_index")
    return [row[0] for row in rows]


def inserted_by_the_api(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO documents (id, user_id, file_name, file_path, file_type)"
        " VALUES (%s, 'ting', '手冊.md', %s, 'text/markdown')"
        " ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id",
        [ID, object_key(ID, "手冊.md")],
    )


def with_embedder(deps: Dependencies, embedder: Embedder) -> Dependencies:
    return replace(deps, embedder=embedder)


def test_document_is_completed_with_everything(deps: Dependencies, connection: Connection) -> None:
    inserted_by_the_api(connection)
    done = ingest(reference(), deps)
    assert (done.outcome, done.chunk_count) == (Outcome.COMPLETED, 2)
    assert list(done.seconds) == ["download", "extract", "chunk", "embed", "index", "save"]
    row = document(connection)
    assert (row["status"], row["stage"], row["user_id"]) == ("completed", "done", "ting")
    assert (row["chunk_count"], row["attempt"], row["error_code"]) == (2, 1, None)
    assert row["lease_owner"] is None
    assert contents(connection) == [
        "# 請假\n員工請假應於三個工作日前提出申請。",
        "# 加班\n加班應經主管事前核准。",
    ]


def test_pages_that_could_not_be_read_are_counted(
    deps: Dependencies, connection: Connection
) -> None:
    pages = [Page(1, "請假應事先申請。"), Page(2, "", unread=True)]
    done = ingest(reference(), replace(deps, extract=lambda *_: pages))
    assert (done.outcome, done.unread_pages) == (Outcome.COMPLETED, 1)
    assert document(connection)["unread_pages"] == 1


def test_chunks_and_postings_agree(deps: Dependencies, connection: Connection) -> None:
    ingest(reference(), deps)
    rows = connection.execute(
        "SELECT c.heading, c.token_count, sum(p.tf), min(p.dl), max(p.dl), vector_dims(embedding)"
        " FROM document_chunks c JOIN postings p ON p.chunk_id = c.id"
        " GROUP BY c.id ORDER BY chunk_index"
    ).fetchall()
    assert [row[0] for row in rows] == ["請假", "加班"]
    for _, tokens, frequencies, shortest, longest, dimensions in rows:
        assert tokens == frequencies == shortest == longest
        assert dimensions == 1536
    assert document(connection)["token_count"] == sum(row[1] for row in rows)


def test_event_that_overtakes_the_insert_completes(
    deps: Dependencies, connection: Connection
) -> None:
    assert ingest(reference(), deps).outcome is Outcome.COMPLETED
    row = document(connection)
    assert (row["user_id"], row["file_name"], row["file_size"]) == (None, "手冊.md", len(TEXT))
    inserted_by_the_api(connection)
    row = document(connection)
    assert (row["status"], row["user_id"]) == ("completed", "ting")


def test_insert_during_processing_completes(deps: Dependencies, connection: Connection) -> None:
    late = fakes.InterruptedEmbedder(lambda: inserted_by_the_api(connection))
    ingest(reference(), with_embedder(deps, late))
    row = document(connection)
    assert (row["status"], row["user_id"]) == ("completed", "ting")


def test_duplicate_event_changes_nothing(
    deps: Dependencies, other: Dependencies, connection: Connection
) -> None:
    ingest(reference(), deps)
    before = document(connection), contents(connection)
    assert ingest(reference(), deps).outcome is Outcome.DUPLICATE
    assert ingest(reference(), other).outcome is Outcome.DUPLICATE
    assert (document(connection), contents(connection)) == before


def test_duplicate_event_during_processing_does_no_work(
    deps: Dependencies, other: Dependencies, connection: Connection
) -> None:
    outcomes = []
    meanwhile = fakes.InterruptedEmbedder(
        lambda: outcomes.append(ingest(reference(), other).outcome)
    )
    assert ingest(reference(), with_embedder(deps, meanwhile)).outcome is Outcome.COMPLETED
    assert outcomes == [Outcome.DUPLICATE]
    assert document(connection)["attempt"] == 1


def test_of_many_claims_at_the_same_time_one_wins(
    database: DatabaseCredentials, shelf: fakes.Shelf, connection: Connection
) -> None:
    sandboxes = [fakes.dependencies(database, shelf, f"request-{n}") for n in range(6)]
    with ThreadPoolExecutor(len(sandboxes)) as pool:
        done = pool.map(lambda deps: ingest(reference(), deps).outcome, sandboxes)
    assert sorted(done) == [Outcome.COMPLETED, *[Outcome.DUPLICATE] * 5]
    assert len(contents(connection)) == document(connection)["chunk_count"] == 2
    for deps in sandboxes:
        deps.store.close()


def test_newer_version_replaces_the_older(deps: Dependencies, connection: Connection) -> None:
    ingest(reference("v1", "01"), deps)
    assert ingest(reference("v2", "02"), deps).outcome is Outcome.COMPLETED
    assert contents(connection) == ["# 出差\n出差旅費應於返回後七日內報支。"]
    terms = connection.execute("SELECT count(*) FROM postings WHERE term = '請假'").fetchone()
    assert terms == (0,)
    assert document(connection)["s3_version"] == "v2"


def test_older_version_that_comes_late_is_ignored(
    deps: Dependencies, connection: Connection
) -> None:
    ingest(reference("v2", "02"), deps)
    assert ingest(reference("v1", "01"), deps).outcome is Outcome.DUPLICATE
    assert document(connection)["s3_version"] == "v2"


def test_newer_version_wins_over_a_run_in_progress(
    deps: Dependencies, other: Dependencies, connection: Connection
) -> None:
    newer = fakes.InterruptedEmbedder(lambda: ingest(reference("v2", "02"), other))
    done = ingest(reference("v1", "01"), with_embedder(deps, newer))
    assert done.outcome is Outcome.SUPERSEDED
    assert contents(connection) == ["# 出差\n出差旅費應於返回後七日內報支。"]


def test_run_that_was_overtaken_writes_nothing_while_the_other_works(
    deps: Dependencies, other: Dependencies, connection: Connection
) -> None:
    def overtake() -> None:
        arrival = Arrival(ID, "手冊.md", "key", 1, "v2", "02")
        assert other.store.claim(arrival, other.owner, 300) is not None

    done = ingest(reference(), with_embedder(deps, fakes.InterruptedEmbedder(overtake)))
    assert done.outcome is Outcome.SUPERSEDED
    row = document(connection)
    assert (row["status"], row["s3_version"], row["lease_owner"]) == (
        "processing",
        "v2",
        "request-2",
    )
    assert contents(connection) == []


def test_document_deleted_meanwhile_does_not_come_back(
    deps: Dependencies, connection: Connection
) -> None:
    deleting = fakes.InterruptedEmbedder(lambda: connection.execute("DELETE FROM documents"))
    assert ingest(reference(), with_embedder(deps, deleting)).outcome is Outcome.SUPERSEDED
    counts = "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM postings)"
    assert connection.execute(counts).fetchone() == (0, 0)


def test_failing_service_is_retried_until_it_answers(
    deps: Dependencies, connection: Connection
) -> None:
    with pytest.raises(TransientError, match="Bedrock"):
        ingest(reference(), with_embedder(deps, fakes.SilentEmbedder()))
    row = document(connection)
    assert (row["status"], row["error_code"]) == ("pending", "service_unavailable")
    assert ingest(reference(), deps).outcome is Outcome.COMPLETED
    row = document(connection)
    assert (row["status"], row["attempt"], row["error_code"]) == ("completed", 2, None)


def test_last_attempt_shows_the_failure_and_may_still_be_repeated(
    deps: Dependencies, connection: Connection
) -> None:
    for _ in range(EVENT_ATTEMPTS):
        assert document_status(connection) != "failed"
        with pytest.raises(TransientError):
            ingest(reference(), with_embedder(deps, fakes.SilentEmbedder()))
    assert document(connection)["status"] == "failed"
    assert "稍後再試" in document(connection)["error_message"]
    assert ingest(reference(), deps).outcome is Outcome.COMPLETED


def document_status(connection: Connection) -> str | None:
    row = connection.execute("SELECT status FROM documents WHERE id = %s", [ID]).fetchone()
    return row and row[0]


def test_defect_is_told_and_raised(deps: Dependencies, connection: Connection) -> None:
    def defect() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ingest(reference(), with_embedder(deps, fakes.InterruptedEmbedder(defect)))
    assert document(connection)["error_code"] == "internal_error"


def test_killed_run_is_continued_by_its_own_retry_only(
    deps: Dependencies, other: Dependencies, connection: Connection
) -> None:
    class Killed(BaseException):
        """Ends a run like a signal does: nothing of the pipeline runs after it."""

    def kill() -> None:
        raise Killed

    with pytest.raises(Killed):
        ingest(reference(), with_embedder(deps, fakes.InterruptedEmbedder(kill)))
    assert document(connection)["status"] == "processing"
    assert ingest(reference(), other).outcome is Outcome.DUPLICATE
    assert ingest(reference(), deps).outcome is Outcome.COMPLETED


def test_lease_that_ran_out_may_be_taken(
    deps: Dependencies, other: Dependencies, connection: Connection
) -> None:
    def expire_and_take_over() -> None:
        connection.execute("UPDATE documents SET lease_until = now() - interval '1 second'")
        assert ingest(reference(), other).outcome is Outcome.COMPLETED

    slow = fakes.InterruptedEmbedder(expire_and_take_over)
    assert ingest(reference(), with_embedder(deps, slow)).outcome is Outcome.SUPERSEDED
    assert document(connection)["generation"] == 2
    assert len(contents(connection)) == 2


def test_document_at_fault_fails_for_good(
    deps: Dependencies, shelf: fakes.Shelf, connection: Connection
) -> None:
    ingest(reference("v1", "01"), deps)
    files.encrypted_pdf(shelf.folder / "v3", "password")
    done = ingest(reference("v3", "03"), deps)
    assert done.outcome is Outcome.FAILED
    assert done.error is not None
    assert done.error.code is Code.ENCRYPTED
    row = document(connection)
    assert (row["status"], row["error_code"], row["chunk_count"]) == ("failed", "encrypted", 0)
    assert row["error_message"].startswith("檔案有密碼保護")
    assert contents(connection) == []
    assert ingest(reference("v3", "03"), deps).outcome is Outcome.DUPLICATE


def test_foreign_key_is_refused(deps: Dependencies) -> None:
    with pytest.raises(PermanentError) as error:
        ingest(replace(reference(), key="uploads/readme.txt"), deps)
    assert error.value.code is Code.FOREIGN_KEY


def test_nothing_is_left_on_the_disk(
    deps: Dependencies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    ingest(reference(), deps)
    with pytest.raises(TransientError):
        ingest(reference("v2", "02"), with_embedder(deps, fakes.SilentEmbedder()))
    assert list(temporary.iterdir()) == []


def test_local_file_is_processed_at_once(
    deps: Dependencies, shelf: fakes.Shelf, connection: Connection
) -> None:
    inserted_by_the_api(connection)
    done = ingest_file(ID, "手冊.md", shelf.folder / "v1", deps)
    assert done.outcome is Outcome.COMPLETED
    row = document(connection)
    assert (row["status"], row["user_id"], row["file_path"]) == (
        "completed",
        "ting",
        object_key(ID, "手冊.md"),
    )


def test_local_file_has_one_attempt(
    deps: Dependencies, shelf: fakes.Shelf, connection: Connection
) -> None:
    with pytest.raises(TransientError):
        ingest_file(ID, "手冊.md", shelf.folder / "v1", with_embedder(deps, fakes.SilentEmbedder()))
    assert document(connection)["status"] == "failed"


def test_clients_see_the_stage(deps: Dependencies, connection: Connection) -> None:
    seen = []
    looking = fakes.InterruptedEmbedder(lambda: seen.append(document(connection)))
    ingest(reference(), with_embedder(deps, looking))
    assert [(row["status"], row["stage"]) for row in seen] == [("processing", "embed")]


def test_documents_in_parallel_keep_the_index_exact(
    database: DatabaseCredentials, shelf: fakes.Shelf, connection: Connection
) -> None:
    """Twenty documents by four sandboxes at once: df and N are what a recount says."""
    sandboxes = [fakes.dependencies(database, shelf, f"request-{n}") for n in range(4)]

    def work(deps: Dependencies) -> None:
        for _ in range(5):
            ref = replace(reference(), key=object_key(uuid4(), "手冊.md"))
            assert ingest(ref, deps).outcome is Outcome.COMPLETED

    with ThreadPoolExecutor(len(sandboxes)) as pool:
        list(pool.map(work, sandboxes))
    for deps in sandboxes:
        deps.store.close()
    row = connection.execute(
        "SELECT (SELECT sum(chunk_count) FROM documents), (SELECT count(*) FROM document_chunks),"
        " (SELECT count(*) FROM postings WHERE term = '請假')"
    ).fetchone()
    assert row == (40, 40, 20)


def test_saving_that_takes_too_long_ends_while_the_row_can_be_told(
    deps: Dependencies, connection: Connection
) -> None:
    """Another transaction holds the row, from when saving begins until it has given up."""
    blocker = connection.transaction()

    def hold() -> None:
        blocker.__enter__()
        connection.execute("SELECT FROM document_chunks")
        connection.execute("LOCK TABLE document_chunks IN ACCESS EXCLUSIVE MODE")

    released = []
    release = deps.store.release

    def let_go(*arguments: Any) -> None:
        blocker.__exit__(None, None, None)
        released.append(arguments)
        release(*arguments)

    deps.store.release = let_go  # type: ignore[method-assign]
    short = replace(with_embedder(deps, fakes.InterruptedEmbedder(hold)), remaining=lambda: 8.0)
    with pytest.raises(psycopg.errors.QueryCanceled):
        ingest(reference(), short)
    assert len(released) == 1
    assert document(connection)["error_code"] == "service_unavailable"
    assert ingest(reference(), deps).outcome is Outcome.COMPLETED


def test_connection_lost_during_a_run_is_opened_again(
    deps: Dependencies, connection: Connection
) -> None:
    def cut() -> None:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    done = ingest(reference(), with_embedder(deps, fakes.InterruptedEmbedder(cut)))
    assert done.outcome is Outcome.COMPLETED
