from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from harness.aws import json_call, query_call, rest_call
from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.iam.sessions import Sessions
from harness.injection.calls import CallFaults
from harness.injection.faults import Faults
from harness.injection.injection import asked
from harness.journal import Journal

REGION = "ap-northeast-1"


async def done(call: Call) -> Reply:
    return Reply(200, [], await call.body.read())


@pytest.fixture
def faults(tmp_path) -> Iterator[Faults]:
    journal = Journal(tmp_path / "journal", ManualClock())
    yield Faults(journal)
    journal.close()


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


async def crash(access_key_id: str) -> None:
    raise AssertionError("no fault here ends a sandbox")


@pytest.fixture
def layer(faults, sessions) -> CallFaults:
    return CallFaults(faults, sessions, ManualClock(), REGION, crash)


def client(call: Call) -> Call:
    call.from_client = True
    return call


def secret() -> Call:
    target = "secretsmanager.GetSecretValue"
    return client(json_call("secretsmanager", REGION, target, {"SecretId": "hr/database"}))


def stored(key: str = "uploads/a%20b") -> Call:
    return client(rest_call("s3", REGION, "PutObject", "PUT", f"/docs/{key}", body=b"content"))


def is_hit(layer: CallFaults, call: Call) -> bool:
    try:
        reply = asyncio.run(layer(call, done))
    except AwsError:
        return True
    assert reply.status == 200
    return False


@pytest.mark.parametrize(
    ("settings", "call", "expected"),
    [
        ({}, stored(), True),
        ({"service": "s3"}, stored(), True),
        ({"service": "s3", "resource": "*:::docs/uploads/a b"}, stored(), True),
        ({"service": "s3", "resource": "*:::docs/uploads/c"}, stored(), False),
        ({"resource": "*hr/database*"}, secret(), True),
        ({"operation": "GetSecretValue"}, secret(), True),
        ({"operation": "Publish"}, client(query_call("sns", REGION, "Publish", {})), True),
        ({"service": "cloudwatch"}, client(query_call("monitoring", REGION, "List", {})), True),
    ],
)
def test_calls_are_known_by_service_operation_and_resource(layer, faults, settings, call, expected):
    armed = faults.add(asked({"fault": "throttle", **settings}))
    assert is_hit(layer, call) is expected
    assert armed.hits == expected


def test_calls_are_known_by_the_function_that_makes_them(layer, faults, sessions):
    faults.add(asked({"fault": "throttle", "function": "processor"}))
    arn = "arn:aws:lambda:ap-northeast-1:123456789012:function:processor"
    keys = sessions.issue("arn:aws:iam::123456789012:role/r", "session", arn)
    others = sessions.issue("arn:aws:iam::123456789012:role/r", "session", f"{arn}-2")

    def by(key: str) -> Call:
        scope = f"AWS4-HMAC-SHA256 Credential={key}/20260101/{REGION}/s3/aws4_request"
        call = stored()
        call.headers = [("authorization", scope)]
        return call

    assert is_hit(layer, by(keys.access_key_id))
    assert not is_hit(layer, by(others.access_key_id))
    assert not is_hit(layer, stored())


def test_what_our_services_ask_is_neither_hit_nor_counted(layer, faults):
    armed = faults.add(asked({"fault": "throttle"}))
    own = stored()
    own.from_client = False
    assert not is_hit(layer, own)
    assert not is_hit(layer, client(Call("harness", "", "GET", "/_harness/status")))
    assert armed.covered == 0


def test_the_body_is_still_there_for_who_answers(layer, faults):
    faults.add(asked({"fault": "throttle", "resource": "nobody's"}))
    reply: Any = asyncio.run(layer(secret(), done))
    assert reply.body == b'{"SecretId":"hr/database"}'


def test_without_faults_nothing_is_looked_at(layer):
    class Untouchable:
        from_client = True

    async def answered(call: Any) -> Reply:
        return Reply(204)

    assert asyncio.run(layer(Untouchable(), answered)).status == 204
