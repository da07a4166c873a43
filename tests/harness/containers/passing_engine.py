"""The way to a real engine, which a test can close."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.network.relay import Relay, to_socket


@contextlib.contextmanager
def passed_on(path: Path, engine: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the address of a way to the engine's socket, and what closes it for good."""
    listening, over = threading.Event(), threading.Event()

    async def relay() -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(128)
        running = await Relay.start(listener, to_socket(str(engine)))
        listening.set()
        await asyncio.to_thread(over.wait)
        await running.close()

    def stop() -> None:
        over.set()
        thread.join()

    thread = threading.Thread(target=asyncio.run, args=[relay()])
    thread.start()
    listening.wait()
    try:
        yield f"unix://{path}", stop
    finally:
        stop()
