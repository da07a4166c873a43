"""Invocations of functions that are not ready, and changes that are noticed even when refused."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from harness.aws import rest_call
from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.services.lambda_.event_invoke_config import EventInvokeConfigs
from harness.services.lambda_.function import Functions
from harness.services.lambda_.recursion import Recursion
from harness.services.lambda_.service import LambdaService
from tests.harness.services.lambda_.examples import REGION, answer


class Configuration:
    """Knows one function, in `state`, and refuses every change."""

    def __init__(self, state: str) -> None:
        self.state = state

    async def __call__(self, call: Call) -> Reply:
        if call.method != "GET":
            raise AwsError("InvalidParameterValueException", "no")
        return Reply(200, [], orjson.dumps(answer(State=self.state)))


def service(configuration: Configuration) -> LambdaService:
    functions, clock = Functions(configuration, REGION), ManualClock()
    configs, recursion = EventInvokeConfigs(functions, clock), Recursion(None, clock)
    # A DryRun is over before anybody is needed who runs something.
    return LambdaService(configuration, REGION, functions, None, None, None, configs, recursion)


def dry_run() -> Call:
    path = "/2015-03-31/functions/f/invocations"
    headers = (("x-amz-invocation-type", "DryRun"),)
    return rest_call("lambda", REGION, "Invoke", "POST", path, body=b"{}", headers=headers)


@pytest.mark.parametrize("state", ["Pending", "Inactive", "Failed"])
def test_a_function_that_is_not_active_is_a_conflict(state):
    with pytest.raises(AwsError, match=f"currently in the following state: {state}") as caught:
        asyncio.run(service(Configuration(state)).handle(dry_run()))
    assert (caught.value.code, caught.value.status) == ("ResourceConflictException", 409)


def test_what_a_refused_change_has_shown_meanwhile_is_forgotten():
    """A creation shows its function as pending, and takes it back when it fails."""

    async def work() -> None:
        configuration = Configuration("Pending")
        lambda_ = service(configuration)
        with pytest.raises(AwsError, match="Pending"):
            await lambda_.handle(dry_run())
        configuration.state = "Active"
        path = "/2015-03-31/functions"
        with pytest.raises(AwsError, match="no"):
            await lambda_.handle(rest_call("lambda", REGION, "CreateFunction", "POST", path))
        assert (await lambda_.handle(dry_run())).status == 204

    asyncio.run(work())
