from __future__ import annotations

import asyncio
import socket

from harness.network.bridge import Bridge

KIND = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK


def test_what_nobody_takes_is_lost_and_what_comes_later_is_not(tmp_path):
    async def work() -> None:
        inside, sender = socket.socket(type=KIND), socket.socket(type=KIND)
        inside.bind(("127.0.0.1", 0))
        here = inside.getsockname()
        path = str(tmp_path / "socket")
        bridge = Bridge(inside, socket.socket(socket.AF_UNIX, KIND), path)
        sender.sendto(b"nobody listens yet", here)
        await asyncio.sleep(0)
        receiver = socket.socket(socket.AF_UNIX, KIND)
        receiver.bind(path)
        sender.sendto(b"hello", here)
        assert await asyncio.get_running_loop().sock_recv(receiver, 100) == b"hello"
        bridge.close()
        for each in (sender, receiver):
            each.close()

    asyncio.run(asyncio.wait_for(work(), 20))
