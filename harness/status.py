"""`/_harness/…`: what the environment says of itself, for `status`, `logs -f` and scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from harness.call import Call, Reply
from harness.json_reply import json_reply
from harness.services.logs import LogDelivery

_LONGEST_WAIT_S = 20.0


class Status:
    """Claims our own paths; `report` collects the state at the moment it is asked."""

    name = "harness"

    def __init__(
        self, report: Callable[[], Awaitable[Mapping[str, Any]]], logs: LogDelivery
    ) -> None:
        self._report = report
        self._logs = logs

    def claims(self, call: Call) -> bool:
        return call.service == "harness"

    async def handle(self, call: Call) -> Reply:
        if call.path == "/_harness/status":
            return json_reply(200, await self._report())
        if call.path == "/_harness/logs/wait":
            return await self._wait(call)
        return json_reply(404, {"message": f"no such path: {call.path}"})

    async def _wait(self, call: Call) -> Reply:
        """Answer 200 when the group has an event younger than `after` (ms), else 204 in time."""
        parameters = call.parameters()
        group, after = parameters.get("group", ""), parameters.get("after", "0")
        if not group or not after.isdigit():
            return json_reply(400, {"message": "group and after=<milliseconds> are needed"})
        try:
            async with asyncio.timeout(_LONGEST_WAIT_S):
                await self._logs.newer(group, int(after))
        except TimeoutError:
            return Reply(204)
        return json_reply(200, {"group": group})
