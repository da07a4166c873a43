"""Entry point of the file-processor Lambda: `processor.handler.handler`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from psycopg import OperationalError

from processor import report, settings, tracing
from processor.adapters import dependencies
from processor.documents import parse_object_key
from processor.errors import DefectError, PermanentError, ProcessorError, TransientError
from processor.events import ObjectRef, Removed, objects
from processor.logs import about, logger
from processor.pipeline import Dependencies, Ingested, ingest, withdraw


@logger.inject_lambda_context(log_event=False, clear_state=True)
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Process the S3 objects of `event`; returns `{"documents": [{"id", "outcome", …}]}`."""
    with tracing.subsegment("## handler"), told_safely():
        references = list(objects(event))
        logger.info("Received event", extra={"objects": len(references)})
        if not references:
            return {"documents": []}
        return {"documents": process(references, invocation(context))}


@contextmanager
def told_safely() -> Iterator[None]:
    """Let no error out whose words may quote a document: the runtime logs what is raised here."""
    try:
        yield
    except (ProcessorError, ExceptionGroup):
        raise
    except Exception as error:
        logger.exception("Invocation failed")
        raise _anonymous(error) from None


def invocation(context: Any) -> Dependencies:
    """Return what this sandbox keeps, with the name and the time of the invocation."""
    return replace(
        _sandbox(),
        owner=context.aws_request_id,
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
    )


def _anonymous(error: Exception) -> ProcessorError:
    """Return an error that says as much without the words of others."""
    if isinstance(error, OperationalError):
        return TransientError("PostgreSQL", error)
    return error if isinstance(error, ProcessorError) else DefectError(error)


def process(references: list[ObjectRef | Removed], deps: Dependencies) -> list[dict[str, Any]]:
    """Process every object, then raise the errors of those that a retry may complete.

    A retry delivers the whole event again; the objects that succeeded are then found done.
    """
    reports: list[dict[str, Any]] = []
    errors: list[ProcessorError] = []
    for ref in references:
        try:
            reports.append(_one(ref, deps))
        except ProcessorError as error:
            errors.append(error)
    if len(errors) > 1:
        raise ExceptionGroup(f"{len(errors)} of {len(references)} objects failed", errors)
    if errors:
        raise errors[0]
    return reports


@cache
def _sandbox() -> Dependencies:
    """Return what this sandbox keeps; built at the first event, since start-up must be short."""
    return dependencies(settings.load(), remaining=lambda: 0.0)


def _one(ref: ObjectRef | Removed, deps: Dependencies) -> dict[str, Any]:
    """Return what became of an object; raises what a retry may get over."""
    try:
        document_id = str(parse_object_key(ref.key).document_id)
    except PermanentError as error:  # a key that names no document: there is no row to tell
        logger.warning("Object ignored", extra={"error_code": error.code})
        return {"id": None, "outcome": "ignored", "error_code": error.code}
    with about(document_id=document_id), tracing.subsegment("## document", document_id=document_id):
        try:
            return _answer(_removal(ref, deps) if isinstance(ref, Removed) else _upload(ref, deps))
        except Exception as error:
            report.interrupted(error)
            raise _anonymous(error) from None


def _upload(ref: ObjectRef, deps: Dependencies) -> Ingested:
    facts = {"bucket": ref.bucket, "version": ref.version_id, "bytes": ref.size}
    logger.info("Processing S3 object", extra=facts)
    return ingest(ref, deps)


def _removal(removed: Removed, deps: Dependencies) -> Ingested:
    logger.info("S3 object removed", extra={"bucket": removed.ref.bucket})
    return withdraw(removed, deps)


def _answer(done: Ingested) -> dict[str, Any]:
    report.settled(done)
    return {
        "id": str(done.document_id),
        "outcome": done.outcome,
        "chunk_count": done.chunk_count,
        "error_code": done.error and done.error.code,
    }
