"""aws-behaviour of failures: the exact payloads a caller gets."""

from __future__ import annotations

import orjson
import pytest

from harness.services.lambda_.outcome import (
    Outcome,
    exited,
    known_error_type,
    raised,
    succeeded,
    timed_out,
    too_large,
)


def error(outcome: Outcome) -> tuple[str, str]:
    body = orjson.loads(outcome.payload)
    assert list(body) == ["errorType", "errorMessage"]
    assert outcome.error_type == body["errorType"]
    return body["errorType"], body["errorMessage"]


def test_a_success_is_what_the_handler_returned():
    assert succeeded(b"null") == Outcome("success", b"null")
    assert not succeeded(b"null").failed


def test_what_the_runtime_reports_is_passed_on_and_leaves_the_sandbox_alive():
    outcome = raised(b'{"errorMessage": "x"}', "ValueError")
    assert (outcome.payload, outcome.error_type) == (b'{"errorMessage": "x"}', "ValueError")
    assert outcome.failed
    assert not outcome.kills


@pytest.mark.parametrize(("timeout_s", "printed"), [(1, "1.00"), (300, "300.00")])
def test_a_time_out_names_the_configured_seconds(timeout_s, printed):
    outcome = timed_out("id-1", timeout_s)
    message = f"RequestId: id-1 Error: Task timed out after {printed} seconds"
    assert error(outcome) == ("Sandbox.Timedout", message)
    assert (outcome.status, outcome.kills) == ("timeout", True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, "Runtime exited without providing a reason"),
        (127, "Runtime exited with error: exit status 127"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
        (-10, "Runtime exited with error: signal: 10"),
    ],
)
def test_an_exit_is_told_by_its_code(code, reason):
    outcome = exited("id-1", code)
    assert error(outcome) == ("Runtime.ExitError", f"RequestId: id-1 Error: {reason}")
    assert (outcome.status, outcome.kills) == ("error", True)


def test_a_response_beyond_the_limit():
    assert error(too_large()) == (
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    )


@pytest.mark.parametrize(
    ("given", "recorded"),
    [
        ("Runtime.ExitError", "Runtime.ExitError"),
        ("Function.ResponseSizeTooLarge", "Function.ResponseSizeTooLarge"),
        ("Function.not_one", "Function.Unknown"),
        ("ValueError", "Runtime.Unknown"),
        ("Runtime.lower", "Runtime.Unknown"),
        ("Sandbox.Timedout", "Runtime.Unknown"),
    ],
)
def test_records_of_the_platform_know_two_families_of_errors(given, recorded):
    """aws-behaviour §1.4."""
    assert known_error_type(given) == recorded


@pytest.mark.parametrize(
    ("outcome", "name"),
    [
        (raised(b'{"errorType":"ValueError"}', "Runtime.Unknown"), "ValueError"),
        (raised(b'{"errorType":7}', "Runtime.Unknown"), "Runtime.Unknown"),
        (raised(b"[]", "Runtime.Unknown"), "Runtime.Unknown"),
        (raised(b"no JSON", "Runtime.Unknown"), "Runtime.Unknown"),
        (succeeded(b'{"errorType":"ValueError"}'), ""),
        (timed_out("id", 3), "Sandbox.Timedout"),
    ],
)
def test_what_an_error_calls_itself(outcome, name):
    assert outcome.error_name == name
