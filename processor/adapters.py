"""The real things behind `Dependencies`: where the processor is wired to AWS and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

from processor import aws, report, settings
from processor.database import Database
from processor.download import S3Download
from processor.embed import BedrockEmbedder
from processor.pipeline import Dependencies
from processor.reader import read
from processor.settings import Settings
from processor.store import Store


def dependencies(
    config: Settings, *, owner: str = "", remaining: Callable[[], float]
) -> Dependencies:
    """Return the dependencies of one sandbox; connections are opened when first used.

    owner and remaining belong to an invocation: `dataclasses.replace` them for each.
    """
    return Dependencies(
        store=Store(Database(config.db, settings.database_credentials)),
        download=S3Download(aws.client("s3", config.region), report.correlated),
        extract=read,
        embedder=embedder(config),
        owner=owner,
        remaining=remaining,
        during=report.stage,
    )


def embedder(config: Settings) -> BedrockEmbedder:
    """Return the configured embedding model."""
    client = aws.model_client(config.region)
    return BedrockEmbedder(client, config.embedding_model_id, throttled=report.throttled)
