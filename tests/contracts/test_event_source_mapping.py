"""Queues before functions: batches, failures, visibility, redrive (aws-behaviour §6, §12)."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pytest

from tests.contracts.account import Account, eventually
from tests.contracts.buffered import HASTY_S, buffered, emptied, hasty, queue

PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
TRACE = "Root=1-5e3d83c1-e6a0db584850d61342823d4c"


def test_6_1_the_event_of_a_message(account: Account):
    reports, source = account.queue(), queue(account)
    function = account.function("subject.report_event", {"REPORTS": reports.url}, Timeout=HASTY_S)
    account.lambda_.create_event_source_mapping(
        EventSourceArn=source.arn, FunctionName=function.arn
    )
    sent = account.sqs.send_message(
        QueueUrl=source.url,
        MessageBody="員工",
        MessageAttributes={
            "text": {"DataType": "String", "StringValue": "x"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        },
        MessageSystemAttributes={
            "AWSTraceHeader": {"DataType": "String", "StringValue": TRACE},
        },
    )
    ((name, (record,)),) = reports.receive().items()
    attributes, handle = record.pop("attributes"), record.pop("receiptHandle")
    assert (name, len(handle) > 100) == ("Records", True)
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    assert record == {
        "messageId": sent["MessageId"],
        "body": "員工",
        "messageAttributes": {
            "text": {"stringValue": "x", **lists, "dataType": "String"},
            "bytes": {"binaryValue": "AP8=", **lists, "dataType": "Binary"},
        },
        "md5OfBody": sent["MD5OfMessageBody"],
        "md5OfMessageAttributes": sent["MD5OfMessageAttributes"],
        "eventSource": "aws:sqs",
        "eventSourceARN": source.arn,
        "awsRegion": account.region,
    }
    times = (attributes.pop("SentTimestamp"), attributes.pop("ApproximateFirstReceiveTimestamp"))
    assert [len(time) for time in times] == [13, 13]
    assert attributes.pop("SenderId")
    assert attributes == {"ApproximateReceiveCount": "1", "AWSTraceHeader": TRACE}
    emptied(source)


def test_5_7_and_5_8_what_s3_sends_is_text_in_the_record(account: Account):
    """A handler decodes twice, and finds no `Records` in the test event of a new rule."""
    source = buffered(account)
    key = {"s3": {"object": {"key": "uploads/%E5%93%A1+%281%29.pdf"}}}
    sent = [
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}),
        json.dumps({"Records": [key]}),
    ]
    source.send(*sent)
    assert source.batch() == sent


@pytest.mark.parametrize("count", [1, 2, 10])
def test_12_3_messages_sent_together_come_as_one_batch(account: Account, count: int):
    source = buffered(account)
    bodies = [f"{number}" for number in range(count)]
    source.send(*bodies)
    assert source.batch() == bodies
    source.emptied()


def test_6_2_batches_are_no_larger_than_asked_for(account: Account):
    source = buffered(account, BatchSize=2)
    source.send("a", "b", "c", "d", "e")
    batches = [source.batch() for _ in range(3)]
    assert sorted(len(batch) for batch in batches) == [1, 2, 2]
    assert sorted(chain.from_iterable(batches)) == ["a", "b", "c", "d", "e"]


def test_6_2_a_window_gathers_more_than_one_receive_gives(account: Account):
    source = buffered(account, BatchSize=25, MaximumBatchingWindowInSeconds=300, Enabled=False)
    source.send(*"abcdefghij")
    source.send("k", "l")
    source.update(Enabled=True)
    assert source.batch() == list("abcdefghijkl")  # half a second later, at --time-scale 600


def test_6_2_a_full_batch_does_not_wait_for_its_window(account: Account):
    source = buffered(account, BatchSize=2, MaximumBatchingWindowInSeconds=300)
    source.send("a", "b", "c")
    assert source.batch() == ["a", "b"]
    assert source.batch() == ["c"]


def test_6_2_filtered_out_messages_are_deleted(account: Account):
    pattern = json.dumps({"body": {"kind": ["wanted"], "size": [{"numeric": [">", 1]}]}})
    source = buffered(account, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    wanted = json.dumps({"kind": "wanted", "size": 2})
    source.send("plain text", json.dumps({"kind": "wanted", "size": 1}), wanted)
    assert source.batch() == [wanted]
    source.emptied()


def test_6_4_1_after_an_exception_the_whole_batch_comes_again(account: Account):
    source = buffered(account, "fail_at_first", source=hasty(account))
    source.send("a", "b")
    assert [sorted(source.batch()), sorted(source.batch())] == [["a", "b"], ["a", "b"]]
    source.emptied()


def test_6_4_1_a_killed_sandbox_loses_nothing(account: Account):
    source = buffered(account, "die_at_first", source=hasty(account))
    source.send("a")
    assert [source.batch(), source.batch()] == [["a"], ["a"]]
    source.emptied()


def test_6_4_2_only_the_reported_messages_come_again(account: Account):
    source = buffered(account, "partly", source=hasty(account), **PARTIAL)
    source.send("a", "bad", "c")
    assert source.batch() == ["a", "bad", "c"]
    assert source.batch() == ["bad"]


@pytest.mark.parametrize("answer", ["null", "{}", '{"batchItemFailures": []}', '""'])
def test_6_4_2_nothing_reported_is_success(account: Account, answer: str):
    source = buffered(account, "answer", variables={"ANSWER": answer}, **PARTIAL)
    source.send("a")
    assert source.batch() == ["a"]
    source.emptied()


@pytest.mark.parametrize(
    "item", ['{"foo": "ID"}', '{"itemIdentifier": ""}', '{"itemIdentifier": "x"}']
)
def test_6_4_2_what_cannot_be_understood_is_failure(account: Account, item: str):
    answer = f'{{"batchItemFailures": [{item}]}}'
    letters = queue(account)
    source = hasty(account, RedrivePolicy=redrive(letters.arn, 1))
    buffer = buffered(account, "answer", source=source, variables={"ANSWER": answer}, **PARTIAL)
    buffer.send("a")
    assert letters.message()["Body"] == "a"


def test_12_30_failures_are_ignored_unless_the_mapping_asks_for_them(account: Account):
    source = buffered(account, "partly")
    source.send("bad")
    assert source.batch() == ["bad"]
    source.emptied()


def redrive(target: str, count: int) -> str:
    return json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": count})


def test_6_3_3_and_3_6_5_the_source_queue_s_redrive_policy_decides(account: Account):
    letters, unused = queue(account), account.queue()
    source = hasty(account, RedrivePolicy=redrive(letters.arn, 2))
    dead_letters = {"DeadLetterConfig": {"TargetArn": unused.arn}}
    buffer = buffered(
        account, "answer", source=source, variables={"ANSWER": "not JSON"}, function=dead_letters
    )
    (identifier,) = buffer.send("a")
    assert letters.message()["MessageId"] == identifier
    assert [buffer.batch(), buffer.batch()] == [["a"], ["a"]]
    assert unused.is_empty()
    assert buffer.reports.is_empty()


def test_12_29_throttles_send_good_messages_to_the_dead_letter_queue(account: Account):
    letters = queue(account)
    source = hasty(account, RedrivePolicy=redrive(letters.arn, 1))
    buffer = buffered(account, source=source, Enabled=False)
    account.lambda_.put_function_concurrency(
        FunctionName=buffer.function.name, ReservedConcurrentExecutions=0
    )
    buffer.update(Enabled=True)
    buffer.send("good")
    assert letters.message()["Body"] == "good"
    assert buffer.reports.is_empty()


def test_6_4_4_a_throttled_batch_is_tried_again_within_its_visibility(account: Account):
    buffer = buffered(account, Enabled=False)
    throttle = {"FunctionName": buffer.function.name, "ReservedConcurrentExecutions": 0}
    account.lambda_.put_function_concurrency(**throttle)
    buffer.update(Enabled=True)
    buffer.send("a")

    def taken() -> bool | None:
        counts = account.sqs.get_queue_attributes(QueueUrl=buffer.queue.url, AttributeNames=["All"])
        name = "ApproximateNumberOfMessagesNotVisible"
        return True if counts["Attributes"][name] == "1" else None

    eventually(taken)
    account.lambda_.delete_function_concurrency(FunctionName=buffer.function.name)
    assert buffer.batch() == ["a"]
    buffer.emptied()


def test_6_5_a_fifo_group_has_one_batch_at_a_time_and_in_order(account: Account):
    signals = account.queue()
    source = queue(account, fifo=True)
    variables = {"SIGNALS": signals.url}
    buffer = buffered(
        account, "wait", source=source, variables=variables, function={"Timeout": 20}, BatchSize=1
    )
    for number, group in enumerate("AAB"):
        send(account, source.url, f"{group}{number}", group)
    assert sorted([buffer.batch()[0], buffer.batch()[0]]) == ["A0", "B2"]
    assert buffer.reports.is_empty()
    for _ in range(2):
        signals.send()
    assert buffer.batch() == ["A1"]
    signals.send()


def test_6_5_a_failed_fifo_batch_comes_again_in_order(account: Account):
    source = hasty(account, fifo=True)
    buffer = buffered(account, "fail_at_first", source=source, Enabled=False)
    for number in range(3):
        send(account, source.url, f"{number}", "one")
    buffer.update(Enabled=True)
    assert buffer.batch() == ["0", "1", "2"]
    assert buffer.batch() == ["0", "1", "2"]
    buffer.emptied()


def send(account: Account, url: str, body: str, group: str) -> None:
    account.sqs.send_message(
        QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body
    )


def test_6_2_messages_that_a_topic_sends_are_noticed(account: Account):
    source = buffered(account)
    topic = account.sns.create_topic(Name=source.function.name)["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    account.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=source.queue.arn, Attributes=raw)
    account.sns.publish(TopicArn=topic, Message="published")
    assert source.batch() == ["published"]


def test_6_2_delayed_messages_are_noticed(account: Account):
    source = buffered(account)
    source.send("late", DelaySeconds=1)
    assert source.batch() == ["late"]


def test_6_1_a_disabled_mapping_leaves_messages_alone(account: Account):
    source = buffered(account)
    assert source.update(Enabled=False)["State"] == "Disabling"
    source.reached("Disabled")
    source.send("a")
    assert source.queue.message()["Body"] == "a"
    source.send("b")
    assert source.update(Enabled=True)["State"] == "Enabling"
    assert source.batch() == ["b"]


def test_6_1_a_deleted_mapping_ends_its_running_batch_first(account: Account):
    signals = account.queue()
    signalled = {"variables": {"SIGNALS": signals.url}, "function": {"Timeout": 20}}
    source = buffered(account, "wait", BatchSize=1, **signalled)
    source.send("a")
    assert source.batch() == ["a"]
    answer = account.lambda_.delete_event_source_mapping(UUID=source.uuid)
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["State"]) == (202, "Deleting")
    assert source.mapping()["State"] == "Deleting"
    with pytest.raises(account.lambda_.exceptions.ResourceInUseException):
        source.update(BatchSize=2)
    signals.send()
    gone = account.lambda_.exceptions.ResourceNotFoundException

    def deleted() -> bool | None:
        try:
            source.mapping()
        except gone:
            return True
        return None

    eventually(deleted)
    source.emptied()


def test_12_28_lowering_the_visibility_later_processes_twice(account: Account):
    signals = account.queue()
    source = buffered(
        account,
        "wait",
        variables={"SIGNALS": signals.url},
        function={"Timeout": 20},
    )
    account.sqs.set_queue_attributes(
        QueueUrl=source.queue.url, Attributes={"VisibilityTimeout": "1"}
    )
    source.send("a")
    assert [source.batch(), source.batch()] == [["a"], ["a"]]
    for _ in range(4):
        signals.send()
