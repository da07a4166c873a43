from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import orjson
import pytest

from harness.aws import json_answer, json_call, query_call, rest_call
from harness.call import Call, Reply
from harness.errors import AwsError
from harness.recognise import recognise

REGION = "ap-northeast-1"


def body(call: Call) -> bytes:
    return asyncio.run(call.body.read())


@pytest.mark.parametrize(
    ("call", "service", "operation"),
    [
        (
            json_call("logs", REGION, "Logs_20140328.PutLogEvents", {"a": 1}),
            "logs",
            "PutLogEvents",
        ),
        (query_call("monitoring", REGION, "PutMetricData", {"a": "1"}), "monitoring", ""),
        (
            rest_call("lambda", REGION, "GetFunction", "GET", "/2015-03-31/functions/f"),
            "lambda",
            "GetFunction",
        ),
        (rest_call("s3", REGION, "PutObject", "PUT", "/b/k", body=b"x"), "s3", "PutObject"),
    ],
)
def test_a_call_of_ours_is_recognised_like_a_clients(call, service, operation):
    found = recognise(call.method, call.path, call.query, call.headers, "elsewhere")
    assert (found.service, found.operation, found.region) == (service, operation, REGION)
    assert found.path == call.path
    assert call.header("content-length") == str(len(body(call)))


def test_members_are_sent_in_the_form_of_the_protocol():
    assert orjson.loads(body(json_call("logs", REGION, "X.Y", {"a": "員"}))) == {"a": "員"}
    sent = parse_qs(body(query_call("monitoring", REGION, "PutMetricData", {"N": "a b"})).decode())
    assert sent == {"Action": ["PutMetricData"], "N": ["a b"]}


def answer(reply: Reply) -> dict[str, object]:
    async def handler(_: Call) -> Reply:
        return reply

    return asyncio.run(json_answer(handler, Call("logs", "", "POST", "/")))


@pytest.mark.parametrize(("content", "decoded"), [(b'{"a": 1}', {"a": 1}), (b"", {})])
def test_an_answer_is_decoded(content, decoded):
    assert answer(Reply(200, [], content)) == decoded


@pytest.mark.parametrize(
    ("reply", "code", "message"),
    [
        (Reply(400, [], b'{"__type": "com.amazonaws.sqs#Gone", "message": "m"}'), "Gone", "m"),
        (
            Reply(404, [("x-amzn-errortype", "NotFound:http://x")], b'{"Message": "m"}'),
            "NotFound",
            "m",
        ),
        (Reply(404, [], b'{"Code": "NotFound"}'), "NotFound", ""),
        (Reply(500, [], b"<html>" + b"x" * 1000), "", "<html>" + "x" * 494),
    ],
)
def test_an_error_keeps_its_code_message_and_status(reply, code, message):
    with pytest.raises(AwsError) as caught:
        answer(reply)
    assert (caught.value.code, caught.value.message) == (code, message)
    assert caught.value.status == reply.status
