"""The Lambda Runtime API of one sandbox (aws-behaviour §1.1-1.4, execution §1).

The runtime client knows only host:port, so each sandbox has a listener of its own and the port is
its identity.
"""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import dataclass

import orjson

from harness.call import Headers, Reply
from harness.http1 import Head, ProtocolError, StreamBody
from harness.server import HttpServer
from harness.services.lambda_.outcome import (
    RESPONSE_LIMIT,
    Outcome,
    init_failed,
    raised,
    succeeded,
    too_large,
    truncated,
)

_HOST = "127.0.0.1"
_PREFIX = "/2018-06-01/"
_JSON = "application/json"
_MODE = "lambda-runtime-function-response-mode"
_MODE_ERROR = "Runtime.InvalidResponseModeHeader"
_ANSWER = re.compile(r"runtime/invocation/(?P<id>[^/]+)/(?P<action>response|error)")
_ANSWERING = {"response": "InvocationResponse", "error": "InvocationErrorResponse"}


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


@dataclass(frozen=True, slots=True)
class Listening:
    """A socket that listens already; address: what leads there from inside a sandbox."""

    listener: socket.socket
    address: str


class RuntimeApi:
    """Serves one process; its runtime is started, ready, running, or has sent its response.

    `ready` is set while the runtime waits in `next`; `init_error` resolves when init fails.
    listening: None for a port of this machine.
    """

    def __init__(self, listening: Listening | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._server = HttpServer(self.respond)
        self._listening = listening
        self._offered: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: tuple[Invocation, asyncio.Future[Outcome]] | None = None
        self._state = "Started"
        self.ready = asyncio.Event()
        self.init_error: asyncio.Future[Outcome] = loop.create_future()

    async def start(self) -> str:
        """Listen and return the address as `AWS_LAMBDA_RUNTIME_API` wants it."""
        if self._listening is None:
            return f"{_HOST}:{await self._server.start(_HOST, 0)}"
        await self._server.start_on(self._listening.listener)
        return self._listening.address

    async def close(self) -> None:
        await self._server.close()

    def offer(self, invocation: Invocation) -> asyncio.Future[Outcome]:
        """Hand over an invocation; the future resolves when the runtime answers it."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._current = (invocation, future)
        self.ready.clear()
        self._offered.put_nowait(invocation)
        return future

    def dismiss(self) -> None:
        """Refuse whatever the runtime asks from now on; its client exits then."""
        self._state = "Dismissed"

    async def respond(self, head: Head, body: StreamBody, _source_ip: str) -> Reply:
        """Answer a request of the runtime, whoever has accepted its connection."""
        method, path, _ = head.start
        route = path.removeprefix(_PREFIX)
        if (method, route) == ("GET", "runtime/invocation/next"):
            return await self._next()
        if (method, route) == ("POST", "runtime/init/error"):
            return await self._init_error(head, body)
        if (method, route) == ("GET", "ping"):
            return Reply(200, [("Content-Type", "text/plain")], b"pong")
        if method == "POST" and (answer := _ANSWER.fullmatch(route)):
            return await self._finish(answer["id"], answer["action"], head, body)
        return _refusal(404, "NotFound", f"No such path: {path}")

    async def _next(self) -> Reply:
        if self._state in ("InitError", "Dismissed"):
            return self._not_allowed("Ready")
        if self._state == "Running" and self._current is not None:
            invocation = self._current[0]  # it asks again for what it has not answered
        else:
            self._state = "Ready"
            self.ready.set()
            invocation = await self._offered.get()
            self._state = "Running"
        return Reply(200, invocation.headers(), invocation.payload)

    async def _init_error(self, head: Head, body: StreamBody) -> Reply:
        if self._state != "Started":
            return self._not_allowed("InitError")
        self._state = "InitError"
        payload = await _whole(body)
        if payload is None:
            return _truncated()
        self.init_error.set_result(init_failed(payload, _error_type(head)))
        return _accepted()

    async def _finish(self, request_id: str, action: str, head: Head, body: StreamBody) -> Reply:
        if self._current is None or self._current[0].request_id != request_id:
            return _refusal(400, "InvalidRequestID", "Invalid request ID")
        future = self._current[1]
        if self._state != "Running" or future.done():
            return self._not_allowed(_ANSWERING[action])
        if mode := head.header(_MODE):
            return self._other_mode(mode, future)
        self._state = _ANSWERING[action]
        payload = await _whole(body)
        self._state = "ResponseSent"
        if payload is None:
            _settle(future, truncated())
            return _truncated()
        if len(payload) > RESPONSE_LIMIT:
            _settle(future, too_large())
            message = f"Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
            return _refusal(413, "RequestEntityTooLarge", message)
        failed = action == "error"
        _settle(future, raised(payload, _error_type(head)) if failed else succeeded(payload))
        return _accepted()

    def _other_mode(self, mode: str, future: asyncio.Future[Outcome]) -> Reply:
        """Refuse a response mode: streaming is not emulated, and others there are none."""
        message = f"Invalid function response mode: {mode}"
        if mode == "streaming":
            message = "response streaming is not emulated here (docs/services/lambda-sandbox.md)"
        self._state = "ResponseSent"
        _settle(future, raised(_body(_MODE_ERROR, message), _MODE_ERROR))
        return _refusal(400, "InvalidFunctionResponseMode", message)

    def _not_allowed(self, wanted: str) -> Reply:
        message = (
            f"State transition from {self._state} to {wanted} failed for runtime. "
            "Error: State transition is not allowed"
        )
        return _refusal(403, "InvalidStateTransition", message)


def _settle(future: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not future.done():  # a time-out may have come first
        future.set_result(outcome)


async def _whole(body: StreamBody) -> bytes | None:
    """Return the body, at most one byte beyond the limit of it; None when it breaks off."""
    pieces, size = [], 0
    try:
        async for piece in body:
            size += len(piece)
            pieces.append(piece)
            if size > RESPONSE_LIMIT:
                break
    except ProtocolError:
        return None
    return b"".join(pieces)


def _error_type(head: Head) -> str:
    return head.header("lambda-runtime-function-error-type", "Runtime.Unknown")


def _body(error_type: str, message: str) -> bytes:
    return orjson.dumps({"errorMessage": message, "errorType": error_type})


def _accepted() -> Reply:
    return Reply(202, [("Content-Type", _JSON)], b'{"status":"OK"}\n')


def _truncated() -> Reply:
    return _refusal(400, "TruncatedHTTPRequest", "HTTP request detected as truncated")


def _refusal(status: int, error_type: str, message: str) -> Reply:
    # The runtime client crashes on an answer without Content-Type, whatever its status.
    return Reply(status, [("Content-Type", _JSON)], _body(error_type, message))
