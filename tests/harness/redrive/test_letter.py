from __future__ import annotations

import json

import pytest

from harness.redrive.letter import letter
from harness.redrive.places import Origins, Place

TEXT = {"DataType": "String", "StringValue": "x"}
ORDERS, BILLS = Place("queue", "http://h/1/orders"), Place("queue", "http://h/1/bills")
F, G = Place("function", "f"), Place("function", "g")
ARN = "arn:aws:lambda:ap-northeast-1:123456789012:function:f"


def message(body="{}", **more):
    return {"MessageId": "m", "ReceiptHandle": "r", "Body": body, **more}


def failed_event():
    attributes = {"RequestID": TEXT, "ErrorCode": TEXT, "ErrorMessage": TEXT}
    return letter(message('{"a": 1}', MessageAttributes=attributes))


def record():
    context = {"functionArn": f"{ARN}:$LATEST", "condition": "RetriesExhausted"}
    body = {"version": "1.0", "requestContext": context, "requestPayload": {"a": 1}}
    return letter(message(json.dumps(body)))


def test_a_letter_of_lambda_is_the_event_with_attributes():
    found = failed_event()
    assert (found.event, found.function, found.error) == (b'{"a": 1}', "", "x")


def test_a_destination_s_record_names_its_function():
    found = record()
    assert (found.event, found.error) == (b'{"a":1}', "RetriesExhausted")
    assert Origins([], []).of(found) == Place("function", ARN)


@pytest.mark.parametrize("body", ["plain", "[]", '{"requestPayload": 1}', "{"])
def test_everything_else_is_a_queue_s_message(body):
    assert letter(message(body)).event is None


def test_a_message_is_sent_with_all_it_carries():
    found = letter(
        message(
            "body",
            MessageAttributes={"a": {**TEXT, "StringListValues": []}},
            Attributes={"AWSTraceHeader": "Root=1", "MessageGroupId": "g", "SenderId": "s"},
        )
    )
    assert found.request() == {
        "MessageBody": "body",
        "MessageAttributes": {"a": TEXT},
        "MessageSystemAttributes": {
            "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}
        },
        "MessageGroupId": "g",
        "MessageDeduplicationId": "m",
    }


def test_the_only_source_is_where_a_message_goes():
    assert Origins([ORDERS], [F]).of(letter(message())) == ORDERS
    assert Origins([ORDERS], [F]).of(failed_event()) == F


@pytest.mark.parametrize(
    ("queues", "to", "said"),
    [
        ([], None, "no queue has this dead-letter queue; name one with --to"),
        ([ORDERS, BILLS], None, "came from one of queue orders, queue bills; name it with --to"),
        ([ORDERS], F, "does not go to a function"),
    ],
)
def test_a_message_without_a_place_stays(queues, to, said):
    assert Origins(queues, [], to).of(letter(message())) == said


def test_what_is_named_decides():
    assert Origins([ORDERS, BILLS], [], BILLS).of(letter(message())) == BILLS
    assert Origins([], [F, G], G).of(failed_event()) == G
    assert Origins([], [], G).of(record()) == G


def test_a_record_that_sqs_moved_goes_to_its_queue():
    assert Origins([ORDERS], []).of(record()) == ORDERS
