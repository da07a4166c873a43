"""A function whose process is killed at a step of its work (aws-behaviour §12, trap 15)."""

from __future__ import annotations

import pytest

from harness.disposable import Disposable
from harness.injection.client import Faults
from tests.contracts.account import Account, Function

LISTS = {"service": "sqs", "operation": "list_queues", "arguments": {}}


@pytest.fixture
def faults(environment: Disposable) -> Faults:
    return Faults(environment.facts)


@pytest.fixture
def function(account: Account) -> Function:
    return account.function("calls.call")


def puts(bucket: str) -> dict[str, object]:
    arguments = {"Bucket": bucket, "Key": "k", "Body": "content"}
    return {"service": "s3", "operation": "put_object", "arguments": arguments}


@pytest.mark.parametrize(("when", "stored"), [("before", 0), ("after", 1)])
def test_it_is_killed_before_or_after_a_call(account, faults, function, when, stored):
    bucket = account.bucket()
    step = {"service": "s3", "operation": "PutObject", "function": function.name}
    with faults.injected("sandbox-killed", when=when, times=1, **step) as fault:
        payload, request_id = function.error(puts(bucket))
        assert payload == {
            "errorType": "Runtime.ExitError",
            "errorMessage": f"RequestId: {request_id} Error: Runtime exited with error: "
            "signal: killed",
        }
        assert account.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == stored
        assert "ETag" in function.result(puts(bucket))
        assert fault.hits == 1


def test_it_is_killed_some_time_after_a_call(account, faults, function):
    waits = {"QueueUrl": account.queue().url, "WaitTimeSeconds": 20}
    event = {"service": "sqs", "operation": "receive_message", "arguments": waits}
    with faults.injected("sandbox-killed", ms=50, service="sqs", function=function.name):
        payload, _ = function.error(event)
    assert payload["errorType"] == "Runtime.ExitError"


def test_calls_of_others_kill_nobody(account, faults, function):
    with faults.injected("sandbox-killed", service="sqs") as fault:
        account.sqs.list_queues()
        assert fault.covered == 0
    assert "Code" not in function.result(LISTS)
