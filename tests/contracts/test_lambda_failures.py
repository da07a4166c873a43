"""What a caller gets when a function fails (aws-behaviour §1.12); always with status 200."""

from __future__ import annotations

import pytest

from tests.contracts.account import Account


def test_1_12_an_exception(account: Account):
    error, request_id = account.function("subject.fail").error()
    assert {name: error[name] for name in ("errorMessage", "errorType", "requestId")} == {
        "errorMessage": "the handler failed",
        "errorType": "ValueError",
        "requestId": request_id,
    }
    assert "subject.py" in error["stackTrace"][-1]
    assert "in fail" in error["stackTrace"][-1]


def test_1_12_a_time_out(account: Account):
    error, request_id = account.function("subject.hang", Timeout=1).error()
    assert error == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request_id} Error: Task timed out after 1.00 seconds",
    }


@pytest.mark.parametrize(
    ("handler", "event", "reason"),
    [
        ("subject.leave", {"code": 0}, "Runtime exited without providing a reason"),
        ("subject.leave", {"code": 127}, "Runtime exited with error: exit status 127"),
        ("subject.die", {}, "Runtime exited with error: signal: killed"),
        ("exit_at_import.handler", {}, "Runtime exited with error: exit status 3"),
    ],
)
def test_1_12_an_exit(account: Account, handler: str, event: object, reason: str):
    error, request_id = account.function(handler).error(event)
    assert error == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {request_id} Error: {reason}",
    }


@pytest.mark.parametrize(
    ("handler", "kind", "message"),
    [
        (
            "broken_import.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'broken_import': No module named 'not_packed'",
        ),
        (
            "missing.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'missing': No module named 'missing'",
        ),
        (
            "subject.missing",
            "Runtime.HandlerNotFound",
            "Handler 'missing' missing on module 'subject'",
        ),
    ],
)
def test_1_12_a_failed_init(account: Account, handler: str, kind: str, message: str):
    error, _ = account.function(handler).error()
    assert (error["errorType"], error["errorMessage"]) == (kind, message)
    assert error["requestId"] == ""


def test_1_9_a_result_beyond_the_limit(account: Account):
    function = account.function("subject.large", MemorySize=512)
    limit = 6 * 1024 * 1024 + 100
    assert len(function.result({"size": limit - 2})) == limit - 2
    assert function.error({"size": limit - 1})[0] == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": (
            "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        ),
    }


def test_1_12_a_function_that_failed_serves_on(account: Account):
    function = account.function("subject.leave")
    assert "exit status 1" in function.error({"code": 1})[0]["errorMessage"]
    assert "exit status 2" in function.error({"code": 2})[0]["errorMessage"]
