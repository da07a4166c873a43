"""What functions in containers may reach, and the Unix sockets through which they do.

A container's network has loopback and nothing else. What listens there (`ways_out.py`) leads
through a socket in a directory of ours to the same address of this machine. So every address is the
same for a function in a container, for one in a process, and for whoever is given a presigned URL.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path

from harness.network.bridge import Bridge
from harness.network.relay import Relay, to_port

_HOST = "127.0.0.1"
_FIRST_PORT = 9001  # of the Runtime API, as on Lambda, unless a way has it


class Ways:
    """streams, datagrams: ports of this machine that functions reach; directory: of the sockets.

    runtime_api_port, black_hole_port: inside a container's network.
    """

    def __init__(self, directory: Path, streams: Sequence[int], datagrams: Sequence[int]) -> None:
        self.directory = directory
        self._streams = tuple(streams)
        self._datagrams = tuple(datagrams)
        self.runtime_api_port, self.black_hole_port = free_ports(self._streams)
        self._relays: list[Relay] = []
        self._bridges: list[Bridge] = []

    async def open(self) -> None:
        for port in self._streams:
            self._relays.append(await Relay.start(self.listener(str(port)), to_port(port)))
        for port in self._datagrams:
            self._bridges.append(self._bridge(port))

    def listener(self, name: str) -> socket.socket:
        """Return a Unix socket that listens; raises `OSError` when its path is too long."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.directory / name))
        listener.listen(128)
        listener.setblocking(False)  # noqa: FBT003 - the library has no other name for it
        return listener

    def plan(self, sandbox: str, mounted: str) -> str:
        """Return the plan of a sandbox's network; mounted: where the directory is for it."""
        inside = {str(port): f"{mounted}/{port}" for port in self._streams}
        return json.dumps(
            {
                "streams": {**inside, str(self.runtime_api_port): f"{mounted}/{sandbox}.api"},
                "datagrams": {str(port): f"{mounted}/{port}.udp" for port in self._datagrams},
                "black_hole": self.black_hole_port,
                "alive": f"{mounted}/{sandbox}.alive",
            }
        )

    async def close(self) -> None:
        for relay in self._relays:
            await relay.close()
        for bridge in self._bridges:
            bridge.close()

    def _bridge(self, port: int) -> Bridge:
        inside = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        inside.bind(str(self.directory / f"{port}.udp"))
        outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        return Bridge(inside, outside, (_HOST, port))


def free_ports(taken: Sequence[int]) -> tuple[int, int]:
    """Return two ports for a sandbox's own use, which no way out has."""
    candidates = range(_FIRST_PORT, _FIRST_PORT + len(taken) + 2)
    first, second, *_ = (port for port in candidates if port not in taken)
    return first, second
