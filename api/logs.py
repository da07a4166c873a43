"""One line in the log for every request: which one, what came of it, how long it took.

Lines carry ids only, never tokens, file names, queries or text (`processor.logs`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from processor import metrics, tracing
from processor.logs import logger
from processor.metrics import Figure, milliseconds

_UPLOAD = "/upload/document"

_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)


def correlation_id() -> str | None:
    """Return the id of the request that is being answered, by which what it starts is followed."""
    return _correlation_id.get()


def request_id(request: Request) -> str:
    """Return Lambda's id of the invocation, or one made up outside of Lambda."""
    identity: str = request.state.request_id
    return identity


def note_documents(request: Request, ids: Iterable[UUID]) -> None:
    """Name the documents that the request is about, for its line in the log."""
    request.state.documents = [str(identity) for identity in ids]


def note_problem(request: Request, code: str) -> None:
    """Name the problem that the request is answered with, for its line in the log."""
    request.state.problem = code


class RequestLog:
    """The outermost layer of the application: gives each request its id and logs its end."""

    def __init__(
        self,
        app: ASGIApp,
        new_id: Callable[[], UUID] = uuid4,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._new_id = new_id
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = self._identity(scope)
        scope.setdefault("state", {})["request_id"] = identity
        _correlation_id.set(identity)
        logger.thread_safe_append_keys(correlation_id=identity)
        await self._logged(scope, receive, send)

    async def _logged(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, status = self._monotonic(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if not status:
                raise
            # It was answered with a 500. Whoever called this would log the words of the error.
            logger.exception("Request failed")
        finally:
            _tell(scope, status, self._monotonic() - start)

    def _identity(self, scope: Scope) -> str:
        context = scope.get("aws.context")
        return context.aws_request_id if context else str(self._new_id())


def _tell(scope: Scope, status: int, seconds: float) -> None:
    facts = _facts(scope, status)
    logger.info("Request finished", extra={**facts, "duration_ms": round(seconds * 1000, 1)})
    metrics.publish([milliseconds("RequestDuration", seconds)], route=facts["route"])
    if facts["route"] == _UPLOAD:
        _count_uploads(facts)
    tracing.annotate(
        **{name: str(facts[name]) for name in ("route", "status", "document_id") if name in facts}
    )


def _facts(scope: Scope, status: int) -> dict[str, Any]:
    state = scope["state"]
    documents = state.get("documents", [])
    return {
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", "unknown"),
        "status": status,
        **({"error_code": state["problem"]} if "problem" in state else {}),
        **({"documents": documents} if documents else {}),
        **({"document_id": documents[0]} if len(documents) == 1 else {}),
    }


def _count_uploads(facts: dict[str, Any]) -> None:
    """Count documents that were accepted, or a refusal of all of them by its reason."""
    if code := facts.get("error_code"):
        metrics.publish([Figure("UploadsRefused", 1)], error_code=code)
    elif facts["status"] < HTTPStatus.BAD_REQUEST:
        metrics.publish([Figure("UploadsAccepted", len(facts.get("documents", [])))])
