"""An address where connections are neither accepted nor refused: what a missing way looks like.

A listening socket whose queue is full drops further connection attempts, so a client waits for its
own connect time-out, as it does when a VPC has no endpoint for the service (execution.md §2).
"""

from __future__ import annotations

import contextlib
import socket

_HOST = "127.0.0.1"
_FILLING = 8  # a queue of length 0 holds one or two connections, by the system


class BlackHole:
    """Opened when the first function needs it; `url` is where nothing answers.

    port: on loopback; 0 for any that is free.
    """

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._sockets: list[socket.socket] = []
        self._url = ""

    @property
    def url(self) -> str:
        if not self._url:
            self._open()
        return self._url

    def _open(self) -> None:
        listener = socket.socket()
        self._sockets.append(listener)
        listener.bind((_HOST, self._port))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(_FILLING):
            waiting = socket.socket()
            self._sockets.append(waiting)
            waiting.setblocking(False)  # noqa: FBT003 - the library has no other name for it
            with contextlib.suppress(BlockingIOError):
                waiting.connect((_HOST, port))
        self._url = f"http://{_HOST}:{port}"

    def close(self) -> None:
        for opened in self._sockets:
            opened.close()
        self._sockets.clear()
