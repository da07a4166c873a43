"""What is decided without asking anybody: records, failures, batches, scaling, visibility."""

from __future__ import annotations

import json

import pytest

from harness.services.event_source_mapping.findings import findings
from harness.services.event_source_mapping.gathering import BATCH_BYTES, Gathering, Received, event
from harness.services.event_source_mapping.record import record, wanted
from harness.services.event_source_mapping.results import failed
from harness.services.event_source_mapping.scaling import Scaling
from harness.services.event_source_mapping.visibility import effective_s, too_short

ARN = "arn:aws:sqs:ap-northeast-1:123456789012:q"
MESSAGE = {"MessageId": "m", "ReceiptHandle": "r", "Body": "text", "MD5OfBody": "5"}


def test_a_record_has_fifo_attributes_where_the_message_has_them():
    attributes = {
        "SenderId": "s",
        "MessageGroupId": "g",
        "SequenceNumber": "1",
        "MessageDeduplicationId": "d",
    }
    made = record({**MESSAGE, "Attributes": attributes}, ARN)
    assert made["attributes"] == attributes
    assert made["messageAttributes"] == {}
    assert "md5OfMessageAttributes" not in made
    assert (made["eventSourceARN"], made["awsRegion"]) == (ARN, "ap-northeast-1")


@pytest.mark.parametrize(
    ("body", "pattern", "passes"),
    [
        ("text", {"body": ["text"]}, True),
        ("text", {"body": {"a": [1]}}, False),
        ('{"a": 1}', {"body": {"a": [1]}}, True),
        ('{"a": 1}', {"body": ['{"a": 1}']}, True),
        ("text", {"messageId": ["m"]}, True),
        ('{"a": 2}', {"$or": [{"body": {"a": [1]}}, {"body": {"a": [2]}}]}, True),
    ],
)
def test_a_filter_sees_json_bodies_or_plain_ones(body, pattern, passes):
    assert wanted(record({**MESSAGE, "Body": body}, ARN), [pattern]) is passes


def test_one_filter_is_enough_and_none_wants_everything():
    made = record(MESSAGE, ARN)
    assert wanted(made, [{"body": ["no"]}, {"body": ["text"]}])
    assert wanted(made, [])


@pytest.mark.parametrize(
    "response",
    [
        "",
        "null",
        "{}",
        '""',
        '{"batchItemFailures": []}',
        '{"batchItemFailures": null}',
        '{"a": 1}',
    ],
)
def test_nothing_reported_is_success(response):
    assert failed(response.encode(), ["a", "b"]) == set()


@pytest.mark.parametrize(
    "response",
    [
        "{",
        "[]",
        '"done"',
        "1",
        '{"batchItemFailures": 1}',
        '{"batchItemFailures": ["a"]}',
        '{"batchItemFailures": [{"itemIdentifier": null}]}',
        '{"batchItemFailures": [{"itemIdentifier": ""}]}',
        '{"batchItemFailures": [{"foo": "a"}]}',
        '{"batchItemFailures": [{"itemIdentifier": "x"}]}',
        '{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "x"}]}',
        '{"batchItemFailures": [{"itemIdentifier": ["a"]}]}',
    ],
)
def test_what_cannot_be_understood_fails_everything(response):
    assert failed(response.encode(), ["a", "b"]) == {"a", "b"}


def test_the_named_messages_failed():
    named = json.dumps({"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "b"}]})
    assert failed(named.encode(), ["a", "b"]) == {"b"}


def received(number: int, size: int = 2) -> Received:
    return Received(str(number), "r", b"x" * size, 0.0)


def ids(batch) -> list[str]:
    return [message.message_id for message in batch]


def test_full_batches_come_first_and_the_rest_when_it_may_be_partial():
    gathering = Gathering()
    gathering.add(received(number) for number in range(5))
    assert ids(gathering.take(2, partial=False)) == ["0", "1"]
    assert ids(gathering.take(2, partial=False)) == ["2", "3"]
    assert gathering.take(2, partial=False) == ()
    assert ids(gathering.take(2, partial=True)) == ["4"]
    assert (gathering.take(2, partial=True), len(gathering)) == ((), 0)


def test_a_batch_ends_at_six_megabytes():
    gathering = Gathering()
    third = BATCH_BYTES // 3
    gathering.add([received(number, third - 1) for number in range(4)])
    batch = gathering.take(10, partial=False)
    assert ids(batch) == ["0", "1", "2"]
    assert len(event(batch)) <= 6 * 1024 * 1024
    assert gathering.take(10, partial=False) == ()
    assert ids(gathering.clear()) == ["3"]
    assert (len(gathering), gathering.take(1, partial=True)) == (0, ())


def test_a_message_alone_is_a_batch_whatever_its_size():
    gathering = Gathering()
    gathering.add([received(0, BATCH_BYTES + 1), received(1)])
    assert ids(gathering.take(10, partial=False)) == ["0"]


def test_an_event_is_json():
    assert event((Received("m", "r", b'{"a":1}', 0.0),) * 2) == b'{"Records":[{"a":1},{"a":1}]}'


def test_five_batches_at_first_then_five_more_a_second_up_to_1250():
    scaling = Scaling()
    assert scaling.allowed(100.0) == 5
    scaling.busy(100.0)
    assert [scaling.allowed(100.0 + s) for s in (0, 1, 60, 249, 1000)] == [5, 10, 305, 1250, 1250]
    assert scaling.allowed(200.0, maximum=2) == 2


def test_failures_halve_it_and_an_empty_queue_starts_it_over():
    scaling = Scaling()
    scaling.busy(0.0)
    scaling.failed(7.0)
    assert [scaling.allowed(7.0), scaling.allowed(8.0)] == [20, 25]
    for _ in range(10):
        scaling.failed(8.0)
    assert scaling.allowed(8.0) == 2
    scaling.idle()
    assert scaling.allowed(9.0) == 5


@pytest.mark.parametrize(
    ("queue", "timeout", "window", "effective"),
    [(30, 3, 0, 30), (30, 60, 0, 30), (30, 20, 10, 30), (30, 21, 10, 61), (30, 900, 300, 1230)],
)
def test_a_window_needs_its_own_time(queue, timeout, window, effective):
    assert effective_s(queue, timeout, window) == effective


def test_equal_time_outs_are_allowed():
    assert too_short(30, 30) is None
    assert "30 seconds is less than Function timeout: 31 seconds" in str(too_short(30, 31))


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"VisibilityTimeout": "60"}, []),
        ({"VisibilityTimeout": "60", "RedrivePolicy": '{"maxReceiveCount": 5}'}, []),
        ({"VisibilityTimeout": "9"}, ["after 9 s, while f may take 10 s"]),
        ({"VisibilityTimeout": "60", "RedrivePolicy": '{"maxReceiveCount": "1"}'}, ["Count 1:"]),
    ],
)
def test_settings_that_hurt_are_found(attributes, said):
    found = list(findings("q", attributes, "f", 10))
    assert len(found) == len(said)
    assert all(words in sentence for words, sentence in zip(said, found, strict=True))
