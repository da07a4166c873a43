"""Calls to a server whose address is not known yet: they wait until it is."""

from __future__ import annotations

import asyncio

from harness.call import Call, Reply
from harness.upstream import Upstream


class Forwarding:
    def __init__(self) -> None:
        self._upstream: asyncio.Future[Upstream] = asyncio.get_running_loop().create_future()

    def begin(self, upstream: Upstream) -> None:
        """Let all calls through, those that wait first."""
        self._upstream.set_result(upstream)

    def give_up(self, error: Exception) -> None:
        """Answer every call with `error`."""
        self._upstream.set_exception(error)

    @property
    def address(self) -> str:
        """Return where calls go; only once they do."""
        return self._upstream.result().address

    async def __call__(self, call: Call) -> Reply:
        upstream = await asyncio.shield(self._upstream)
        return await upstream(call)

    def close(self) -> None:
        if self._upstream.done() and not self._upstream.exception():
            self._upstream.result().close()
