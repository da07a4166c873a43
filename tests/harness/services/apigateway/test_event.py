from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from harness.call import Call, Headers
from harness.services.apigateway.configuration import Route, Stage
from harness.services.apigateway.event import Place, event
from harness.services.apigateway.limits import MAX_EVENT_BYTES
from harness.services.apigateway.refusal import RefusedError
from harness.services.apigateway.routing import Match

NOW = 1_584_040_438.25
DEFAULT_STAGE = Stage("$default")
DEFAULT = Match(Route("$default", "NONE", None), {})


def built(
    method: str = "GET",
    path: str = "/",
    query: str = "",
    headers: Headers | None = None,
    body: bytes = b"",
    match: Match = DEFAULT,
    stage: Stage = DEFAULT_STAGE,
) -> dict[str, Any]:
    call = Call(
        "execute-api",
        "",
        method,
        path,
        query,
        headers or [],
        source_ip="127.0.0.9",
        id="11111111-2222-3333-4444-555555555555",
    )
    return event(call, body, Place("abc123", "ap-northeast-1", stage), match, NOW)


def test_a_whole_event():
    headers = [
        ("host", "localhost:4566"),
        ("user-agent", "test/1"),
        ("x-many", "one"),
        ("x-many", "two"),
        ("cookie", "a=1; b=2"),
        ("connection", "keep-alive"),
        ("x-harness-api-id", "abc123"),
        ("content-type", "application/json"),
    ]
    match = Match(Route("POST /documents/{id}", "NONE", None), {"id": "7"})
    stage = Stage("$default", {"tier": "test"})

    found = built(
        "POST", "/documents/7", "q=a%20b&q=c&flag", headers, b'{"x": 1}', match=match, stage=stage
    )

    assert found == {
        "version": "2.0",
        "routeKey": "POST /documents/{id}",
        "rawPath": "/documents/7",
        "rawQueryString": "q=a%20b&q=c&flag",
        "cookies": ["a=1", "b=2"],
        "headers": {
            "content-length": "8",
            "content-type": "application/json",
            "host": "localhost:4566",
            "user-agent": "test/1",
            "x-many": "one,two",
            "x-amzn-trace-id": "Root=1-5e6a89f6-111111112222333344445555",
            "x-forwarded-for": "127.0.0.9",
            "x-forwarded-port": "4566",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"q": "a b,c", "flag": ""},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.execute-api.ap-northeast-1.amazonaws.com",
            "domainPrefix": "abc123",
            "http": {
                "method": "POST",
                "path": "/documents/7",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.9",
                "userAgent": "test/1",
            },
            "requestId": "11111111-2222-3333-4444-555555555555",
            "routeKey": "POST /documents/{id}",
            "stage": "$default",
            "time": "12/Mar/2020:19:13:58 +0000",
            "timeEpoch": 1_584_040_438_250,
        },
        "body": '{"x": 1}',
        "pathParameters": {"id": "7"},
        "isBase64Encoded": False,
        "stageVariables": {"tier": "test"},
    }


def test_members_without_content_are_absent_but_the_query_string():
    found = built()

    assert found["rawQueryString"] == ""
    absent = {"cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"}
    assert not absent & found.keys()
    assert found["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("/a%20b/%E6%96%87%E4%BB%B6", "/a b/文件"),
        ("/a%2Fb", "/a/b"),
        ("/a+b", "/a+b"),
        ("/search%3Fadmin=true", "/search"),
        ("/slash/", "/slash/"),
    ],
)
def test_the_path_arrives_decoded_as_http_apis_do(path: str, raw: str):
    found = built(path=path)

    assert found["rawPath"] == found["requestContext"]["http"]["path"] == raw


def test_the_path_of_a_named_stage_keeps_the_stage():
    found = built(path="/dev/documents", stage=Stage("dev"))

    assert found["rawPath"] == "/dev/documents"
    assert found["requestContext"]["stage"] == "dev"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/csv; charset=utf-8",
        "application/json",
        "Application/JSON;charset=utf-8",
        "application/xml",
        "application/javascript",
    ],
)
def test_text_arrives_as_text(content_type: str):
    found = built(body="文件".encode(), headers=[("content-type", content_type)])

    assert (found["body"], found["isBase64Encoded"]) == ("文件", False)


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", "application/octet-stream")],
        [("content-type", "multipart/form-data; boundary=x")],
        [("content-type", "application/x-www-form-urlencoded")],
        [("content-type", "application/vnd.api+json")],
        [("content-type", "application/pdf")],
        [],
    ],
)
def test_everything_else_arrives_as_base64(headers: Headers):
    found = built(body=b"\x00\xffbinary", headers=headers)

    assert found["isBase64Encoded"] is True
    assert b64decode(found["body"]) == b"\x00\xffbinary"


def test_bytes_that_are_no_text_arrive_as_base64_whatever_their_type():
    found = built(body=b"\xff\xfe", headers=[("content-type", "text/plain")])

    assert (found["body"], found["isBase64Encoded"]) == (b64encode(b"\xff\xfe").decode(), True)


def test_a_forwarded_client_stays_first():
    headers = [("x-forwarded-for", "203.0.113.7"), ("x-amzn-trace-id", "Root=1-0-0")]

    found = built(headers=headers)["headers"]

    assert found["x-forwarded-for"] == "203.0.113.7, 127.0.0.9"
    assert found["x-amzn-trace-id"] == "Root=1-0-0"


@pytest.mark.parametrize(
    ("size", "fits"), [(MAX_EVENT_BYTES // 4 * 3, True), (MAX_EVENT_BYTES // 4 * 3 + 3, False)]
)
def test_a_binary_body_that_cannot_fit_is_refused_before_it_is_encoded(size: int, fits: bool):  # noqa: FBT001 - a table's column
    if fits:
        assert len(built(body=bytes(size))["body"]) == MAX_EVENT_BYTES
    else:
        with pytest.raises(RefusedError) as caught:
            built(body=bytes(size))
        assert caught.value.reply.status == 413
