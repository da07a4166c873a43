from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from harness.services.lambda_.destinations.ending import (
    Ending,
    Response,
    dead_letter_attributes,
    record,
    targets,
)
from tests.harness.services.lambda_.examples import ARN

ERROR = b'{"errorMessage":"bad","errorType":"ValueError"}'
FAILURE = Response(failed=True, payload=ERROR, version="$LATEST")
FAILED = Ending(
    "f", f"{ARN}:$LATEST", "id", b'{"a": 1.0}', "RetriesExhausted", 3, 1573754765.568, FAILURE
)
BOTH = {
    "DestinationConfig": {"OnSuccess": {"Destination": "good"}, "OnFailure": {"Destination": "bad"}}
}


@pytest.mark.parametrize(
    ("settings", "letters", "condition", "told"),
    [
        ({}, "", "RetriesExhausted", []),
        (BOTH, "", "Success", [("destination", "good")]),
        (BOTH, "q", "Success", [("destination", "good")]),
        (BOTH, "q", "EventAgeExceeded", [("destination", "bad"), ("dead_letter_queue", "q")]),
        ({"DestinationConfig": {"OnSuccess": {}, "OnFailure": {}}}, "", "RetriesExhausted", []),
        ({}, "q", "ZeroReservedConcurrency", [("dead_letter_queue", "q")]),
    ],
)
def test_who_is_told_of_an_ending(settings, letters, condition, told):
    assert targets(settings, letters, condition) == told


def test_the_record_of_a_failure():
    assert orjson.loads(record(FAILED)) == {
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
    response = Response(failed=False, payload=b"[1]", version="7")
    success = replace(FAILED, condition="Success", response=response)
    made = orjson.loads(record(success))
    assert made["responseContext"] == {"statusCode": 200, "executedVersion": "7"}
    assert made["responsePayload"] == [1]


def test_an_event_that_never_ran_has_no_response():
    made = orjson.loads(record(replace(FAILED, payload=b"", attempts=0, response=None)))
    assert made["requestPayload"] is None
    assert made.keys() == {"version", "timestamp", "requestContext", "requestPayload"}


def test_payloads_are_passed_on_byte_for_byte():
    """Numbers a JSON reader would round, and member order, survive."""
    payload = b'{"z":12345678901234567890,"a":1.10}'
    assert payload in record(replace(FAILED, payload=payload))


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b'{"errorMessage":"bad"}', "bad"),
        (b'{"errorMessage":"%s"}' % (b"x" * 2000), "x" * 1024),
        (b"no JSON", "RetriesExhausted"),
        (b"[]", "RetriesExhausted"),
    ],
)
def test_the_attributes_of_a_dead_letter(payload, message):
    ending = replace(FAILED, response=Response(failed=True, payload=payload, version="$LATEST"))
    assert dead_letter_attributes(ending) == {
        "RequestID": ("String", "id"),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", message),
    }


@pytest.mark.parametrize(
    ("condition", "code", "message"),
    [
        ("ZeroReservedConcurrency", "429", "Rate Exceeded."),
        ("EventAgeExceeded", "429", "Rate Exceeded."),
        ("RecursiveInvocation", "400", "Lambda has detected your function being invoked in a"),
    ],
)
def test_a_dead_letter_of_what_never_ran(condition, code, message):
    made = dead_letter_attributes(replace(FAILED, condition=condition, response=None))
    assert made["ErrorCode"] == ("Number", code)
    assert made["ErrorMessage"][1].startswith(message)
