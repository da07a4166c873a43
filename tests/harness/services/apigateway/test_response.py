from __future__ import annotations

from base64 import b64encode
from typing import Any

import orjson
import pytest

from harness.services.apigateway.refusal import RefusedError
from harness.services.apigateway.response import response


def test_a_described_response():
    reply = response(
        orjson.dumps(
            {
                "statusCode": 201,
                "headers": {"Content-Type": "application/problem+json", "X-Count": 3, "X-On": True},
                "cookies": ["a=1; Path=/", "b=2"],
                "body": "文件",
                "isBase64Encoded": False,
            }
        )
    )

    assert reply.status == 201
    assert reply.body == "文件".encode()
    assert reply.headers == [
        ("content-type", "application/problem+json"),
        ("x-count", "3"),
        ("x-on", "true"),
        ("set-cookie", "a=1; Path=/"),
        ("set-cookie", "b=2"),
    ]


def test_a_base64_body_arrives_as_bytes():
    body = b64encode(b"\x89PNG").decode()
    reply = response(orjson.dumps({"statusCode": 200, "body": body, "isBase64Encoded": True}))

    assert reply.body == b"\x89PNG"


@pytest.mark.parametrize("status", [200, "200"])
def test_a_status_alone_is_a_response(status: Any):
    reply = response(orjson.dumps({"statusCode": status}))

    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers == [("content-type", "text/plain;charset=UTF-8")]


@pytest.mark.parametrize(
    ("payload", "body"),
    [
        (b'{"message": "hello"}', b'{"message": "hello"}'),
        (b'"hello"', b"hello"),
        (b"[1, 2]", b"[1, 2]"),
        (b"null", b"null"),
        (b"7", b"7"),
        (b'{"status": 200}', b'{"status": 200}'),
    ],
)
def test_any_other_json_is_the_body_of_a_200(payload: bytes, body: bytes):
    reply = response(payload)

    assert (reply.status, reply.body) == (200, body)
    assert reply.headers == [("content-type", "application/json")]


def test_the_functions_own_framing_is_left_out():
    headers = {"Content-Length": "999", "Transfer-Encoding": "chunked", "Connection": "close"}
    reply = response(orjson.dumps({"statusCode": 200, "headers": headers, "body": "x"}))

    assert [name for name, _ in reply.headers] == ["content-type"]


MALFORMED = {
    "no JSON": b"<html>",
    "nothing": b"",
    "status is a word": orjson.dumps({"statusCode": "ok"}),
    "status is null": orjson.dumps({"statusCode": None}),
    "status is true": orjson.dumps({"statusCode": True}),
    "status is no HTTP status": orjson.dumps({"statusCode": 42}),
    "body is an object": orjson.dumps({"statusCode": 200, "body": {"a": 1}}),
    "headers is a list": orjson.dumps({"statusCode": 200, "headers": ["a"]}),
    "header is a list": orjson.dumps({"statusCode": 200, "headers": {"a": ["b"]}}),
    "header with a line break": orjson.dumps(
        {"statusCode": 200, "headers": {"a": "b\r\nset-cookie: c"}}
    ),
    "body is no Base64": orjson.dumps({"statusCode": 200, "body": "ä!", "isBase64Encoded": True}),
}


@pytest.mark.parametrize("payload", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_result_is_an_internal_server_error(payload: bytes):
    with pytest.raises(RefusedError) as caught:
        response(payload)

    assert caught.value.reply.status == 500
    assert caught.value.reply.body == b'{"message":"Internal Server Error"}'
