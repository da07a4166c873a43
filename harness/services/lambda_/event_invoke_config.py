"""The event invoke configs of functions, versions and aliases, and their five operations (§3.4).

The control plane knows one for each function and returns defaults for what was not set, so they
are kept here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from harness.call import Call, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.json_reply import json_reply
from harness.services.lambda_.event_invoke_settings import Settings, merged, replaced, requested
from harness.services.lambda_.function import Function, Functions
from harness.services.lambda_.reference import parse_reference
from harness.services.lambda_.wire import json_request

_USER = {"Type": "User"}
_PAGE = 50


class EventInvokeConfigs:
    """What asynchronous invocation does, by function and qualifier."""

    def __init__(self, functions: Functions, clock: Clock) -> None:
        self._functions = functions
        self._clock = clock
        self._kept: dict[str, dict[str, Settings]] = {}
        self.operations = {
            "PutFunctionEventInvokeConfig": self._put,
            "UpdateFunctionEventInvokeConfig": self._update,
            "GetFunctionEventInvokeConfig": self._get,
            "DeleteFunctionEventInvokeConfig": self._delete,
            "ListFunctionEventInvokeConfigs": self._list,
        }

    def settings(self, name: str, qualifier: str) -> Mapping[str, Any]:
        """Return what was set for a function's invocations by `qualifier`; {} when nothing was."""
        return self._kept.get(name, {}).get(qualifier, {})

    def forget(self, name: str, qualifier: str = "") -> None:
        """Drop what belongs to a function, or to one version or alias of it, that is deleted."""
        if qualifier:
            self._kept.get(name, {}).pop(qualifier, None)
        else:
            self._kept.pop(name, None)

    async def _put(self, call: Call) -> Reply:
        function, qualifier = await self._existing(call)
        settings = await self._requested(call, function)
        return self._keep(function, qualifier, replaced(settings))

    async def _update(self, call: Call) -> Reply:
        function, qualifier = await self._existing(call)
        settings = await self._requested(call, function)
        before = self._found(function.name, qualifier)
        return self._keep(function, qualifier, merged(before, settings))

    async def _requested(self, call: Call, function: Function) -> Settings:
        settings = requested(await json_request(call), function.unqualified_arn)
        for side in settings.get("DestinationConfig", {}).values():
            if ":lambda:" in (arn := side.get("Destination", "")):
                await self._must_exist(arn)
        return settings

    async def _must_exist(self, arn: str) -> None:
        try:
            await self._functions.get(arn)
        except AwsError as error:
            if error.status >= 500:
                raise
            message = f"The destination ARN {arn} is invalid."
            raise AwsError("InvalidParameterValueException", message, 400, _USER) from None

    async def _get(self, call: Call) -> Reply:
        return json_reply(200, self._found(*_target(call)))

    async def _delete(self, call: Call) -> Reply:
        name, qualifier = _target(call)
        self._found(name, qualifier)
        self.forget(name, qualifier)
        return Reply(204)

    async def _list(self, call: Call) -> Reply:
        function, _ = await self._existing(call)
        parameters = call.parameters()
        start, size = _page(parameters.get("Marker", ""), parameters.get("MaxItems", ""))
        kept = list(self._kept.get(function.name, {}).values())
        page: dict[str, Any] = {"FunctionEventInvokeConfigs": kept[start : start + size]}
        if start + size < len(kept):
            page["NextMarker"] = str(start + size)
        return json_reply(200, page)

    def _keep(self, function: Function, qualifier: str, settings: Settings) -> Reply:
        arn = f"{function.unqualified_arn}:{qualifier}"
        changed = {**settings, "FunctionArn": arn, "LastModified": self._clock.now()}
        self._kept.setdefault(function.name, {})[qualifier] = changed
        return json_reply(200, changed)

    async def _existing(self, call: Call) -> tuple[Function, str]:
        name, qualifier = _target(call)
        try:
            return await self._functions.get(name, _sent(qualifier)), qualifier
        except AwsError as error:
            if error.status != 404:
                raise
            message = "The function doesn't exist."
            raise AwsError("ResourceNotFoundException", message, 404, _USER) from None

    def _found(self, name: str, qualifier: str) -> Settings:
        settings = self._kept.get(name, {}).get(qualifier)
        if settings is None:
            arn = f"{self._functions.arn(name)}:{qualifier}"
            message = f"The function {arn} doesn't have an EventInvokeConfig"
            raise AwsError("ResourceNotFoundException", message, 404, _USER)
        return settings


def _target(call: Call) -> tuple[str, str]:
    """Return the name and the qualifier that a call is about, "$LATEST" when it names none."""
    name, qualifier = parse_reference(unquote(call.path.split("/")[3]))
    return name, qualifier or call.parameters().get("Qualifier", "") or "$LATEST"


def _sent(qualifier: str) -> str:
    return "" if qualifier == "$LATEST" else qualifier


def _page(marker: str, size: str) -> tuple[int, int]:
    start, items = marker or "0", size or str(_PAGE)
    if not re.fullmatch("[0-9]{1,9}", start) or not re.fullmatch("[1-9]|[1-4][0-9]|50", items):
        raise AwsError("InvalidParameterValueException", "Invalid Marker or MaxItems", 400, _USER)
    return int(start), int(items)
