"""The seven steps of a document, in order.

download → extract → chunk → embed → index → save, and the status last: saving and completing
are one transaction, so a reader sees the old content, then the new, never part of either.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from uuid import UUID

from psycopg import OperationalError

from processor import bm25
from processor.chunk import Chunk, chunk
from processor.content import Processed
from processor.documents import Stage, parse_object_key
from processor.embed import Embedder, Vector
from processor.errors import Code, PermanentError, SupersededError, TransientError
from processor.events import ObjectRef, Removed
from processor.pages import Page
from processor.store import Arrival, Claim, Store

# Lambda runs a failing asynchronous invocation three times unless told otherwise.
EVENT_ATTEMPTS = 3

# Until the platform has ended an invocation for sure and another may take its document over.
_LEASE_SLACK_SECONDS = 5.0

# What is left after the last call of the embedding model began: its own time-outs, then saving.
_RESERVED_SECONDS = 30.0


class Outcome(StrEnum):
    """How a run ended without an exception."""

    COMPLETED = "completed"
    FAILED = "failed"
    DUPLICATE = "duplicate"  # nothing to do: done already, or another run is at it
    REMOVED = "removed"  # the object is gone, and what was found in it
    SUPERSEDED = "superseded"  # the document was deleted or replaced meanwhile


@dataclass(frozen=True)
class Dependencies:
    """What the steps need from outside.

    download(ref, folder) → file; extract(path, file name, remaining seconds) → pages.
    owner: names this invocation, the same in its retries. remaining: seconds that are left to it.
    during: entered for each stage, for whoever watches.
    """

    store: Store
    download: Callable[[ObjectRef, Path], Path]
    extract: Callable[[Path, str, float], list[Page]]
    embedder: Embedder
    owner: str
    remaining: Callable[[], float]
    clock: Callable[[], float] = time.monotonic
    during: Callable[[Stage], AbstractContextManager[object]] = nullcontext


@dataclass(frozen=True)
class Ingested:
    """What became of a document; `seconds` by stage, `error` when it failed for good.

    embedded_texts: that the model was asked for. age_seconds: from the upload to completion.
    """

    document_id: UUID
    outcome: Outcome
    chunk_count: int = 0
    page_count: int = 0
    unread_pages: int = 0
    embedded_texts: int = 0
    byte_count: int = 0
    age_seconds: float | None = None
    error: PermanentError | None = None
    seconds: dict[str, float] = field(default_factory=dict)


def ingest(ref: ObjectRef, deps: Dependencies) -> Ingested:
    """Process the S3 object of an event.

    A document at fault ends in `Outcome.FAILED`. Raises `PermanentError` for a key that names no
    document, and whatever else went wrong after the row was handed back for a retry.
    """
    arrival = _arrival(ref)
    with tempfile.TemporaryDirectory(prefix="document-") as folder:
        fetch = partial(deps.download, ref, Path(folder))
        return _ingest(arrival, fetch, deps, EVENT_ATTEMPTS)


def withdraw(removed: Removed, deps: Dependencies) -> Ingested:
    """Fail the document of a removed object, unless the object was stored again since.

    Raises `PermanentError` for a key that names no document.
    """
    arrival = _arrival(removed.ref)
    vanish = deps.store.vanish_version if removed.one_version else deps.store.vanish
    news = vanish(arrival)
    return Ingested(arrival.document_id, Outcome.REMOVED if news else Outcome.DUPLICATE)


def ingest_file(document_id: UUID, file_name: str, path: Path, deps: Dependencies) -> Ingested:
    """Process a local file at once, without S3; nobody retries, so a failure is final."""
    arrival = Arrival(document_id, file_name, str(path), path.stat().st_size)
    return _ingest(arrival, lambda: path, deps, max_attempts=1)


def _arrival(ref: ObjectRef) -> Arrival:
    key = parse_object_key(ref.key)
    return Arrival(
        document_id=key.document_id,
        file_name=key.file_name,
        file_path=ref.key,
        file_size=ref.size,
        version_id=ref.version_id,
        sequencer=ref.sequencer,
        bucket=ref.bucket,
    )


def _ingest(
    arrival: Arrival, fetch: Callable[[], Path], deps: Dependencies, max_attempts: int
) -> Ingested:
    lease = deps.remaining() + _LEASE_SLACK_SECONDS
    claim = deps.store.claim(arrival, deps.owner, lease)
    if claim is None:
        return Ingested(arrival.document_id, Outcome.DUPLICATE)
    try:
        return _settled(arrival.file_name, fetch, deps, claim, max_attempts)
    except SupersededError:
        return Ingested(arrival.document_id, Outcome.SUPERSEDED)


def _settled(
    file_name: str,
    fetch: Callable[[], Path],
    deps: Dependencies,
    claim: Claim,
    max_attempts: int,
) -> Ingested:
    """Run the steps; on any error the row says so before this returns or raises."""
    watch = _Stopwatch(deps.clock)
    try:
        return _steps(file_name, fetch, deps, claim, watch)
    except SupersededError:
        raise
    except PermanentError as error:
        deps.store.fail(claim, error.code)
        return Ingested(claim.document_id, Outcome.FAILED, error=error, seconds=watch.seconds)
    except (TransientError, OperationalError):
        deps.store.release(claim, Code.SERVICE_UNAVAILABLE, max_attempts)
        raise
    except Exception:
        deps.store.release(claim, Code.INTERNAL_ERROR, max_attempts)
        raise


def _steps(
    file_name: str, fetch: Callable[[], Path], deps: Dependencies, claim: Claim, watch: _Stopwatch
) -> Ingested:
    @contextmanager
    def during(stage: Stage) -> Iterator[None]:
        with watch.during(stage), deps.during(stage):
            deps.store.enter(claim, stage)
            yield

    with during(Stage.DOWNLOAD):
        path = fetch()
    with during(Stage.EXTRACT):
        pages = deps.extract(path, file_name, deps.remaining())
    with during(Stage.CHUNK):
        chunks = chunk(pages)
    with during(Stage.EMBED):
        vectors, embedded_texts = _vectors(chunks, claim, deps)
    with during(Stage.INDEX):
        index = bm25.index(chunks)
    unread = sum(page.unread for page in pages)
    with during(Stage.SAVE):
        processed = Processed(
            chunks,
            vectors,
            index,
            len(pages),
            _sha256(path),
            deps.embedder.name,
            unread_pages=unread,
        )
        age = deps.store.save(claim, processed, seconds=deps.remaining() - _LEASE_SLACK_SECONDS)
    return Ingested(
        claim.document_id,
        Outcome.COMPLETED,
        chunk_count=len(chunks),
        page_count=len(pages),
        unread_pages=unread,
        embedded_texts=embedded_texts,
        byte_count=path.stat().st_size,
        age_seconds=age,
        seconds=watch.seconds,
    )


def _vectors(chunks: list[Chunk], claim: Claim, deps: Dependencies) -> tuple[list[Vector], int]:
    """Return the embedding of each chunk, and how many texts that took: known ones are kept."""
    known = deps.store.known_vectors(claim, deps.embedder.name)
    new = {c.content_sha256: c.content for c in chunks if c.content_sha256 not in known}
    embedded = deps.embedder.embed(
        list(new.values()),
        purpose="search_document",
        seconds=_embedding_seconds(deps.remaining()),
    )
    known |= dict(zip(new, embedded, strict=True))
    return [known[c.content_sha256] for c in chunks], len(new)


def _embedding_seconds(remaining: float) -> float:
    """Return how long embedding may go on when `remaining` seconds are left to the invocation."""
    return max(remaining - _RESERVED_SECONDS, remaining / 2)


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


class _Stopwatch:
    """seconds: how long each stage took, also the one that failed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.seconds: dict[str, float] = {}

    @contextmanager
    def during(self, stage: Stage) -> Iterator[None]:
        began = self._clock()
        try:
            yield
        finally:
            self.seconds[stage] = self._clock() - began
