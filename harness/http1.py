"""HTTP/1.1 on asyncio streams: what the endpoint, the Lambda Runtime API and the moto client share.

Bodies are read piece by piece and only while somebody reads them, so backpressure is TCP's own and
a 1 GB upload costs one piece of memory. Measured against aiohttp and ASGI servers, this is the
fastest way to answer small requests on one loop (docs/decisions/0001-own-http-on-asyncio.md).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus

from harness.call import Headers

PIECE = 256 * 1024
_BODILESS = (204, 304)
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_START = re.compile(r"(HTTP/1\.[01]) (\d{3}) (.*)|(\S+) (\S+) (HTTP/1\.[01])")
_CONTROL = re.compile(r"[\r\n\0]")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")


class ProtocolError(Exception):
    """The peer does not speak HTTP/1.1; `status` is the answer a server gives before closing."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Head:
    """A request line or status line with its headers (names in lower case)."""

    start: tuple[str, str, str]
    headers: Headers

    def header(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.headers if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def keeps_alive(self) -> bool:
        version = self.start[2] if self.start[2].startswith("HTTP/") else self.start[0]
        connection = self.header("connection").lower()
        return "close" not in connection if version == "HTTP/1.1" else "keep-alive" in connection


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """Read one head; None when the peer closed between two messages."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as incomplete:
        if not incomplete.partial.strip():
            return None
        raise ProtocolError("connection closed inside a message head") from None
    except asyncio.LimitOverrunError:
        raise ProtocolError("message head too large", 431) from None
    return parse_head(raw)


def parse_head(raw: bytes) -> Head:
    """Parse a head ending in an empty line.

    Raises `ProtocolError` for anything that two parsers could read differently.
    """
    start, *lines = raw.decode("latin-1").lstrip("\r\n").removesuffix("\r\n\r\n").split("\r\n")
    match = _START.fullmatch(start)
    if match is None or _CONTROL.search(start):
        raise ProtocolError(f"malformed start line: {start[:80]!r}")
    first, second, third = match.groups()[:3] if match[1] else match.groups()[3:]
    return Head((first, second, third), [_parse_header(line) for line in lines])


def _parse_header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _HEADER_NAME.fullmatch(name) or _CONTROL.search(line):
        raise ProtocolError(f"malformed header line: {line[:80]!r}")
    return name.lower(), value.strip(" \t")


class StreamBody:
    """The body of one message, read from the connection while it is consumed.

    broken: it ended in a `ProtocolError`, so nobody knows where the next message begins.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        head: Head,
        *,
        until_close: bool = False,
        ask: asyncio.StreamWriter | None = None,
    ) -> None:
        """`ask`: where to send "100 Continue" at the first read, when the peer waits for it."""
        self._reader = reader
        self._ask = ask
        self._pieces = self._framing(head, until_close=until_close)
        self.finished = False
        self.broken = False

    def _framing(self, head: Head, *, until_close: bool) -> AsyncIterator[bytes]:
        encodings = head.all("transfer-encoding")
        lengths = head.all("content-length")
        if len(encodings) + len(lengths) > 1:
            raise ProtocolError("content-length or transfer-encoding given more than once, or both")
        if encodings:
            if encodings[0].lower() != "chunked":
                raise ProtocolError(f"transfer-encoding {encodings[0]!r} is not supported", 501)
            return self._chunked()
        if until_close and not lengths:
            return self._until_close()
        if lengths and not (lengths[0].isascii() and lengths[0].isdigit()):
            raise ProtocolError("malformed content-length")
        return self._counted(int(lengths[0]) if lengths else 0)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.finished:
            return
        if self._ask is not None:
            self._ask.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._ask = None
        try:
            async for piece in self._pieces:
                yield piece
        except ProtocolError:
            self.broken = True
            raise
        self.finished = True

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])

    @property
    def waits_for_continue(self) -> bool:
        """Tell whether the peer still holds the body back for a "100 Continue"."""
        return self._ask is not None

    async def _counted(self, length: int) -> AsyncIterator[bytes]:
        while length:
            piece = await self._reader.read(min(length, PIECE))
            if not piece:
                raise ProtocolError("connection closed inside a message body")
            length -= len(piece)
            yield piece

    async def _chunked(self) -> AsyncIterator[bytes]:
        while size := await self._chunk_size():
            async for piece in self._counted(size):
                yield piece
            if await self._line():
                raise ProtocolError("a chunk is longer than announced")
        while await self._line():  # trailers
            pass

    async def _chunk_size(self) -> int:
        text = (await self._line()).partition(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(text):
            raise ProtocolError(f"malformed chunk size {text[:20]!r}")
        return int(text, 16)

    async def _line(self) -> bytes:
        try:
            line = await self._reader.readline()
        except ValueError:  # how asyncio says that the line is longer than its buffer
            raise ProtocolError("line too long inside a message body") from None
        if not line.endswith(b"\n"):
            raise ProtocolError("connection closed inside a message body")
        return line.rstrip(b"\r\n")

    async def _until_close(self) -> AsyncIterator[bytes]:
        while piece := await self._reader.read(PIECE):
            yield piece


def head_bytes(start: str, headers: Headers) -> bytes:
    """Return the bytes of a message head."""
    lines = [start, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def status_line(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    return f"HTTP/1.1 {status} {phrase}"


async def write_response(
    writer: asyncio.StreamWriter,
    status: int,
    headers: Headers,
    body: bytes | AsyncIterator[bytes],
    *,
    bodiless: bool = False,
) -> None:
    """Send one response; `bodiless` for HEAD, whose headers describe a body that is not sent.

    A streamed body goes out under the content-length its headers carry, chunked without one.
    """
    bodiless = bodiless or status in _BODILESS
    framed = any(name.lower() == "content-length" for name, _ in headers)
    if isinstance(body, bytes):
        if not framed and status not in _BODILESS:
            headers = [*headers, ("content-length", str(len(body)))]
        writer.write(head_bytes(status_line(status), headers) + (b"" if bodiless else body))
        await writer.drain()
        return
    if not framed and not bodiless:
        headers = [*headers, ("transfer-encoding", "chunked")]
    writer.write(head_bytes(status_line(status), headers))
    if not bodiless:
        await write_body(writer, body, chunked=not framed)
    await writer.drain()


async def write_body(
    writer: asyncio.StreamWriter, body: AsyncIterator[bytes], *, chunked: bool
) -> None:
    """Send the pieces of a body, waiting whenever the peer is slower than we are."""
    async for piece in body:
        if piece:  # an empty chunk would be the end
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()
    if chunked:
        writer.write(b"0\r\n\r\n")
