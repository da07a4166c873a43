"""The layer by which faults meet calls.

Only clients' calls are met: what our services ask one another has no place on AWS where it could
go wrong, and would spoil the count of what the code under test does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.iam.actions import needed, reads_body
from harness.iam.credential import access_key_id
from harness.iam.request_body import request_body
from harness.iam.sessions import Sessions
from harness.injection.fault import CallFault, Hit
from harness.injection.faults import Faults
from harness.injection.scope import CallScope, Facts
from harness.injection.service_names import names_of


class CallFaults:
    """A layer; faults that hit the same call lie around one another, the first outermost.

    crash(access_key_id): ends the process of the sandbox that calls with the key.
    """

    def __init__(
        self,
        faults: Faults,
        sessions: Sessions,
        clock: Clock,
        region: str,
        crash: Callable[[str], Awaitable[None]],
    ) -> None:
        self._faults = faults
        self._sessions = sessions
        self._clock = clock
        self._region = region
        self._crash = crash
        self._tasks: set[asyncio.Task[None]] = set()

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what faults have yet to do."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        armed = self._faults.armed(CallScope)
        if not armed or not call.from_client or call.service == "harness":
            return await proceed(call)
        facts = await self._facts(call)
        told = {"call": call.id, "service": call.service, "operation": call.operation}
        crash = partial(self._crash, access_key_id(call))
        for fault, random in reversed([*self._faults.hitting(CallScope, facts, **told)]):
            hit = Hit(random, self._clock, crash, self._beside)
            proceed = partial(_around, fault, hit, proceed)
        return await proceed(call)

    async def _facts(self, call: Call) -> Facts:
        request = await request_body(call) if reads_body(call) else {}
        asked = needed(call, request, self._region) or []
        caller = self._sessions.caller(access_key_id(call))
        function = caller.function_arn.split(":")[6:7] if caller else []
        return {
            "service": names_of(call.service),
            "operation": [call.operation],
            "resource": [one.resource for one in asked if one.resource],
            "function": function,
        }


async def _around(fault: CallFault, hit: Hit, proceed: Handler, call: Call) -> Reply:
    return await fault.around(call, proceed, hit)
