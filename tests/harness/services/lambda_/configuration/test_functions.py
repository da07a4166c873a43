"""Functions while they are being created or changed, and what fails on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from harness.aws import rest_call
from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.services.lambda_.code import Kept
from harness.services.lambda_.configuration.functions import FunctionOperations
from harness.services.lambda_.configuration.registry import Registry
from tests.harness.services.lambda_.examples import ARN, REGION

CREATE = {
    "FunctionName": "f",
    "Runtime": "python3.12",
    "Handler": "h.handler",
    "Role": "arn:aws:iam::123456789012:role/r",
    "Code": {"ZipFile": "eA=="},
}


class Code:
    """Keeps code once it is told to; `failure` is how it ends then."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.failure: AwsError | None = None

    def check(self, image_config: Any) -> None:
        """Follow any."""

    async def keep(self, code: Any) -> Kept:
        await self.go_on.wait()
        if self.failure:
            raise self.failure
        return Kept("c2hh", 3)

    def location(self, kept: Kept) -> str:
        return f"http://here/{kept.sha256}"


class Stage:
    def __init__(self) -> None:
        self.code = Code()
        self.told: list[str] = []
        registry = Registry(REGION)
        self._api = FunctionOperations(registry, self.code, self._control_plane, ManualClock())

    async def _control_plane(self, call: Call) -> Reply:
        self.told.append(call.operation)
        return Reply(200, [], b"{}")

    async def ask(self, operation: str, method: str, path: str, **members: Any) -> Any:
        body = orjson.dumps(members) if members else b""
        call = rest_call("lambda", REGION, operation, method, path, body=body)
        reply = await self._api.operations[operation](call)
        return orjson.loads(await reply.read() or b"null")

    async def create(self) -> Any:
        return await self.ask("CreateFunction", "POST", "/2015-03-31/functions", **CREATE)

    async def found(self) -> Any:
        path = "/2015-03-31/functions/f/configuration"
        return await self.ask("GetFunctionConfiguration", "GET", path)

    async def update(self, **members: Any) -> Any:
        path = "/2015-03-31/functions/f/configuration"
        return await self.ask("UpdateFunctionConfiguration", "PUT", path, **members)

    async def update_code(self) -> Any:
        path = "/2015-03-31/functions/f/code"
        return await self.ask("UpdateFunctionCode", "PUT", path, ZipFile="eA==")


def using(work: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20):
            await work(Stage())

    asyncio.run(run())


async def begun(work: Awaitable[Any]) -> asyncio.Future[Any]:
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    return task


def test_a_function_is_pending_until_its_code_is_there():
    async def work(stage: Stage) -> None:
        creating = await begun(stage.create())
        pending = await stage.found()
        assert (pending["State"], pending["StateReasonCode"]) == ("Pending", "Creating")
        with pytest.raises(AwsError, match="Function already exist: f"):
            await stage.create()
        with pytest.raises(AwsError, match=f"An update is in progress for resource: {ARN}"):
            await stage.update(Timeout=9)
        stage.code.go_on.set()
        assert (await creating)["State"] == "Pending"
        found = await stage.found()
        assert (found["State"], found["CodeSha256"]) == ("Active", "c2hh")
        assert stage.told == ["CreateFunction"]

    using(work)


def test_a_function_whose_code_cannot_be_used_was_never_there():
    async def work(stage: Stage) -> None:
        stage.code.failure = AwsError("InvalidParameterValueException", "no zip")
        stage.code.go_on.set()
        with pytest.raises(AwsError, match="no zip"):
            await stage.create()
        with pytest.raises(AwsError, match="Function not found"):
            await stage.found()
        assert stage.told == []

    using(work)


def test_of_two_changes_at_once_the_second_is_refused_and_none_is_lost():
    async def work(stage: Stage) -> None:
        stage.code.go_on.set()
        await stage.create()
        stage.code.go_on.clear()
        updating = await begun(stage.update_code())
        with pytest.raises(AwsError) as caught:
            await stage.update(Timeout=9)
        assert (caught.value.code, caught.value.status) == ("ResourceConflictException", 409)
        stage.code.go_on.set()
        await updating
        await stage.update(Timeout=9)
        assert (await stage.found())["Timeout"] == 9

    using(work)
