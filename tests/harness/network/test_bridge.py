from __future__ import annotations

import asyncio
import socket

from harness.network.bridge import Bridge

KIND = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
THERE = ("127.0.0.1", 9)


class Outside:
    """A socket whose first datagram nobody has room for."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[tuple[bytes, object]] = asyncio.Queue()
        self._refusals = [BlockingIOError()]

    def sendto(self, datagram: bytes, address: object) -> None:
        self.sent.put_nowait((datagram, address))
        if self._refusals:
            raise self._refusals.pop()

    def close(self) -> None:
        """Nothing is open."""


def test_what_nobody_takes_is_lost_and_what_comes_later_is_not():
    async def work() -> None:
        outside = Outside()
        inside = socket.socket(type=KIND)
        inside.bind(("127.0.0.1", 0))
        bridge = Bridge(inside, outside, THERE)
        with socket.socket(type=KIND) as sender:
            for datagram in (b"refused", b"hello"):
                sender.sendto(datagram, inside.getsockname())
                assert await outside.sent.get() == (datagram, THERE)
        bridge.close()

    asyncio.run(asyncio.wait_for(work(), 20))
