"""The X-Ray daemon that Lambda runs: datagrams of functions in, PutTraceSegments out.

A function never waits for it. What comes within a moment is put together; whoever reads traces has
everything put that was sent before.
"""

from __future__ import annotations

import asyncio
import socket

import orjson

from harness.aws import json_answer, rest_call
from harness.call import Handler
from harness.errors import EnvironmentFailedError
from harness.journal import Journal
from harness.senders import FAILURES

_MOMENT_S = 0.05
_LARGEST_DATAGRAM = 65_536
_BUFFER_BYTES = 2**20
_BATCH = 50


class Daemon:
    """Listens on loopback once started; puts through `door`. port: 0 for any free one."""

    def __init__(self, door: Handler, region: str, journal: Journal, port: int = 0) -> None:
        self._door = door
        self._port = port
        self._region = region
        self._journal = journal
        self._socket: socket.socket | None = None
        self._waiting: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._putting: set[asyncio.Task[None]] = set()

    def start(self) -> str:
        """Listen, and return the address for `AWS_XRAY_DAEMON_ADDRESS`.

        Raises `EnvironmentFailedError` when the port is taken.
        """
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        try:
            self._socket.bind(("127.0.0.1", self._port))
        except OSError as error:
            raise EnvironmentFailedError(
                f"UDP port {self._port} cannot be had: {error.strerror}; "
                "choose another one with `--xray-port`"
            ) from None
        asyncio.get_running_loop().add_reader(self._socket, self._receive)
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def put(self, *documents: str) -> None:
        """Take segments of Lambda's own; never waits."""
        self._waiting += documents
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_MOMENT_S, self._begin)

    async def flush(self) -> None:
        """Wait until everything sent before is with X-Ray."""
        self._receive()
        self._begin()
        if self._putting:
            await asyncio.wait(self._putting)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        for task in self._putting:
            task.cancel()
        await asyncio.gather(*self._putting, return_exceptions=True)

    def _receive(self) -> None:
        """Take every datagram that has arrived."""
        while self._socket is not None:
            try:
                datagram = self._socket.recv(_LARGEST_DATAGRAM)
            except BlockingIOError:
                return
            if (document := content(datagram)) is not None:
                self.put(document)

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        if waiting:
            task = asyncio.ensure_future(self._put_all(waiting))
            self._putting.add(task)
            task.add_done_callback(self._putting.discard)

    async def _put_all(self, documents: list[str]) -> None:
        for at in range(0, len(documents), _BATCH):
            body = orjson.dumps({"TraceSegmentDocuments": documents[at : at + _BATCH]})
            target = ("xray", self._region, "PutTraceSegments", "POST", "/TraceSegments")
            try:
                await json_answer(self._door, rest_call(*target, body=body))
            except FAILURES as error:
                self._journal.record("trace.refused", id="", reason=str(error))


def content(datagram: bytes) -> str | None:
    """Return the document in a datagram of an X-Ray SDK; None for anything else (pure)."""
    head, _, document = datagram.partition(b"\n")
    try:
        known = orjson.loads(head) == {"format": "json", "version": 1}
        return document.decode() if known and document else None
    except (orjson.JSONDecodeError, UnicodeDecodeError):
        return None
