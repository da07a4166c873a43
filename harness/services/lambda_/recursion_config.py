"""PutFunctionRecursionConfig and GetFunctionRecursionConfig (§3.7)."""

from __future__ import annotations

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.json_reply import json_reply
from harness.services.lambda_.function import Functions
from harness.services.lambda_.recursion import Recursion
from harness.services.lambda_.wire import json_request

_LOOPS = ("Allow", "Terminate")


class RecursionConfigs:
    """The two operations; what they set is `recursion`'s."""

    def __init__(self, functions: Functions, recursion: Recursion) -> None:
        self._functions = functions
        self._recursion = recursion
        self.operations = {
            "PutFunctionRecursionConfig": self._put,
            "GetFunctionRecursionConfig": self._get,
        }

    async def _put(self, call: Call) -> Reply:
        name = await self._name(call)
        loop = (await json_request(call)).get("RecursiveLoop")
        if loop not in _LOOPS:
            message = (
                f"1 validation error detected: Value '{loop}' at 'recursiveLoop' failed to satisfy "
                "constraint: Member must satisfy enum value set: [Allow, Terminate]"
            )
            raise AwsError("ValidationException", message, 400)
        self._recursion.set_loop(name, loop)
        return json_reply(200, {"RecursiveLoop": loop})

    async def _get(self, call: Call) -> Reply:
        return json_reply(200, {"RecursiveLoop": self._recursion.loop(await self._name(call))})

    async def _name(self, call: Call) -> str:
        return (await self._functions.get(call.path.split("/")[3])).name
