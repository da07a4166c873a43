"""What operators learn of a document: lines in the log, metrics, a trace. Ids and figures only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import OperationalError

from processor import metrics, tracing
from processor.documents import Stage
from processor.errors import Code, TransientError
from processor.logs import logger
from processor.metrics import Figure, milliseconds
from processor.pipeline import Ingested, Outcome


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Trace a stage and name it in the lines from here on: the last one is where a run failed."""
    logger.append_keys(stage=name)
    with tracing.subsegment(name):
        yield


def correlated(correlation_id: str) -> None:
    """Give what follows of the document the id of the request that stored it."""
    logger.append_keys(correlation_id=correlation_id)
    tracing.annotate(correlation_id=correlation_id)


def throttled(calls: int) -> None:
    """Tell that the embedding model refused calls for now; they were waited out if time allowed."""
    logger.warning("Embedding was throttled", extra={"calls": calls})
    metrics.publish([Figure("ThrottledEmbeddings", calls)])


def settled(done: Ingested) -> None:
    """Tell how a document ended."""
    extra = {"outcome": done.outcome, **_facts(done)}
    if done.error is not None:
        code, detail = done.error.code, done.error.detail
        extra |= {"error_code": code, "detail": detail}
        logger.warning("Document processing failed", extra=extra)
        metrics.publish([Figure("DocumentsFailed", 1)], error_code=code)
    elif done.outcome is Outcome.COMPLETED:
        logger.info("Document processing completed", extra=extra)
        metrics.publish(figures(done))
    elif done.outcome is Outcome.REMOVED:
        logger.info("Document removed", extra=extra)
    else:
        logger.info("Document processing skipped", extra=extra)
    tracing.annotate(outcome=done.outcome)


def interrupted(error: Exception) -> None:
    """Tell of an error that a retry may get over; call it where the error was caught."""
    failed = isinstance(error, (TransientError, OperationalError))
    code = Code.SERVICE_UNAVAILABLE if failed else Code.INTERNAL_ERROR
    logger.exception("Document processing interrupted", extra={"error_code": code})
    metrics.publish([Figure("DocumentsInterrupted", 1)], error_code=code)


def figures(done: Ingested) -> list[Figure]:
    """Return the metrics of a completed document (pure)."""
    ages = [] if done.age_seconds is None else [milliseconds("CompletionTime", done.age_seconds)]
    return [
        Figure("DocumentsCompleted", 1),
        *ages,
        *(milliseconds(f"{name.title()}Duration", s) for name, s in done.seconds.items()),
        Figure("Pages", done.page_count),
        Figure("UnreadPages", done.unread_pages),
        Figure("Chunks", done.chunk_count),
        Figure("EmbeddedTexts", done.embedded_texts),
        Figure("ReusedEmbeddings", done.chunk_count - done.embedded_texts),
        Figure("DocumentBytes", done.byte_count, "Bytes"),
    ]


def _facts(done: Ingested) -> dict[str, object]:
    if done.outcome in (Outcome.DUPLICATE, Outcome.SUPERSEDED, Outcome.REMOVED):
        return {}
    return {
        "chunks": done.chunk_count,
        "pages": done.page_count,
        "unread_pages": done.unread_pages,
        **{f"{name}_ms": round(seconds * 1000) for name, seconds in done.seconds.items()},
    }
