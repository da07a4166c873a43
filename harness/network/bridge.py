"""Datagrams passed on from one socket to another."""

from __future__ import annotations

import asyncio
import contextlib
import socket

_LARGEST_DATAGRAM = 65_536


class Bridge:
    """Sends to `address` what `inside` receives; what nobody has room for is lost, as with UDP."""

    def __init__(
        self, inside: socket.socket, outside: socket.socket, address: str | tuple[str, int]
    ) -> None:
        self._inside = inside
        self._outside = outside
        self._address = address
        asyncio.get_running_loop().add_reader(inside, self._pass_on)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._inside)
        self._inside.close()
        self._outside.close()

    def _pass_on(self) -> None:
        datagram = self._inside.recv(_LARGEST_DATAGRAM)
        with contextlib.suppress(OSError):
            self._outside.sendto(datagram, self._address)
