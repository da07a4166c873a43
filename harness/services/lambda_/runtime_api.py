"""The Lambda Runtime API of one sandbox (aws-behaviour §1.1-1.4, execution §1).

The runtime client knows only host:port, so each sandbox has a listener of its own and the port is
its identity.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import orjson

from harness.call import Headers, Reply
from harness.http1 import Head, StreamBody
from harness.server import HttpServer
from harness.services.lambda_.outcome import RESPONSE_LIMIT, Outcome, raised, succeeded, too_large

_PREFIX = "/2018-06-01/runtime/"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What `next` hands to the runtime; deadline_ms: epoch milliseconds."""

    request_id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    trace_id: str
    client_context: str = ""

    def headers(self) -> Headers:
        named = {
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(self.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": self.trace_id,
            "Lambda-Runtime-Client-Context": self.client_context,
            "Content-Type": _JSON,
        }
        return [(name, value) for name, value in named.items() if value]


class RuntimeApi:
    """`ready` is set while the runtime waits in `next`; `init_error` resolves when init fails."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = HttpServer(self._respond)
        self._offered: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: tuple[str, asyncio.Future[Outcome]] | None = None
        self.ready = asyncio.Event()
        self.init_error: asyncio.Future[Outcome] = loop.create_future()

    async def start(self) -> str:
        """Listen and return the address as `AWS_LAMBDA_RUNTIME_API` wants it."""
        return f"127.0.0.1:{await self._server.start('127.0.0.1', 0)}"

    async def close(self) -> None:
        await self._server.close()

    def offer(self, invocation: Invocation) -> asyncio.Future[Outcome]:
        """Hand over an invocation; the future resolves when the runtime answers it."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._current = (invocation.request_id, future)
        self.ready.clear()
        self._offered.put_nowait(invocation)
        return future

    async def _respond(self, head: Head, body: StreamBody, _source_ip: str) -> Reply:
        method, path, _ = head.start
        route = path.removeprefix(_PREFIX)
        if (method, route) == ("GET", "invocation/next"):
            return await self._next()
        if (method, route) == ("POST", "init/error"):
            return await self._init_error(head, body)
        verb, _, rest = route.partition("/")
        request_id, _, action = rest.partition("/")
        if method == "POST" and verb == "invocation" and action in ("response", "error"):
            return await self._finish(request_id, action, head, body)
        return _refusal(404, "NotFound", f"No such path: {path}")

    async def _next(self) -> Reply:
        self.ready.set()
        invocation = await self._offered.get()
        return Reply(200, invocation.headers(), invocation.payload)

    async def _init_error(self, head: Head, body: StreamBody) -> Reply:
        outcome = raised(await body.read(), _error_type(head))
        if self.init_error.done():
            return _refusal(403, "InvalidStateTransition", "init/error was reported before")
        self.init_error.set_result(outcome)
        return _accepted()

    async def _finish(self, request_id: str, action: str, head: Head, body: StreamBody) -> Reply:
        if self._current is None or self._current[0] != request_id:
            return _refusal(400, "InvalidRequestID", "Invalid request ID")
        future = self._current[1]
        if future.done():
            return _refusal(403, "InvalidStateTransition", "This invocation was answered before")
        payload = await _capped(body)
        if payload is None:
            future.set_result(too_large())
            message = f"Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
            return _refusal(413, "RequestEntityTooLarge", message)
        failed = action == "error"
        future.set_result(raised(payload, _error_type(head)) if failed else succeeded(payload))
        return _accepted()


async def _capped(body: StreamBody) -> bytes | None:
    pieces, size = [], 0
    async for piece in body:
        size += len(piece)
        if size > RESPONSE_LIMIT:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _error_type(head: Head) -> str:
    return head.header("lambda-runtime-function-error-type", "Runtime.Unknown")


def _accepted() -> Reply:
    return Reply(202, [("Content-Type", _JSON)], b'{"status":"OK"}\n')


def _refusal(status: int, error_type: str, message: str) -> Reply:
    body = orjson.dumps({"errorMessage": message, "errorType": error_type})
    # The runtime client crashes on an answer without Content-Type, whatever its status.
    return Reply(status, [("Content-Type", _JSON)], body)
