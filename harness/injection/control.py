"""`/_harness/faults`: faults are added, shown and cleared while the environment runs."""

from __future__ import annotations

import asyncio

import orjson

from harness.call import Call, Reply
from harness.errors import AwsError, UsageError
from harness.injection.faults import Faults
from harness.injection.injection import Injection, asked
from harness.injection.scope import CallScope
from harness.injection.service_names import check
from harness.json_reply import json_reply
from harness.services.s3_events.whole_body import whole_body

PATH = "/_harness/faults"
_LONGEST_REQUEST = 4096


class FaultControl:
    """GET shows what is armed, POST adds one, DELETE clears all, or of `PATH/ID` one."""

    name = "faults"

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def claims(self, call: Call) -> bool:
        return call.service == "harness" and (call.path == PATH or call.path.startswith(f"{PATH}/"))

    async def handle(self, call: Call) -> Reply:
        identifier = call.path.removeprefix(PATH).removeprefix("/")
        if call.method == "DELETE":
            return self._clear(identifier)
        if identifier or call.method not in ("GET", "POST"):
            return json_reply(
                405, {"message": f"{PATH} answers GET, POST and DELETE, {PATH}/ID DELETE"}
            )
        if call.method == "POST":
            return await self._add(call)
        return json_reply(200, {"faults": [one.told() for one in self._faults.armed()]})

    async def _add(self, call: Call) -> Reply:
        try:
            injection = _injection(await whole_body(call, _LONGEST_REQUEST))
            if isinstance(injection.scope, CallScope):
                await asyncio.to_thread(check, injection.scope)
            return json_reply(201, self._faults.add(injection).told())
        except (UsageError, AwsError) as error:
            return json_reply(400, {"message": str(error)})

    def _clear(self, identifier: str) -> Reply:
        """Answer what was cleared, with its last counts."""
        wanted = [identifier] if identifier else [one.id for one in self._faults.armed()]
        cleared = [self._faults.clear(one) for one in wanted]
        if None in cleared:
            return json_reply(404, {"message": f"no fault {identifier!r} is in the environment"})
        return json_reply(200, {"faults": [one.told() for one in cleared if one]})


def _injection(body: bytes) -> Injection:
    try:
        settings = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"the request is not JSON: {error}") from None
    if not isinstance(settings, dict):
        raise UsageError('an object is needed, as in {"fault": "latency", "ms": 300}')
    return asked(settings)
