"""Call, Reply, Handler, Layer: the one signature everything behind the endpoint shares.

A request to the endpoint becomes a `Call`; whoever answers it returns a `Reply`. Routing,
recording and faults are layers around a handler, so they compose in any order.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl

Headers = list[tuple[str, str]]


class Body(Protocol):
    """A request body that arrives while it is read."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def read(self) -> bytes:
        """Return the whole body; only for operations whose size AWS limits."""
        ...


class Bytes:
    """A body that is already in memory."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._data:
            yield self._data

    async def read(self) -> bytes:
        return self._data


def request_id() -> str:
    return str(uuid.uuid4())


@dataclass(slots=True)
class Call:
    """One request to the emulated AWS.

    service: SigV4 signing name ("s3", "lambda", "bedrock", "execute-api", …).
    operation: AWS's name of the operation where the endpoint needs to know it, else "".
    path, query: as received, still percent-encoded; `query` without the question mark.
    headers: names in lower case, in the order received, duplicates kept.
    virtual_host: the Host that named an S3 bucket, "" else; the path begins with that bucket then.
    from_client: it came in by HTTP; else one of our services makes it.
    """

    service: str
    operation: str
    method: str
    path: str
    query: str = ""
    headers: Headers = field(default_factory=list)
    body: Body = field(default_factory=Bytes)
    source_ip: str = "127.0.0.1"
    id: str = field(default_factory=request_id)
    virtual_host: str = ""
    from_client: bool = False

    def header(self, name: str, default: str = "") -> str:
        """Return the first header called `name` (lower case)."""
        return next((value for key, value in self.headers if key == name), default)

    async def whole(self) -> bytes:
        """Return the whole body and keep it, framed anew, so that the call can still go on."""
        data = await self.body.read()
        self.hold(data)
        return data

    def hold(self, data: bytes) -> None:
        """Take `data`, the body as it was read, back for whoever reads it next."""
        self.body = Bytes(data)
        framing = ("transfer-encoding", "content-length")
        self.headers = [header for header in self.headers if header[0] not in framing]
        self.headers.append(("content-length", str(len(data))))

    def parameters(self) -> dict[str, str]:
        """Return the query parameters, decoded; those without a value map to ""."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(slots=True)
class Reply:
    """The answer to a `Call`; a streamed body is an asynchronous iterator of pieces."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes | AsyncIterator[bytes] = b""

    def header(self, name: str, default: str = "") -> str:
        """Return the first header called `name` (lower case)."""
        return next((value for key, value in self.headers if key.lower() == name), default)

    async def read(self) -> bytes:
        """Return the whole body, collecting it when it is streamed."""
        if not isinstance(self.body, bytes):
            self.body = b"".join([piece async for piece in self.body])
        return self.body

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""
        if isinstance(self.body, bytes):
            yield self.body
            return
        async for piece in self.body:
            yield piece


Handler = Callable[[Call], Awaitable[Reply]]
Layer = Callable[[Call, Handler], Awaitable[Reply]]


def layered(layers: Iterable[Layer], handler: Handler) -> Handler:
    """Return `handler` wrapped by `layers`, the first one outermost."""
    for layer in reversed(list(layers)):
        handler = _wrap(layer, handler)
    return handler


def _wrap(layer: Layer, handler: Handler) -> Handler:
    async def wrapped(call: Call) -> Reply:
        return await layer(call, handler)

    return wrapped


class Service(Protocol):
    """An emulated data plane: it answers the calls it claims, moto answers the others."""

    name: str

    def claims(self, call: Call) -> bool: ...

    async def handle(self, call: Call) -> Reply: ...
