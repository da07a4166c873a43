"""Waiting for the end of processes that are not our children."""

from __future__ import annotations

import asyncio
import os
import select
import sys
import time
from collections.abc import Iterable

import psutil


def await_end(processes: Iterable[psutil.Process], timeout: float) -> bool:
    """Wait until all of them have ended; return whether that came within `timeout` seconds.

    One that only awaits its parent has ended: whoever adopted it may take its time.
    """
    deadline = time.monotonic() + timeout
    return all(_ended(process, max(0.0, deadline - time.monotonic())) for process in processes)


async def ended(pid: int) -> None:
    """Return once process `pid` has ended."""
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[None] = loop.create_future()
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        loop.add_reader(descriptor, gone.set_result, None)
        await gone
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


if sys.platform == "linux":

    def _ended(process: psutil.Process, timeout: float) -> bool:
        try:
            descriptor = os.pidfd_open(process.pid)
        except ProcessLookupError:
            return True
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(timeout * 1000))
        finally:
            os.close(descriptor)

else:

    def _ended(process: psutil.Process, timeout: float) -> bool:
        return process in psutil.wait_procs([process], timeout)[0]
