"""What one sandbox builds once: connections, clients, and the choice of architecture."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from api import aws, settings
from api.auth import TokenVerifier
from api.bucket import Bucket
from api.completion import Completion
from api.deletion import Deletion
from api.event_driven import EventDriven
from api.idempotency import Once
from api.presigned import PresignedUploads
from api.search import Search
from api.synchronous import Synchronous
from api.uploads import Intake
from processor import adapters, report
from processor import settings as shared
from processor.database import Connection, Database
from processor.embed import BedrockEmbedder, Embedder
from processor.pipeline import ingest_file
from processor.store import Store

_GATEWAY_SECONDS = 30.0  # API Gateway waits no longer for an answer


@dataclass(frozen=True)
class Sandbox:
    """What the routes work with; presign and complete: None without S3."""

    tokens: TokenVerifier
    connection: Callable[[], Connection]
    intake: Intake
    delete: Deletion
    search: Search
    once: Once
    presign: PresignedUploads | None
    complete: Completion | None


def build() -> Sandbox:
    """Return what the environment and the secrets say; raises `ConfigurationError`.

    Called by the first request: while a function starts, nothing may wait for a service.
    """
    own, common = settings.load(), shared.load()
    database = Database(common.db, shared.database_credentials)
    model = aws.model_client(common.region)
    embedder = BedrockEmbedder(model, common.embedding_model_id, throttled=report.throttled)
    bucket = Bucket(aws.s3_client(common.region), own.bucket) if own.bucket else None
    connection, delete = database.connection, Deletion(database.connection, bucket)
    return Sandbox(
        tokens=TokenVerifier(_signing_key, time.monotonic),
        connection=connection,
        intake=_intake(bucket, common, database, embedder),
        delete=delete,
        search=Search(connection, embedder if own.semantic_search else None),
        once=Once(connection),
        presign=PresignedUploads(bucket, connection) if bucket else None,
        complete=Completion(bucket, connection, delete) if bucket else None,
    )


def _signing_key() -> str:
    return shared.app_secrets().secret_key


def _intake(
    bucket: Bucket | None, common: shared.Settings, database: Database, embedder: Embedder
) -> Intake:
    if bucket is not None:
        return EventDriven(bucket, database.connection)
    steps = adapters.dependencies(common, owner="backend", remaining=lambda: _GATEWAY_SECONDS)
    deps = replace(steps, store=Store(database), embedder=embedder)
    return Synchronous(database.connection, partial(ingest_file, deps=deps))
