"""Entry point of the file-processor Lambda: `processor.handler.handler`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from processor import settings
from processor.adapters import dependencies
from processor.errors import PermanentError
from processor.events import ObjectRef, Removed, objects
from processor.pipeline import Dependencies, Ingested, Outcome, ingest, withdraw

_log = logging.getLogger("processor")
# Lambda leaves the root logger at WARNING, which would hide what the runbook looks for.
_log.setLevel(logging.INFO)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Process the S3 objects of `event`; returns `{"documents": [{"id", "outcome", …}]}`."""
    references = list(objects(event))
    _log.info(_line("Received event", request_id=context.aws_request_id, objects=len(references)))
    if not references:
        return {"documents": []}
    return {"documents": process(references, invocation(context))}


def invocation(context: Any) -> Dependencies:
    """Return what this sandbox keeps, with the name and the time of the invocation."""
    return replace(
        _sandbox(),
        owner=context.aws_request_id,
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
    )


def process(references: list[ObjectRef | Removed], deps: Dependencies) -> list[dict[str, Any]]:
    """Process every object, then raise the errors of those that a retry may complete.

    A retry delivers the whole event again; the objects that succeeded are then found done.
    """
    reports: list[dict[str, Any]] = []
    errors: list[Exception] = []
    for ref in references:
        try:
            reports.append(_removal(ref, deps) if isinstance(ref, Removed) else _one(ref, deps))
        except PermanentError as error:  # a key that names no document: there is no row to tell
            _log.warning(_line("Object ignored", key=_anonymous(ref.key), reason=error))
            reports.append({"id": None, "outcome": "ignored", "error_code": error.code})
        except Exception as error:
            # The runtime logs the traceback of what is raised below.
            _log.error(_line("Document processing interrupted", key=_anonymous(ref.key)))
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


def _one(ref: ObjectRef, deps: Dependencies) -> dict[str, Any]:
    _log.info(
        _line(
            "Processing S3 object",
            bucket=ref.bucket,
            key=_anonymous(ref.key),
            version=ref.version_id,
            bytes=ref.size,
        )
    )
    return _reported(ingest(ref, deps))


def _removal(removed: Removed, deps: Dependencies) -> dict[str, Any]:
    key = _anonymous(removed.key)
    _log.info(_line("S3 object removed", bucket=removed.ref.bucket, key=key))
    return _reported(withdraw(removed, deps))


def _reported(done: Ingested) -> dict[str, Any]:
    facts = {
        "document_id": done.document_id,
        "chunks": done.chunk_count,
        "pages": done.page_count,
        "unread_pages": done.unread_pages,
        **{f"{stage}_ms": round(seconds * 1000) for stage, seconds in done.seconds.items()},
    }
    if done.error is not None:
        _log.warning(_line("Document processing failed", **facts, reason=done.error))
    elif done.outcome is Outcome.COMPLETED:
        _log.info(_line("Document processing completed", **facts))
    elif done.outcome is Outcome.REMOVED:
        _log.info(_line("Document removed", document_id=done.document_id))
    else:
        _log.info(_line("Document processing skipped", **facts, reason=done.outcome))
    return {
        "id": str(done.document_id),
        "outcome": done.outcome,
        "chunk_count": done.chunk_count,
        "error_code": done.error and done.error.code,
    }


def _anonymous(key: str) -> str:
    """Return the key without the file name, which is the user's."""
    return key.partition("_")[0]


def _line(event: str, **facts: Any) -> str:
    return " ".join([event, *(f"{name}={value}" for name, value in facts.items())])
