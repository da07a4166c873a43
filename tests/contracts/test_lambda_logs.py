"""What an operator sees of invocations: log events and metrics (aws-behaviour §1.10, §9.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contracts.account import Account, Function, eventually

REPORT = re.compile(
    r"REPORT RequestId: (?P<id>\S+)\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\t"
    r"Memory Size: 256 MB\tMax Memory Used: \d+ MB\t(?P<more>.*)"
)


def logged(account: Account, group: str, reports: int = 1) -> list[dict[str, Any]]:
    """Return the group's events once that many invocations have reported their end."""

    def complete() -> list[dict[str, Any]] | None:
        try:
            events: list[dict[str, Any]] = account.logs.filter_log_events(logGroupName=group)[
                "events"
            ]
        except account.logs.exceptions.ResourceNotFoundException:
            return None
        ends = [event for event in events if event["message"].startswith("REPORT ")]
        return events if len(ends) == reports else None

    return eventually(complete)


def test_1_10_an_invocation_in_its_log_stream(account: Account):
    function = account.function("subject.talk", MemorySize=256)
    _, request_id = function.error()
    events = logged(account, f"/aws/lambda/{function.name}")
    messages = [event["message"] for event in events]
    assert re.fullmatch(
        r"INIT_START Runtime Version: python:3\.12\.v\d+\t"
        rf"Runtime Version ARN: arn:aws:lambda:{account.region}::runtime:[0-9a-f]{{64}}",
        messages[0],
    )
    assert messages[1] == f"START RequestId: {request_id} Version: $LATEST"
    assert messages[-2] == f"END RequestId: {request_id}"
    report = REPORT.fullmatch(messages[-1])
    assert report is not None
    assert report["id"] == request_id
    assert re.fullmatch(r"Init Duration: \d+\.\d\d ms\t", report["more"])
    assert {"printed", "to stderr"} <= set(messages)
    (warning,) = [message for message in messages if "logged 員工" in message]
    assert re.fullmatch(rf"\[WARNING\]\t\S+Z\t{request_id}\tlogged 員工", warning)
    assert not [message for message in messages if "below the level" in message]
    (stream,) = {event["logStreamName"] for event in events}
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)


def test_1_5_8_a_traceback_is_one_event(account: Account):
    function = account.function("subject.talk")
    function.error()
    events = logged(account, f"/aws/lambda/{function.name}")
    (error,) = [event["message"] for event in events if event["message"].startswith("[ERROR]")]
    assert error.startswith("[ERROR] ValueError: the handler failed\nTraceback (most recent call")
    assert "in talk" in error


def test_1_10_only_the_first_invocation_of_a_sandbox_reports_an_init(account: Account):
    function = account.function("subject.echo")
    function.result()
    function.result()
    events = logged(account, f"/aws/lambda/{function.name}", reports=2)
    reports = [event["message"] for event in events if event["message"].startswith("REPORT")]
    assert ["Init Duration" in report for report in reports] == [True, False]


@pytest.mark.parametrize(
    ("handler", "end"),
    [
        ("subject.hang", "Status: timeout\t"),
        ("subject.die", "Status: error\tError Type: Runtime.ExitError\t"),
    ],
)
def test_1_10_4_how_it_failed_is_in_the_report(account: Account, handler: str, end: str):
    function = account.function(handler, Timeout=1)
    function.error()
    *_, report = logged(account, f"/aws/lambda/{function.name}")
    assert report["message"].endswith(end)


def test_1_7_2_a_failed_init_is_logged_with_its_reason(account: Account):
    function = account.function("broken_import.handler")
    function.error()
    messages = [event["message"] for event in logged(account, f"/aws/lambda/{function.name}")]
    assert any(message.startswith("[ERROR] Runtime.ImportModuleError") for message in messages)
    assert any(
        re.fullmatch(
            r"INIT_REPORT Init Duration: \d+\.\d\d ms\tPhase: init\tStatus: error\t"
            r"Error Type: Runtime\.ImportModuleError",
            message,
        )
        for message in messages
    )


def test_1_10_5_the_log_group_is_configurable(account: Account):
    group = f"/mine/{account.queue().arn.rpartition(':')[2]}"
    function = account.function("subject.echo", LoggingConfig={"LogGroup": group})
    function.result()
    assert logged(account, group)[1]["message"].startswith("START ")


def metric(account: Account, function: Function, name: str, statistic: str) -> float | None:
    now = datetime.now(UTC)
    found = account.cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "FunctionName", "Value": function.name}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=7200,
        Statistics=[statistic],
    )["Datapoints"]
    return sum(point[statistic] for point in found) if found else None


def reaching(value: float, probe: Callable[[], float | None]) -> float:
    """Return what `probe` finds once it is at least `value`."""

    def reached() -> float | None:
        found = probe()
        return found if found is not None and found >= value else None

    return eventually(reached)


def test_9_1_invocations_errors_and_durations_are_counted(account: Account):
    function = account.function("subject.count", Timeout=1)
    function.result({})
    function.error({"hang": True})
    assert reaching(2, lambda: metric(account, function, "Invocations", "Sum")) == 2
    assert metric(account, function, "Errors", "Sum") == 1
    assert metric(account, function, "Throttles", "Sum") == 0
    assert metric(account, function, "ConcurrentExecutions", "Maximum") == 1
    longest = metric(account, function, "Duration", "Maximum")
    assert longest is not None
    assert longest >= 1000


def test_9_1_a_throttle_is_counted_and_is_no_invocation(account: Account):
    function = account.function("subject.echo")
    account.lambda_.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=0
    )
    with pytest.raises(account.lambda_.exceptions.TooManyRequestsException):
        function.invoke()
    assert reaching(1, lambda: metric(account, function, "Throttles", "Sum")) == 1
    assert metric(account, function, "Invocations", "Sum") is None
