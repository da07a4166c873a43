"""USE_S3=false, with the processor's own steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from api.sandbox import Sandbox
from api.synchronous import Ingest, Synchronous
from processor.database import Connection, Database
from processor.embed import Embedder
from processor.events import ObjectRef
from processor.pipeline import Dependencies, ingest_file
from processor.reader import read
from processor.settings import DatabaseCredentials
from processor.store import Store
from tests.api.conftest import User, serve
from tests.api.embedding import SilentEmbedder, WordEmbedder

TEXT = "第一條　員工服務滿一年者，特別休假七日。".encode()


def no_download(ref: ObjectRef, folder: Path) -> Path:
    raise AssertionError("the synchronous mode has no S3")


@pytest.fixture
def store(database: DatabaseCredentials) -> Iterator[Store]:
    opened = Database(database, lambda: database)
    yield Store(opened)
    opened.close()


def ingest(store: Store, embedder: Embedder) -> Ingest:
    deps = Dependencies(store, no_download, read, embedder, owner="test", remaining=lambda: 60.0)
    return partial(ingest_file, deps=deps)


def alice_of(sandbox: Sandbox, steps: Ingest) -> User:
    return User("alice", serve(replace(sandbox, intake=Synchronous(sandbox.connection, steps))))


def test_the_answer_comes_when_the_document_is_searchable(sandbox: Sandbox, store: Store) -> None:
    alice = alice_of(sandbox, ingest(store, WordEmbedder()))

    receipt = alice.upload(("規則.txt", TEXT)).json()["documents"][0]

    assert receipt["status"] == "completed"
    assert alice.get(f"/documents/{receipt['id']}").json()["chunk_count"] == 1
    assert alice.get("/search", q="特別休假").json()["results"][0]["document_id"] == receipt["id"]


def test_a_document_at_fault_is_answered_as_failed(sandbox: Sandbox, store: Store) -> None:
    alice = alice_of(sandbox, ingest(store, WordEmbedder()))

    answer = alice.upload(("broken.pdf", b"%PDF-1.7 broken"), ("規則.txt", TEXT))

    receipts = answer.json()["documents"]
    assert [receipt["status"] for receipt in receipts] == ["failed", "completed"]
    assert alice.get(f"/documents/{receipts[0]['id']}").json()["error_code"] == "malformed"


def test_nothing_stays_when_a_service_fails(
    sandbox: Sandbox, store: Store, connection: Connection
) -> None:
    alice = alice_of(sandbox, ingest(store, SilentEmbedder()))

    answer = alice.upload(("規則.txt", TEXT))

    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)
