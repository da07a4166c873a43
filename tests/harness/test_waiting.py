from __future__ import annotations

import asyncio

import pytest

from harness.waiting import first


def test_the_first_ends_the_wait_and_the_others_are_cancelled():
    async def work() -> None:
        event, never = asyncio.Event(), asyncio.Event()
        cancelled: list[bool] = []

        async def other() -> None:
            try:
                await never.wait()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise

        event.set()
        await first(event.wait(), other())
        async with asyncio.timeout(5):
            while not cancelled:
                await first(event.wait())

    asyncio.run(work())


def test_what_the_first_raises_is_raised():
    async def broken() -> None:
        raise ValueError("broken")

    async def work() -> None:
        with pytest.raises(ValueError, match="broken"):
            await first(broken(), asyncio.Event().wait())

    asyncio.run(work())


def test_cancelling_the_wait_cancels_what_is_waited_for():
    async def work() -> None:
        started, ended = asyncio.Event(), asyncio.Event()

        async def long() -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        task = asyncio.ensure_future(first(long()))
        await started.wait()
        task.cancel()
        async with asyncio.timeout(5):
            await ended.wait()

    asyncio.run(work())
