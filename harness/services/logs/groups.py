"""Which log groups exist: the control plane keeps them, here it is remembered which are known."""

from __future__ import annotations

from typing import Any

from harness.aws import json_answer, json_call
from harness.call import Handler
from harness.errors import AwsError

_TARGET = "Logs_20140328"


class Groups:
    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region
        self._known: set[str] = set()

    async def require(self, group: str) -> str:
        """Return the name of a group; `AwsError` ResourceNotFoundException when there is none."""
        if group not in self._known and not await self._exists(group):
            message = "The specified log group does not exist."
            raise AwsError("ResourceNotFoundException", message)
        self._known.add(group)
        return group

    async def ensure(self, group: str) -> None:
        """Create a group unless it exists, as Lambda does with a function's."""
        if group in self._known:
            return
        try:
            await self._call("CreateLogGroup", logGroupName=group)
        except AwsError as error:
            if error.code != "ResourceAlreadyExistsException":
                raise
        self._known.add(group)

    def forget(self, group: str) -> None:
        """Ask again: the group was deleted."""
        self._known.discard(group)

    async def _exists(self, group: str) -> bool:
        token: dict[str, str] = {}
        while True:
            answer = await self._call("DescribeLogGroups", logGroupNamePrefix=group, **token)
            if any(found["logGroupName"] == group for found in answer["logGroups"]):
                return True
            if not answer.get("nextToken"):
                return False
            token = {"nextToken": answer["nextToken"]}

    async def _call(self, operation: str, **members: Any) -> dict[str, Any]:
        call = json_call("logs", self._region, f"{_TARGET}.{operation}", members)
        return await json_answer(self._control_plane, call)
