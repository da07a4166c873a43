"""One line in the log for every request: which one, what came of it, how long it took.

Lines carry ids only, never tokens, file names, queries or text.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)


def show_info() -> None:
    """Let INFO lines of this package through: Lambda leaves the root logger at WARNING."""
    logging.getLogger("api").setLevel(logging.INFO)


def request_id(request: Request) -> str:
    """Return Lambda's id of the invocation, or one made up outside of Lambda."""
    identity: str = request.state.request_id
    return identity


def note_documents(request: Request, ids: Iterable[UUID]) -> None:
    """Name the documents that the request is about, for its line in the log."""
    request.state.documents = ",".join(map(str, ids))


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
        scope.setdefault("state", {})["request_id"] = self._identity(scope)
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
        finally:
            _log(scope, status, self._monotonic() - start)

    def _identity(self, scope: Scope) -> str:
        context = scope.get("aws.context")
        return context.aws_request_id if context else str(self._new_id())


def _log(scope: Scope, status: int, seconds: float) -> None:
    logger.info(
        "Request finished request_id=%s method=%s route=%s status=%d duration_ms=%.1f documents=%s",
        scope["state"]["request_id"],
        scope["method"],
        getattr(scope.get("route"), "path", "unknown"),
        status,
        seconds * 1000,
        scope["state"].get("documents", "-"),
    )
