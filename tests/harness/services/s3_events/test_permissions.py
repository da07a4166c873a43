from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.s3_events.permissions import Permissions
from tests.harness.services.s3_events.examples import BUS, FUNCTION, QUEUE, TOPIC, rule

FORBIDDEN = "Permissions on the destination {} do not allow S3 to publish notifications "


def policy(arn: str, action: str) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": arn}
    return orjson.dumps({"Statement": [statement]}).decode()


class ControlPlane:
    """Holds the policies given by ARN; everything else does not exist."""

    def __init__(self, **policies: str) -> None:
        self.policies = policies
        self.asked: list[Call] = []

    async def __call__(self, call: Call) -> Reply:
        self.asked.append(call)
        found = self.policies.get(call.service)
        if found is None:
            return self._missing(call)
        if found == "down":
            return Reply(500, [], b'{"__type": "InternalError", "message": "down"}')
        return self._answer(call, found)

    def _missing(self, call: Call) -> Reply:
        if call.service == "sqs":
            code = "com.amazonaws.sqs#QueueDoesNotExist"
            return Reply(400, [], orjson.dumps({"__type": code, "message": "?"}))
        if call.service == "sns":
            error = b"<E xmlns='n'><Error><Code>NotFound</Code><Message>m</Message></Error></E>"
            return Reply(404, [], error)
        return Reply(404, [], b'{"__type": "ResourceNotFoundException", "message": "?"}')

    def _answer(self, call: Call, found: str) -> Reply:
        if call.service == "sqs":
            answer: dict[str, Any] = {"Attributes": {"Policy": found}} if found else {}
            return Reply(200, [], orjson.dumps(answer))
        if call.service == "sns":
            entry = f"<entry><key>Policy</key><value>{found}</value></entry>"
            return Reply(200, [], f"<R xmlns='n'><Attributes>{entry}</Attributes></R>".encode())
        return Reply(200, [], orjson.dumps({"Policy": found}))


def refusal(control_plane: ControlPlane, arn: str) -> str:
    return asyncio.run(Permissions(control_plane).refusal(rule(arn), "b"))


@pytest.mark.parametrize(
    ("arn", "service", "action"),
    [
        (FUNCTION, "lambda", "lambda:InvokeFunction"),
        (f"{FUNCTION}:live", "lambda", "lambda:InvokeFunction"),
        (QUEUE, "sqs", "SQS:SendMessage"),
        (TOPIC, "sns", "SNS:Publish"),
    ],
)
def test_a_policy_for_the_destination_is_enough(arn, service, action):
    assert refusal(ControlPlane(**{service: policy(arn, action)}), arn) == ""


@pytest.mark.parametrize(
    ("arn", "service", "reason"),
    [
        (FUNCTION, "lambda", f"Not authorized to invoke function [{FUNCTION}]"),
        (QUEUE, "sqs", FORBIDDEN.format("queue")),
        (TOPIC, "sns", FORBIDDEN.format("topic")),
    ],
)
@pytest.mark.parametrize("held", ["", "[]", "no JSON", policy("*", "x:y")])
def test_a_destination_without_permission_is_refused_in_s3s_words(arn, service, reason, held):
    assert refusal(ControlPlane(**{service: held}), arn).startswith(reason)


@pytest.mark.parametrize(
    ("arn", "reason"),
    [
        (FUNCTION, f"Not authorized to invoke function [{FUNCTION}]"),
        (QUEUE, "The destination queue does not exist"),
        (TOPIC, "The destination topic does not exist"),
    ],
)
def test_a_destination_that_does_not_exist_says_so(arn, reason):
    assert refusal(ControlPlane(), arn) == reason


def test_permission_for_the_function_is_none_for_its_alias():
    held = policy(FUNCTION, "lambda:InvokeFunction")
    assert refusal(ControlPlane(**{"lambda": held}), f"{FUNCTION}:live")


def test_the_default_bus_needs_no_permission():
    assert refusal(ControlPlane(), BUS) == ""


def test_a_failure_to_ask_is_no_refusal():
    with pytest.raises(AwsError, match="InternalError"):
        refusal(ControlPlane(**{"lambda": "down"}), FUNCTION)


@pytest.mark.parametrize(
    ("call", "again"),
    [
        (Call("lambda", "RemovePermission", "DELETE", "/"), True),
        (Call("lambda", "Invoke", "POST", "/"), False),
        (Call("sqs", "SetQueueAttributes", "POST", "/"), True),
        (Call("sqs", "ReceiveMessage", "POST", "/"), False),
        (Call("sns", "", "POST", "/"), True),
        (Call("sns", "Publish", "POST", "/"), False),
        (Call("s3", "PutObject", "PUT", "/"), False),
    ],
)
def test_it_asks_once_and_again_when_a_policy_may_have_changed(call, again):
    async def work() -> int:
        control_plane = ControlPlane(sqs=policy(QUEUE, "SQS:SendMessage"))
        permissions = Permissions(control_plane)
        for _ in range(2):
            await permissions.refusal(rule(QUEUE), "b")
        permissions.notice(call)
        await permissions.refusal(rule(QUEUE), "b")
        return len(control_plane.asked)

    assert asyncio.run(work()) == (2 if again else 1)
