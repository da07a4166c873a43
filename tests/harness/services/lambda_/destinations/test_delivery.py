from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.lambda_.destinations.delivery import (
    object_name,
    send_dead_letter,
    send_record,
)
from harness.services.lambda_.destinations.ending import Ending, Response, record
from tests.harness.accepted import accepted
from tests.harness.services.lambda_.examples import ARN, REGION

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=a87bd80c:1"
NOW = 1573754765.568
RESPONSE = Response(failed=True, payload=b'{"errorMessage":"bad"}', version="$LATEST")
FAILED = Ending(
    "f", f"{ARN}:$LATEST", "id", b'{"a":1}', "RetriesExhausted", 3, NOW, RESPONSE, TRACE
)
SUCCEEDED = replace(
    FAILED, condition="Success", response=Response(failed=False, payload=b"1", version="$LATEST")
)
OURS = f"{REGION}:123456789012"
QUEUE, TOPIC = f"arn:aws:sqs:{OURS}:letters", f"arn:aws:sns:{OURS}:topic"
FUNCTION, BUS = f"arn:aws:lambda:{OURS}:function:g:live", f"arn:aws:events:{OURS}:event-bus/bus"
BUCKET = "arn:aws:s3:::bucket"


def sent(send: Any, target: str, ending: Ending, answer: Reply | None = None) -> tuple[Call, bytes]:
    """Return the call that reached the door, and its body."""
    calls: list[Call] = []

    async def door(call: Call) -> Reply:
        calls.append(call)
        return answer or accepted(call)

    async def work() -> bytes:
        await send(door, target, ending)
        return await calls[0].body.read()

    body = asyncio.run(work())
    return calls[0], body


def test_a_dead_letter_in_a_queue_is_the_event_with_attributes_and_the_lineage():
    call, body = sent(send_dead_letter, QUEUE, FAILED)
    assert (call.service, call.operation) == ("sqs", "SendMessage")
    assert orjson.loads(body) == {
        "QueueUrl": f"http://sqs.{REGION}.amazonaws.com/123456789012/letters",
        "MessageBody": '{"a":1}',
        "MessageAttributes": {
            "RequestID": {"DataType": "String", "StringValue": "id"},
            "ErrorCode": {"DataType": "Number", "StringValue": "200"},
            "ErrorMessage": {"DataType": "String", "StringValue": "bad"},
        },
        "MessageSystemAttributes": {
            "AWSTraceHeader": {"DataType": "String", "StringValue": TRACE},
        },
    }


def test_a_dead_letter_in_a_topic():
    call, body = sent(send_dead_letter, TOPIC, FAILED)
    assert (call.service, call.header("x-amzn-trace-id")) == ("sns", TRACE)
    parameters = dict(parse_qsl(body.decode()))
    assert (parameters["Action"], parameters["TopicArn"]) == ("Publish", TOPIC)
    assert parameters["Message"] == '{"a":1}'
    assert parameters["MessageAttributes.entry.2.Name"] == "ErrorCode"
    assert parameters["MessageAttributes.entry.2.Value.DataType"] == "Number"
    assert parameters["MessageAttributes.entry.2.Value.StringValue"] == "200"


def test_a_record_in_a_queue_has_no_attributes():
    _, body = sent(send_record, QUEUE, FAILED)
    message = orjson.loads(body)
    assert "MessageAttributes" not in message
    assert message["MessageBody"] == record(FAILED).decode()


def test_a_record_in_a_topic():
    _, body = sent(send_record, TOPIC, FAILED)
    parameters = dict(parse_qsl(body.decode()))
    assert parameters.keys() == {"Action", "TopicArn", "Message"}
    assert parameters["Message"] == record(FAILED).decode()


def test_a_function_is_invoked_asynchronously():
    call, body = sent(send_record, FUNCTION, FAILED, Reply(202))
    assert call.operation == "Invoke"
    assert call.path.endswith("function%3Ag%3Alive/invocations")
    assert call.header("x-amz-invocation-type") == "Event"
    assert call.header("x-amzn-trace-id") == TRACE
    assert body == record(FAILED)


@pytest.mark.parametrize(("ending", "outcome"), [(FAILED, "Failure"), (SUCCEEDED, "Success")])
def test_the_envelope_on_a_bus(ending, outcome):
    call, body = sent(send_record, BUS, ending)
    assert (call.service, call.operation) == ("events", "PutEvents")
    (entry,) = orjson.loads(body)["Entries"]
    assert orjson.loads(entry.pop("Detail")) == orjson.loads(record(ending))
    assert entry == {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {outcome}",
        "Resources": [BUS, f"{ARN}:$LATEST"],
        "EventBusName": "bus",
    }


def test_a_bus_that_takes_no_entry_is_an_error():
    answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "E", "ErrorMessage": "why"}]}
    with pytest.raises(AwsError, match="E: why"):
        sent(send_record, BUS, FAILED, Reply(200, [], orjson.dumps(answer)))


def test_an_object_in_a_bucket():
    call, body = sent(send_record, BUCKET, FAILED)
    assert (call.operation, call.method) == ("PutObject", "PUT")
    assert call.path.startswith("/bucket/aws/lambda/async/f/2019/11/14/2019-11-14T18.06.05-")
    assert body == record(FAILED)


def test_the_name_of_an_object():
    expected = "aws/lambda/async/f/2019/11/14/2019-11-14T18.06.05-u"
    assert object_name("f", NOW, "u") == expected


@pytest.mark.parametrize(
    ("send", "target", "ending", "reason"),
    [
        (send_record, f"{QUEUE}.fifo", FAILED, "FIFO"),
        (send_record, f"{TOPIC}.fifo", FAILED, "FIFO"),
        (send_dead_letter, f"{QUEUE}.fifo", FAILED, "FIFO"),
        (send_record, BUCKET, SUCCEEDED, "takes no records of successes"),
        (send_record, f"arn:aws:dynamodb:{OURS}:table/t", FAILED, "not a target"),
        (send_dead_letter, FUNCTION, FAILED, "not a target"),
        (send_record, "", FAILED, "not a target"),
        (send_record, TOPIC, replace(FAILED, payload=b"1" * 262_144), "Message too long"),
        (send_record, BUS, replace(FAILED, payload=b"1" * 262_144), "Total size"),
    ],
)
def test_what_cannot_be_delivered(send, target, ending, reason):
    with pytest.raises(AwsError, match=reason):
        sent(send, target, ending)


@pytest.mark.parametrize("target", [QUEUE, TOPIC, FUNCTION, BUS, BUCKET])
def test_a_target_that_refuses_is_an_error(target):
    xml = b"<E><Error><Code>X</Code><Message>gone</Message></Error></E>"
    answer = xml if target == TOPIC else b'{"__type":"X","message":"gone"}'
    with pytest.raises(AwsError, match="gone"):
        sent(send_record, target, FAILED, Reply(404, [], answer))
