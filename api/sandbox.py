"""What one sandbox builds once: connections, clients, and the choice of architecture."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

from api import aws, settings
from api.answering import Answering
from api.auth import TokenVerifier
from api.bucket import Bucket
from api.completion import Completion
from api.converse import Converse
from api.deadline import GATEWAY_SECONDS
from api.deletion import Deletion
from api.event_driven import EventDriven
from api.idempotency import Once
from api.presigned import PresignedUploads
from api.retry import Retry
from api.search import EMBEDDING_SECONDS, Search
from api.synchronous import Synchronous
from api.uploads import Intake
from processor import adapters, report
from processor import settings as shared
from processor.database import Connection, Database
from processor.embed import BedrockEmbedder, Embedder
from processor.pipeline import ingest_file
from processor.store import Store

# Of a document uploaded with USE_S3=false: a full batch takes seconds.
_BATCH_SECONDS = 8


@dataclass(frozen=True)
class Sandbox:
    """What the routes work with.

    presign and complete: None without S3. answer: None where no model is asked (ENABLE_RAG=false).
    """

    tokens: TokenVerifier
    connection: Callable[[], Connection]
    intake: Intake
    delete: Deletion
    retry: Retry
    search: Search
    once: Once
    presign: PresignedUploads | None
    complete: Completion | None
    answer: Answering | None = None


def build() -> Sandbox:
    """Return what the environment and the secrets say; raises `ConfigurationError`.

    Called by the first request: while a function starts, nothing may wait for a service.
    """
    own, common = settings.load(), shared.load()
    database = Database(common.db, shared.database_credentials)
    bucket = Bucket(aws.s3_client(common.region), own.bucket) if own.bucket else None
    connection, delete = database.connection, Deletion(database.connection, bucket)
    embedder = _embedder(common, EMBEDDING_SECONDS) if own.semantic_search else None
    search = Search(connection, embedder)
    return Sandbox(
        tokens=TokenVerifier(_signing_key, time.monotonic),
        connection=connection,
        intake=_intake(bucket, common, database),
        delete=delete,
        retry=Retry(connection, bucket),
        search=search,
        once=Once(connection),
        presign=PresignedUploads(bucket, connection) if bucket else None,
        complete=Completion(bucket, connection, delete) if bucket else None,
        answer=Answering(search, _converse(common)) if own.semantic_search else None,
    )


def _embedder(common: shared.Settings, read_seconds: int) -> Embedder:
    client = aws.model_client(common.region, read_seconds)
    return BedrockEmbedder(client, common.embedding_model_id, throttled=report.throttled)


def _converse(common: shared.Settings) -> Converse:
    # Clients are made once for each time-out; a warm sandbox nearly always has the same time.
    return Converse(cache(partial(aws.model_client, common.region)), common.llm_model_id)


def _signing_key() -> str:
    return shared.app_secrets().secret_key


def _intake(bucket: Bucket | None, common: shared.Settings, database: Database) -> Intake:
    if bucket is not None:
        return EventDriven(bucket, database.connection)
    steps = adapters.dependencies(common, owner="backend", remaining=lambda: GATEWAY_SECONDS)
    deps = replace(steps, store=Store(database), embedder=_embedder(common, _BATCH_SECONDS))
    return Synchronous(database.connection, partial(ingest_file, deps=deps))
