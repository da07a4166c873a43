"""A free port of this machine that stays free until its server listens."""

from __future__ import annotations

import socket
import sys

HOST = "127.0.0.1"


class ReservedPort:
    """number: nobody else is given it as long as this is not released."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, 0))
        self.number: int = self._socket.getsockname()[1]

    def make_way(self) -> None:
        """Let the server have it, as far as it cannot be shared.

        Linux lets sockets share a port while only one listens; elsewhere it is free from now on.
        """
        if sys.platform != "linux":
            self._socket.close()

    def release(self) -> None:
        self._socket.close()
