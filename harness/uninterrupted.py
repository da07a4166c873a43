"""Work in a thread that is not left half done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def uninterrupted(work: Callable[[], Result]) -> Result:
    """Run in a thread; when cancelled, first let it finish what would else be left behind."""
    thread = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise
