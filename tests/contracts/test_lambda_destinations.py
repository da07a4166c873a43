"""Where asynchronous events end up (aws-behaviour §3.5, §3.6, §3.8)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.account import ACCOUNT, Account, Function, eventually, unique
from tests.contracts.metrics import points, total

Place = tuple[str, Callable[[], Any]]


def topic(account: Account, **attributes: str) -> str:
    arn: str = account.sns.create_topic(
        Name=unique("topic") + (".fifo" if attributes else ""), Attributes=attributes
    )["TopicArn"]
    return arn


def to_topic(account: Account) -> Place:
    """Return a topic and how to get what was published, through the queue subscribed to it."""
    arn, queue = topic(account), account.queue()
    account.sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue.arn)
    return arn, lambda: json.loads(queue.receive()["Message"])


def to_function(account: Account) -> Place:
    reports = account.queue()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    return function.arn, reports.receive


def to_queue(account: Account) -> Place:
    queue = account.queue()
    return queue.arn, queue.receive


def to_bus(account: Account) -> Place:
    """Return a bus and how to get the record out of what a rule on it let through."""
    name, queue = unique("bus"), account.queue()
    arn = account.events.create_event_bus(Name=name)["EventBusArn"]
    account.events.put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["lambda"]}')
    target = [{"Id": "queue", "Arn": queue.arn}]
    account.events.put_targets(Rule=name, EventBusName=name, Targets=target)

    def received() -> Any:
        event = queue.receive()
        outcome = (
            "Success" if event["detail"]["requestContext"]["condition"] == "Success" else "Failure"
        )
        assert event["detail-type"] == f"Lambda Function Invocation Result - {outcome}"
        assert event["source"] == "lambda"
        assert event["resources"] == [arn, event["detail"]["requestContext"]["functionArn"]]
        return event["detail"]

    return arn, received


def to_bucket(account: Account) -> Place:
    """Return a bucket and how to get the one object in it."""
    bucket = account.bucket()

    def received() -> Any:
        key = eventually(lambda: account.s3.list_objects_v2(Bucket=bucket).get("Contents"))[0][
            "Key"
        ]
        day, second = r"\d{4}/\d\d/\d\d", r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d"
        assert re.fullmatch(rf"aws/lambda/async/[\w-]+/{day}/{second}-[0-9a-f-]{{36}}", key)
        return json.load(account.s3.get_object(Bucket=bucket, Key=key)["Body"])

    return f"arn:aws:s3:::{bucket}", received


def ending_at(account: Account, handler: str, side: str, target: str, **settings: Any) -> Function:
    """Return a function without retries that tells `target` of its endings."""
    function = account.function(handler, **settings)
    account.lambda_.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=0,
        DestinationConfig={side: {"Destination": target}},
    )
    return function


@pytest.mark.parametrize("place", [to_queue, to_topic, to_function, to_bus])
def test_3_5_success_is_told_to(account: Account, place: Callable[[Account], Place]):
    target, received = place(account)
    function = ending_at(account, "subject.echo", "OnSuccess", target)
    answer = function.invoke({"text": "員工"}, InvocationType="Event")
    record = received()
    assert record["requestContext"] == {
        "requestId": answer["ResponseMetadata"]["RequestId"],
        "functionArn": f"{function.arn}:$LATEST",
        "condition": "Success",
        "approximateInvokeCount": 1,
    }
    assert record["requestPayload"] == record["responsePayload"] == {"text": "員工"}


@pytest.mark.parametrize("place", [to_queue, to_topic, to_function, to_bus, to_bucket])
def test_3_5_failure_is_told_to(account: Account, place: Callable[[Account], Place]):
    target, received = place(account)
    function = ending_at(account, "subject.fail", "OnFailure", target)
    function.invoke(InvocationType="Event")
    record = received()
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorType"] == "ValueError"


def test_3_5_an_event_too_old_for_its_retry_does_not_wait_for_it(account: Account):
    failures = account.queue()
    function = account.function("subject.fail")
    account.lambda_.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumEventAgeInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": failures.arn}},
    )
    function.invoke(InvocationType="Event")
    record = failures.receive()
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["responsePayload"]["errorMessage"] == "the handler failed"


def test_3_5_without_concurrency_there_is_no_attempt(account: Account):
    failures, letters = account.queue(), account.queue()
    dead_letters = {"TargetArn": letters.arn}
    function = ending_at(
        account, "subject.echo", "OnFailure", failures.arn, DeadLetterConfig=dead_letters
    )
    account.lambda_.put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=0
    )
    function.invoke(["event"], InvocationType="Event")
    record = failures.receive()
    assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert record.keys() == {"version", "timestamp", "requestContext", "requestPayload"}
    assert letters.receive() == ["event"]
    assert total(account, function, "AsyncEventsDropped", 1) == 1


def test_3_5_5_a_message_carries_the_trace(account: Account):
    queue = account.queue()
    function = ending_at(account, "subject.echo", "OnSuccess", queue.arn)
    function.invoke(InvocationType="Event")

    def received() -> dict[str, Any] | None:
        answer = account.sqs.receive_message(
            QueueUrl=queue.url, MessageSystemAttributeNames=["AWSTraceHeader"]
        )
        return next(iter(answer.get("Messages", [])), None)

    header = eventually(received)["Attributes"]["AWSTraceHeader"]
    assert re.match(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", header)


def fifo_queue(account: Account) -> str:
    name = unique("queue") + ".fifo"
    account.sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
    return f"arn:aws:sqs:{account.region}:{ACCOUNT}:{name}"


def missing_queue(account: Account) -> str:
    return f"arn:aws:sqs:{account.region}:{ACCOUNT}:missing"


def small_topic(account: Account) -> str:
    return topic(account)


@pytest.mark.parametrize("target", [fifo_queue, missing_queue, small_topic])
def test_3_5_what_a_destination_cannot_take_is_counted(
    account: Account, target: Callable[[Account], str]
):
    function = ending_at(account, "subject.echo", "OnSuccess", target(account))
    function.invoke("x" * 140_000, InvocationType="Event")  # twice in the record: over 256 KB
    assert total(account, function, "DestinationDeliveryFailures", 1) == 1


def test_3_6_a_dead_letter_in_a_topic(account: Account):
    queue = account.queue()
    letters = topic(account)
    account.sns.subscribe(TopicArn=letters, Protocol="sqs", Endpoint=queue.arn)
    function = account.function("subject.fail", DeadLetterConfig={"TargetArn": letters})
    account.lambda_.put_function_event_invoke_config(
        FunctionName=function.name, MaximumRetryAttempts=0
    )
    function.invoke({"a": 1}, InvocationType="Event")
    notice = queue.receive()
    assert json.loads(notice["Message"]) == {"a": 1}
    assert notice["MessageAttributes"]["ErrorCode"] == {"Type": "Number", "Value": "200"}
    assert notice["MessageAttributes"]["ErrorMessage"]["Value"] == "the handler failed"


def test_3_6_2_a_lost_dead_letter_is_counted(account: Account):
    function = account.function(
        "subject.fail", DeadLetterConfig={"TargetArn": missing_queue(account)}
    )
    account.lambda_.put_function_event_invoke_config(
        FunctionName=function.name, MaximumRetryAttempts=0
    )
    function.invoke(InvocationType="Event")
    assert total(account, function, "DeadLetterErrors", 1) == 1
    assert total(account, function, "AsyncEventsDropped", 1) == 1


@pytest.mark.parametrize("suffix", [".fifo", ":not:a:queue"])
def test_3_6_only_standard_queues_and_topics_take_dead_letters(account: Account, suffix: str):
    function = account.function("subject.echo")
    config = {"TargetArn": account.queue().arn + suffix}
    refused = account.lambda_.exceptions.InvalidParameterValueException
    with pytest.raises(refused, match="Invalid dead letter queue ARN"):
        account.function("subject.echo", DeadLetterConfig=config)
    with pytest.raises(refused, match="Invalid dead letter queue ARN"):
        account.lambda_.update_function_configuration(
            FunctionName=function.name, DeadLetterConfig=config
        )


def test_3_8_each_event_counts_once_and_its_age_at_each_attempt(account: Account):
    failures = account.queue()
    function = account.function("subject.fail")
    account.lambda_.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": failures.arn}},
    )
    function.invoke(InvocationType="Event")
    failures.receive()
    assert total(account, function, "AsyncEventsReceived", 1) == 1
    assert total(account, function, "AsyncEventsDropped", 1) == 1
    oldest = max(point["Maximum"] for point in points(account, function, "AsyncEventAge"))
    assert 60_000 <= oldest < 70_000


def test_differs_a_missing_dead_letter_queue_is_found_out_when_it_is_needed(account: Account):
    """On AWS the execution role must be allowed to send there before the function is created."""
    missing = account.queue().arn + "-missing"
    function = account.function("subject.echo", DeadLetterConfig={"TargetArn": missing})
    described = account.lambda_.get_function_configuration(FunctionName=function.name)
    assert described["DeadLetterConfig"] == {"TargetArn": missing}
