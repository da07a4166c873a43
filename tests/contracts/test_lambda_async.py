"""Asynchronous invocations to their end (aws-behaviour §3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contracts.account import Account, Function, Queue
from tests.contracts.metrics import total


def failing(account: Account, reports: Queue, **settings: Any) -> Function:
    return account.function("subject.report_and_fail", {"REPORTS": reports.url}, **settings)


def configured(account: Account, function: Function, **settings: Any) -> None:
    account.lambda_.put_function_event_invoke_config(FunctionName=function.name, **settings)


def test_3_2_a_failing_event_is_tried_three_times_with_the_same_id(account: Account):
    reports, failures = account.queue(), account.queue()
    function = failing(account, reports)
    destination = {"OnFailure": {"Destination": failures.arn}}
    configured(account, function, DestinationConfig=destination)

    answer = function.invoke({"n": 1}, InvocationType="Event")

    record = failures.receive()
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert [reports.receive() for _ in range(3)] == [request_id] * 3
    assert reports.is_empty()
    assert record["version"] == "1.0"
    assert record["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"{function.arn}:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert record["requestPayload"] == {"n": 1}
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorMessage"] == "the handler failed"


def test_3_4_the_number_of_retries_is_configured(account: Account):
    reports, failures = account.queue(), account.queue()
    function = failing(account, reports)
    destination = {"OnFailure": {"Destination": failures.arn}}
    configured(account, function, MaximumRetryAttempts=0, DestinationConfig=destination)
    function.invoke(InvocationType="Event")
    assert failures.receive()["requestContext"]["approximateInvokeCount"] == 1


def test_3_5_a_destination_is_told_of_success(account: Account):
    successes = account.queue()
    function = account.function("subject.echo")
    destination = {"OnSuccess": {"Destination": successes.arn}}
    configured(account, function, DestinationConfig=destination)
    function.invoke(["an event"], InvocationType="Event")
    record = successes.receive()
    assert record["requestContext"]["condition"] == "Success"
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert record["requestPayload"] == record["responsePayload"] == ["an event"]


@pytest.mark.parametrize("how", ["created with", "given later"])
def test_3_6_a_dead_letter_is_the_event_with_three_attributes(account: Account, how: str):
    reports, letters = account.queue(), account.queue()
    target = {"DeadLetterConfig": {"TargetArn": letters.arn}}
    if how == "created with":
        function = failing(account, reports, **target)
    else:
        function = failing(account, reports)
        account.lambda_.update_function_configuration(FunctionName=function.name, **target)
    configured(account, function, MaximumRetryAttempts=0)
    described = account.lambda_.get_function_configuration(FunctionName=function.name)
    assert described["DeadLetterConfig"] == target["DeadLetterConfig"]

    answer = function.invoke({"text": "員工"}, InvocationType="Event")

    letter = letters.message()
    assert json.loads(letter["Body"]) == {"text": "員工"}
    attributes = letter["MessageAttributes"].items()
    assert {name: (value["DataType"], value["StringValue"]) for name, value in attributes} == {
        "RequestID": ("String", answer["ResponseMetadata"]["RequestId"]),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", "the handler failed"),
    }


def test_3_2_a_time_out_is_retried_as_well(account: Account):
    failures = account.queue()
    function = account.function("subject.hang", Timeout=1)
    destination = {"OnFailure": {"Destination": failures.arn}}
    configured(account, function, MaximumRetryAttempts=1, DestinationConfig=destination)
    function.invoke(InvocationType="Event")
    record = failures.receive()
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"]["errorType"] == "Sandbox.Timedout"


def test_3_3_a_throttle_is_no_attempt_and_the_event_waits(account: Account):
    reports, signals, successes = account.queue(), account.queue(), account.queue()
    variables = {"REPORTS": reports.url, "SIGNALS": signals.url}
    function = account.function("subject.report_and_wait", variables, Timeout=30)
    configured(
        account,
        function,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": {"Destination": successes.arn}},
    )
    account.lambda_.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=1
    )
    for number in range(3):
        function.invoke({"n": number}, InvocationType="Event")
    assert reports.receive() == "running"
    assert total(account, function, "Throttles", 1) >= 1
    for _ in range(3):
        signals.send()
    records = [successes.receive() for _ in range(3)]
    assert sorted(record["requestPayload"]["n"] for record in records) == [0, 1, 2]
    assert [record["requestContext"]["approximateInvokeCount"] for record in records] == [1] * 3


def test_1_9_events_of_up_to_1_mb_arrive_as_they_are(account: Account):
    successes = account.queue()
    function = account.function("subject.measure", Timeout=30)
    destination = {"OnSuccess": {"Destination": successes.arn}}
    configured(account, function, DestinationConfig=destination)
    text = "x" * (1024 * 1024 - 2)
    with pytest.raises(account.lambda_.exceptions.RequestTooLargeException):
        function.invoke(text + "x", InvocationType="Event")
    for number in range(12):
        function.invoke(text[: 1000 * 1000 + number], InvocationType="Event")
    lengths = sorted(successes.receive()["responsePayload"] for _ in range(12))
    assert lengths == [1000 * 1000 + number for number in range(12)]


def test_3_1_an_event_survives_the_end_of_its_sandbox(account: Account):
    failures = account.queue()
    function = account.function("subject.die")
    destination = {"OnFailure": {"Destination": failures.arn}}
    configured(account, function, DestinationConfig=destination)
    for number in range(5):
        function.invoke({"n": number}, InvocationType="Event")
    records = [failures.receive() for _ in range(5)]
    assert sorted(record["requestPayload"]["n"] for record in records) == list(range(5))
    assert [record["requestContext"]["approximateInvokeCount"] for record in records] == [3] * 5
    assert {record["responsePayload"]["errorType"] for record in records} == {"Runtime.ExitError"}
