"""Which of several things that happened to one document decides, in every order of the events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from uuid import UUID

import pytest

from processor import tombstones
from processor.database import Connection
from processor.documents import object_key
from processor.errors import ConfigurationError
from processor.events import ObjectRef, Removed
from processor.pipeline import Dependencies, Outcome, ingest, withdraw
from processor.settings import DatabaseCredentials
from tests.processor import fakes

ID = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
OLD, NEW = "請假應於三日前申請。", "出差旅費應於七日內報支。"


@pytest.fixture
def deps(database: DatabaseCredentials, tmp_path: Path) -> Iterator[Dependencies]:
    shelf = fakes.Shelf(tmp_path)
    shelf.put("v1", OLD)
    shelf.put("v2", NEW)
    made = fakes.dependencies(database, shelf)
    yield made
    made.store.close()


def stored(version: str, sequencer: str) -> ObjectRef:
    return ObjectRef("documents", object_key(ID, "a.txt"), 9, version, sequencer)


def removed(version: str, sequencer: str, *, one_version: bool = False) -> Removed:
    return Removed(stored(version, sequencer), one_version)


def deliver(event: ObjectRef | Removed, deps: Dependencies) -> Outcome:
    done = withdraw(event, deps) if isinstance(event, Removed) else ingest(event, deps)
    return done.outcome


def state(connection: Connection) -> tuple[str | None, list[str], int]:
    """Status and error, the text that can be found, and the number of postings."""
    row = connection.execute("SELECT status, error_code FROM documents").fetchone()
    texts = [row[0] for row in connection.execute("SELECT content FROM document_chunks")]
    [(postings,)] = connection.execute("SELECT count(*) FROM postings")
    return row and (row[1] or row[0]), texts, postings


FIRST, SECOND = stored("v1", "01"), stored("v2", "02")
TWO_UPLOADS = [FIRST, SECOND]
UPLOAD_AND_REMOVAL = [FIRST, removed("m", "02")]
STORED_AGAIN = [FIRST, removed("m", "015"), stored("v2", "02")]
GONE = removed("v1", "03", one_version=True)
WITHOUT_THE_OLD_VERSION = [FIRST, SECOND, GONE]


@pytest.mark.parametrize(
    ("events", "outcome", "texts"),
    [
        (TWO_UPLOADS, "completed", [NEW]),
        (UPLOAD_AND_REMOVAL, "object_missing", []),
        (STORED_AGAIN, "completed", [NEW]),
        (WITHOUT_THE_OLD_VERSION, "completed", [NEW]),
    ],
    ids=["two uploads", "removed", "stored again", "without the old version"],
)
def test_the_order_of_the_events_does_not_matter(
    deps: Dependencies,
    connection: Connection,
    events: list[ObjectRef | Removed],
    outcome: str,
    texts: list[str],
) -> None:
    for order in permutations(events):
        connection.execute("DELETE FROM documents")
        for event in (*order, order[0]):  # one of them twice
            deliver(event, deps)
        found = state(connection)
        assert found[:2] == (outcome, texts)
        assert bool(found[2]) == bool(texts)


def test_removal_of_the_version_that_was_processed(
    deps: Dependencies, connection: Connection
) -> None:
    outcomes = [deliver(event, deps) for event in (FIRST, GONE, GONE, FIRST)]
    assert outcomes[1:] == [Outcome.REMOVED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert state(connection) == ("object_missing", [], 0)


def test_object_removed_during_the_run_is_not_found(
    deps: Dependencies, connection: Connection
) -> None:
    meanwhile = fakes.InterruptedEmbedder(lambda: withdraw(removed("m", "02"), deps))
    assert ingest(FIRST, replace(deps, embedder=meanwhile)).outcome is Outcome.SUPERSEDED
    assert state(connection) == ("object_missing", [], 0)


def delete_for_ever(connection: Connection) -> None:
    with connection.transaction():
        tombstones.lock(connection, ID)
        connection.execute("DELETE FROM documents WHERE id = %s", [ID])
        tombstones.put(connection, ID)


def test_deleted_document_does_not_come_back_with_a_late_event(
    deps: Dependencies, connection: Connection
) -> None:
    ingest(FIRST, deps)
    delete_for_ever(connection)
    assert deliver(FIRST, deps) is Outcome.DUPLICATE
    assert deliver(SECOND, deps) is Outcome.DUPLICATE
    assert deliver(removed("m", "03"), deps) is Outcome.DUPLICATE
    assert state(connection) == (None, [], 0)


@dataclass
class Stages:
    """Lets something happen just before a stage is entered, then goes on."""

    deps: Dependencies
    stage: str
    happening: Callable[[], object]

    def ingest(self) -> Outcome:
        enter = self.deps.store.enter
        store = self.deps.store

        def entering(claim, stage):
            if stage == self.stage:
                self.happening()
            enter(claim, stage)

        store.enter = entering  # type: ignore[method-assign]
        try:
            return ingest(FIRST, self.deps).outcome
        finally:
            store.enter = enter  # type: ignore[method-assign]


@pytest.mark.parametrize("stage", ["download", "extract", "chunk", "embed", "index", "save"])
def test_document_deleted_at_any_stage_does_not_come_back(
    deps: Dependencies, connection: Connection, stage: str
) -> None:
    run = Stages(deps, stage, lambda: delete_for_ever(connection))
    assert run.ingest() is Outcome.SUPERSEDED
    assert state(connection) == (None, [], 0)
    assert deliver(FIRST, deps) is Outcome.DUPLICATE
    assert state(connection) == (None, [], 0)


def test_claim_waits_for_a_deletion_under_way(
    deps: Dependencies, connection: Connection, database: DatabaseCredentials
) -> None:
    """The claim reads no tombstone that is not committed yet, so it must wait for it."""
    ingest(FIRST, deps)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with ThreadPoolExecutor(1) as pool:
        with connection.transaction():
            tombstones.lock(connection, ID)
            connection.execute("DELETE FROM documents WHERE id = %s", [ID])
            tombstones.put(connection, ID)
            late = pool.submit(deliver, SECOND, deps)
            while connection.execute(waiting).fetchone() == (0,):
                assert not late.done()
        assert late.result(30) is Outcome.DUPLICATE
    assert state(connection) == (None, [], 0)


def test_unchanged_texts_are_embedded_once(deps: Dependencies, tmp_path: Path) -> None:
    (tmp_path / "v1").write_text("# A\n一。\n# B\n二。\n# C\n一。\n", encoding="utf-8")
    (tmp_path / "v2").write_text("# A\n一。\n# B\n三。\n", encoding="utf-8")
    embedder = fakes.WordEmbedder()
    deps = replace(deps, embedder=embedder)
    key = object_key(ID, "a.md")
    assert ingest(replace(FIRST, key=key), deps).chunk_count == 3
    assert ingest(replace(SECOND, key=key), deps).chunk_count == 2
    assert embedder.asked == ["# A\n一。", "# B\n二。", "# C\n一。", "# B\n三。"]


def test_embeddings_that_are_kept_are_the_right_ones(
    deps: Dependencies, connection: Connection, tmp_path: Path
) -> None:
    """A version made of old and new texts in another order, against one embedded afresh."""
    (tmp_path / "v1").write_text("# A\n一。\n# B\n二。\n", encoding="utf-8")
    (tmp_path / "v2").write_text("# B\n二。\n# C\n三。\n# A\n一。\n", encoding="utf-8")
    rows = "SELECT content, embedding::text FROM document_chunks WHERE document_id = %s"
    other = UUID(int=7)
    for ref in (FIRST, SECOND, replace(SECOND, key=object_key(other, "a.md"))):
        ingest(replace(ref, key=ref.key.replace(".txt", ".md")), deps)
    kept, fresh = (dict(connection.execute(rows, [key]).fetchall()) for key in (ID, other))
    assert len(kept) == 3
    assert kept == fresh


def test_another_model_embeds_everything_again(deps: Dependencies) -> None:
    embedder = fakes.WordEmbedder("another/1536")
    ingest(FIRST, deps)
    ingest(replace(SECOND, version_id="v1"), replace(deps, embedder=embedder))
    assert embedder.asked == [OLD]


def test_column_of_another_width_is_named_before_anything_is_paid(
    deps: Dependencies, connection: Connection
) -> None:
    connection.execute("ALTER TABLE document_chunks ALTER embedding TYPE halfvec(1024)")
    embedder = fakes.WordEmbedder()
    with pytest.raises(ConfigurationError, match="1024 numbers"):
        ingest(FIRST, replace(deps, embedder=embedder))
    assert embedder.asked == []
