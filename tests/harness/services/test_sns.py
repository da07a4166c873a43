from __future__ import annotations

import asyncio

import pytest

from harness.aws import query_call
from harness.call import Call, Reply
from harness.services.sns import Subscriptions

REGION = "ap-northeast-1"


def answered(action: str, **parameters: str) -> tuple[Reply, list[bytes]]:
    """Return the answer to a call, and the bodies that were passed on."""
    passed: list[bytes] = []

    async def control_plane(call: Call) -> Reply:
        passed.append(await call.body.read())
        return Reply(200)

    service = Subscriptions(control_plane)
    reply = asyncio.run(service.handle(query_call("sns", REGION, action, parameters)))
    return reply, passed


def test_a_function_is_refused_by_name():
    reply, passed = answered("Subscribe", TopicArn="t", Protocol="lambda", Endpoint="f")
    assert (reply.status, passed) == (501, [])
    assert b"<Code>NotImplemented</Code>" in reply.body
    assert b"function" in reply.body


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("Subscribe", {"TopicArn": "t", "Protocol": "sqs", "Endpoint": "q"}),
        ("CreateTopic", {"Name": "t", "Protocol": "lambda"}),
    ],
)
def test_everything_else_is_passed_on_as_it_came(action, parameters):
    reply, (body,) = answered(action, **parameters)
    assert reply.status == 200
    assert body.startswith(f"Action={action}&".encode())


def test_it_claims_what_may_subscribe_something():
    service = Subscriptions(lambda call: Reply(200))
    assert service.claims(Call("sns", "", "POST", "/"))
    assert service.claims(Call("sns", "Subscribe", "POST", "/"))
    assert not service.claims(Call("sns", "Publish", "POST", "/"))
    assert not service.claims(Call("sqs", "", "POST", "/"))
