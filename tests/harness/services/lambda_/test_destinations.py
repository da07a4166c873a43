from __future__ import annotations

import asyncio

import orjson
import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.lambda_.destinations import (
    Ending,
    dead_letter_attributes,
    record,
    send_to_queue,
)
from harness.services.lambda_.outcome import raised, succeeded
from tests.harness.services.lambda_.examples import ARN, REGION, function

FAILED = raised(b'{"errorMessage":"bad","errorType":"ValueError"}', "ValueError")
NOW = 1573754765.568
QUEUE = f"arn:aws:sqs:{REGION}:123456789012:letters"


def test_the_record_of_a_failure():
    ending = Ending("id", b'{"a": 1.0}', "RetriesExhausted", 3, FAILED)
    assert orjson.loads(record(function(), ending, NOW)) == {
        "version": "1.0",
        "timestamp": "2019-11-14T18:06:05.568Z",
        "requestContext": {
            "requestId": "id",
            "functionArn": f"{ARN}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"a": 1.0},
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": {"errorMessage": "bad", "errorType": "ValueError"},
    }


def test_the_record_of_a_success_names_no_error():
    ending = Ending("id", b"{}", "Success", 1, succeeded(b"[1]"))
    made = orjson.loads(record(function(), ending, NOW))
    assert made["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert made["responsePayload"] == [1]


def test_an_event_that_never_ran_has_no_response():
    made = orjson.loads(record(function(), Ending("id", b"", "EventAgeExceeded", 0, None), NOW))
    assert made["requestPayload"] is None
    assert made.keys() == {"version", "timestamp", "requestContext", "requestPayload"}


def test_payloads_are_passed_on_byte_for_byte():
    """Numbers a JSON reader would round, and member order, survive."""
    payload = b'{"z":12345678901234567890,"a":1.10}'
    assert payload in record(function(), Ending("id", payload, "Success", 1, succeeded(b"1")), NOW)


@pytest.mark.parametrize(
    ("outcome", "code", "message"),
    [
        (FAILED, "200", "bad"),
        (raised(b'{"errorMessage":"%s"}' % (b"x" * 2000), "E"), "200", "x" * 1024),
        (raised(b"no JSON", "E"), "200", "RetriesExhausted"),
        (raised(b"[]", "E"), "200", "RetriesExhausted"),
        (None, "429", "Rate Exceeded."),
    ],
)
def test_the_attributes_of_a_dead_letter(outcome, code, message):
    attributes = dead_letter_attributes(Ending("id", b"{}", "RetriesExhausted", 3, outcome))
    assert attributes == {
        "RequestID": {"DataType": "String", "StringValue": "id"},
        "ErrorCode": {"DataType": "Number", "StringValue": code},
        "ErrorMessage": {"DataType": "String", "StringValue": message},
    }


@pytest.mark.parametrize("attributes", [None, {"RequestID": {"DataType": "String"}}])
def test_a_message_goes_to_the_queue_of_the_arn(attributes):
    calls: list[Call] = []

    async def door(call: Call) -> Reply:
        calls.append(call)
        return Reply(200, [], b"{}")

    async def work() -> dict[str, object]:
        await send_to_queue(door, QUEUE, "text", attributes)
        return orjson.loads(await calls[0].body.read())

    message = asyncio.run(work())
    assert (calls[0].service, calls[0].operation) == ("sqs", "SendMessage")
    expected = {"MessageAttributes": attributes} if attributes else {}
    url = f"http://sqs.{REGION}.amazonaws.com/123456789012/letters"
    assert message == {"QueueUrl": url, "MessageBody": "text", **expected}


@pytest.mark.parametrize("target", [f"arn:aws:sns:{REGION}:123456789012:t", "arn:aws:sqs", ""])
def test_another_kind_of_target_is_refused(target):
    async def door(call: Call) -> Reply:
        pytest.fail("nothing may be sent")

    with pytest.raises(AwsError, match="only SQS targets are emulated"):
        asyncio.run(send_to_queue(door, target, "text"))


def test_a_queue_that_refuses_is_an_error():
    async def door(call: Call) -> Reply:
        return Reply(400, [], b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "?"}')

    with pytest.raises(AwsError) as caught:
        asyncio.run(send_to_queue(door, QUEUE, "text"))
    assert caught.value.code == "QueueDoesNotExist"
