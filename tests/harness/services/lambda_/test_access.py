from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from harness.errors import AwsError
from harness.iam.service_roles import anything
from harness.iam.sessions import Sessions
from harness.network.reach import Reach
from harness.services.lambda_.access import Access, Grant
from harness.services.lambda_.function import Function
from tests.harness.services.lambda_.examples import ARN, REGION, function

URL = "http://127.0.0.1:4566"
NOWHERE = "http://127.0.0.1:9002"
ROLE = "arn:aws:iam::123456789012:role/worker"
FUNCTION = function(Role=ROLE)
Authorize = Callable[[str, str, str, str], Awaitable[None]]


def granted(of: Function = FUNCTION, authorize: Authorize = anything) -> tuple[Grant, Sessions]:
    sessions = Sessions()
    access = Access(sessions, authorize, REGION, lambda: NOWHERE)
    grant = asyncio.run(access.grant(of, "stream", URL))
    return grant, sessions


def test_credentials_lead_to_the_role_and_end_with_the_sandbox():
    grant, sessions = granted()
    key = grant.variables["AWS_ACCESS_KEY_ID"]
    caller = sessions.caller(key)
    assert caller is not None
    assert (caller.identity, caller.function_arn) == (ROLE, ARN)
    grant.end()
    assert sessions.caller(key) is None


@pytest.mark.parametrize("reach", [None, Reach(everything=True)])
def test_one_address_where_everything_is_reached(reach: Reach | None):
    grant, _ = granted(replace(FUNCTION, reach=reach))
    addresses = {n: v for n, v in grant.variables.items() if "URL" in n}
    assert addresses == {"AWS_ENDPOINT_URL": URL}


def test_what_is_not_reached_leads_nowhere():
    grant, _ = granted(replace(FUNCTION, reach=Reach(services=frozenset({"s3"}))))
    assert grant.variables["AWS_ENDPOINT_URL_S3"] == URL
    assert grant.variables["AWS_ENDPOINT_URL"] != URL


def test_logs_need_the_role_s_permission():
    asked: list[tuple[str, ...]] = []

    async def refuse(*arguments: str) -> None:
        asked.append(arguments)
        raise AwsError("AccessDeniedException", "no", 403)

    assert granted()[0].logs
    assert not granted(authorize=refuse)[0].logs
    stream = f"arn:aws:logs:{REGION}:123456789012:log-group:/aws/lambda/f:log-stream:stream"
    assert asked == [(ROLE, "f", "logs:CreateLogStream", stream)]


def test_traces_of_an_active_function_need_the_role_s_permission():
    async def refuse(*arguments: str) -> None:
        if arguments[2] == "xray:PutTraceSegments":
            raise AwsError("AccessDeniedException", "no", 403)

    active = replace(FUNCTION, tracing="Active")
    assert granted(active)[0].traces
    assert not granted(active, refuse)[0].traces
    assert granted(FUNCTION, refuse)[0].traces


def test_a_control_plane_that_fails_is_no_refusal():
    async def fail(*arguments: str) -> None:
        raise AwsError("InternalFailure", "down", 500)

    with pytest.raises(AwsError):
        granted(authorize=fail)
