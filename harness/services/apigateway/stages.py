"""UpdateStage and DeleteRouteSettings, which the control plane lacks: it creates a stage anew.

Settings of routes are merged by route, those of all routes by member, anything else is replaced.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import orjson

from harness.aws import json_answer, rest_call
from harness.call import Call, Handler, Reply
from harness.json_reply import json_reply

_PATH = re.compile(
    r"(?P<stages>/v2/apis/[^/]+/stages)/(?P<name>[^/]+)(/routesettings/(?P<route>.+))?"
)
_MERGED = ("defaultRouteSettings", "routeSettings")
_OF_THE_CONTROL_PLANE = ("createdDate", "lastUpdatedDate")


class Stages:
    """Claims both operations; stages are kept by `control_plane`."""

    name = "apigateway-stages"

    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region

    def claims(self, call: Call) -> bool:
        if call.service != "apigateway" or call.method not in ("PATCH", "DELETE"):
            return False
        match = _PATH.fullmatch(call.path)
        return match is not None and (call.method == "DELETE") == (match["route"] is not None)

    async def handle(self, call: Call) -> Reply:
        match = _PATH.fullmatch(call.path)
        assert match is not None
        stages, name = match["stages"], match["name"]
        stage = await self._ask("GetStage", "GET", f"{stages}/{name}")
        if call.method == "DELETE":
            stage["routeSettings"].pop(unquote(match["route"]), None)
            await self._ask("CreateStage", "POST", stages, stored(stage))
            return Reply(204)
        changed = updated(stage, orjson.loads(await call.body.read()))
        answer = await self._ask("CreateStage", "POST", stages, stored(changed))
        return json_reply(200, answer)

    async def _ask(
        self, operation: str, method: str, path: str, content: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        body = b"" if content is None else orjson.dumps(content)
        call = rest_call("apigateway", self._region, operation, method, path, body=body)
        return await json_answer(self._control_plane, call)


def updated(stage: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the stage with the members of an UpdateStage request (pure)."""
    merged = {name: {**stage.get(name, {}), **changes.get(name, {})} for name in _MERGED}
    return {**stage, **changes, **merged}


def stored(stage: dict[str, Any]) -> dict[str, Any]:
    """Return a stage as CreateStage takes it."""
    return {name: value for name, value in stage.items() if name not in _OF_THE_CONTROL_PLANE}
