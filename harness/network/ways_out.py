"""The network of a sandbox from within: the program of the container that holds it (a pod).

Its loopback has nothing but what is listed here: a listener for each address that functions may
reach, which leads through a Unix socket to the harness. It ends when the harness does.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Mapping
from typing import Any

from harness.network.black_hole import BlackHole
from harness.network.bridge import Bridge
from harness.network.relay import Relay, to_socket

_HOST = "127.0.0.1"


async def serve(plan: Mapping[str, Any]) -> None:
    """Serve `plan`: {"streams": {port: path}, "datagrams": {port: path}, "black_hole": port,
    "alive": path}; `alive` is connected to when all listen, and its end is ours.
    """
    relays = [
        await Relay.start(socket.create_server((_HOST, int(port))), to_socket(path))
        for port, path in plan["streams"].items()
    ]
    bridges = [_bridge(int(port), path) for port, path in plan["datagrams"].items()]
    hole = BlackHole(plan["black_hole"])
    assert hole.url
    alive, writer = await asyncio.open_unix_connection(plan["alive"])
    await alive.read()
    writer.close()
    hole.close()
    for bridge in bridges:
        bridge.close()
    for relay in relays:
        await relay.close()


def _bridge(port: int, path: str) -> Bridge:
    inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    inside.bind((_HOST, port))
    return Bridge(
        inside, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK), path
    )


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
