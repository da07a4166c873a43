from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest

from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.endpoint import Endpoint, recorder, render
from harness.errors import AwsError, EnvironmentFailedError, HangUpError, SilentError
from harness.http1 import Head, ProtocolError, StreamBody
from harness.journal import Event, Journal
from harness.recognise import API_ID_HEADER
from tests.harness.streams import arriving

REGION = "ap-northeast-1"


class Service:
    """Claims everything of one service and answers, or fails, as the test says."""

    def __init__(self, name: str, failure: Exception | None = None) -> None:
        self.name = name
        self.failure = failure
        self.calls: list[Call] = []

    def claims(self, call: Call) -> bool:
        return call.service == self.name

    async def handle(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.failure:
            raise self.failure
        return Reply(200, [("by", self.name)])


async def moto(call: Call) -> Reply:
    return Reply(200, [("by", "moto"), ("path", call.path), ("host", call.header("host"))])


def endpoint(*services: Service, journal: Journal | None = None) -> Endpoint:
    made = Endpoint(services, moto, [recorder(journal)] if journal else [], REGION)
    made.host = "127.0.0.1:4566"
    return made


def request(line: str, **headers: str) -> Head:
    method, target = line.split()
    return Head(
        (method, target, "HTTP/1.1"), [(k.replace("_", "-"), v) for k, v in headers.items()]
    )


def answer(to: Endpoint, head: Head, sent: bytes = b"") -> Reply:
    async def work() -> Reply:
        reply = await to.respond(head, StreamBody(arriving(sent), head), "127.0.0.1")
        await reply.read()
        return reply

    return asyncio.run(work())


def signed(service: str) -> str:
    return f"AWS4-HMAC-SHA256 Credential=A/20260101/{REGION}/{service}/aws4_request"


def test_who_claims_a_call_answers_it_and_moto_the_others():
    lambda_ = Service("lambda")
    both = endpoint(Service("bedrock"), lambda_)
    head = request("POST /2015-03-31/functions/f/invocations", authorization=signed("lambda"))
    assert answer(both, head).header("by") == "lambda"
    assert lambda_.calls[0].operation == "Invoke"
    assert answer(both, request("GET /b/k")).header("by") == "moto"


def test_a_bucket_in_the_host_name_moves_into_the_path():
    head = request("GET /k%20?x=1", host="docs.s3.ap-northeast-1.amazonaws.com")
    reply = answer(endpoint(), head)
    assert (reply.header("path"), reply.header("host")) == ("/docs/k%20", "127.0.0.1:4566")


def test_a_listener_of_one_api_needs_no_host_name():
    gateway = Service("execute-api")
    to = endpoint(gateway)

    async def work() -> None:
        head = request("GET /health", host="127.0.0.1:9999")
        await to.of_api("abc123")(head, StreamBody(arriving(), head), "127.0.0.1")

    asyncio.run(work())
    (call,) = gateway.calls
    assert (call.path, call.header(API_ID_HEADER)) == ("/health", "abc123")
    assert call.header("host") == f"abc123.execute-api.{REGION}.amazonaws.com"


def test_services_call_one_another_through_the_same_layers(tmp_path):
    journal = Journal(tmp_path / "journal", ManualClock())
    seen: list[Event] = []
    journal.follow(seen.append)
    reply = asyncio.run(endpoint(journal=journal).door(Call("s3", "PutObject", "PUT", "/b/k")))
    assert reply.header("by") == "moto"
    assert [event.kind for event in seen] == ["call.finished"]
    journal.close()


@pytest.mark.parametrize(
    "failure",
    [
        EnvironmentFailedError("moto is gone"),
        ProtocolError("moto is gone"),
        ConnectionRefusedError("moto is gone"),
    ],
)
def test_a_failure_of_ours_is_an_internal_failure(failure):
    reply = answer(
        endpoint(Service("sqs", failure)), request("POST /", authorization=signed("sqs"))
    )
    assert (reply.status, reply.header("x-amzn-errortype")) == (500, "InternalFailure")
    assert orjson.loads(reply.body) == {"message": "moto is gone"}


def test_a_request_that_is_no_http_is_left_to_the_server():
    class Reading(Service):
        async def handle(self, call: Call) -> Reply:
            await call.body.read()
            return Reply(200)

    head = request("PUT /b/k", transfer_encoding="chunked")
    with pytest.raises(ProtocolError, match="malformed chunk size"):
        answer(endpoint(Reading("s3")), head, b"zz\r\n")


def test_errors_of_json_services():
    error = AwsError("TooManyRequestsException", "Rate Exceeded.", 429, {"Reason": "Reserved"})
    reply = render(error, Call("lambda", "Invoke", "POST", "/", id="id-1"))
    assert reply.status == 429
    assert reply.headers == [
        ("content-type", "application/json"),
        ("x-amzn-errortype", "TooManyRequestsException"),
        ("x-amzn-requestid", "id-1"),
    ]
    assert orjson.loads(reply.body) == {"Reason": "Reserved", "message": "Rate Exceeded."}


def test_errors_of_s3():
    error = AwsError("NoSuchBucket", "<not> there & gone", 404, {"BucketName": "b"})
    reply = render(error, Call("s3", "", "GET", "/", id="id-1"))
    assert (reply.status, reply.header("x-amz-request-id")) == (404, "id-1")
    document = ET.fromstring(reply.body)  # noqa: S314 - it is ours
    assert {child.tag: child.text for child in document} == {
        "Code": "NoSuchBucket",
        "Message": "<not> there & gone",
        "BucketName": "b",
        "RequestId": "id-1",
        "HostId": reply.header("x-amz-id-2"),
    }


def test_text_that_xml_cannot_carry_does_not_break_an_error_of_s3():
    error = AwsError("InvalidArgument", "a\0b\ud800", 400)
    document = ET.fromstring(render(error, Call("s3", "", "GET", "/")).body)  # noqa: S314
    assert document.findtext("Message") == "a\ufffdb\ufffd"


@pytest.fixture
def events(tmp_path: Path) -> Iterator[tuple[Journal, list[Event]]]:
    journal = Journal(tmp_path / "journal", ManualClock())
    seen: list[Event] = []
    journal.follow(seen.append)
    yield journal, seen
    journal.close()


def test_known_operations_and_refusals_are_recorded(events):
    journal, seen = events
    to = endpoint(Service("sqs", AwsError("AccessDenied", "no", 403)), journal=journal)
    answer(to, request("GET /v2/apis", authorization=signed("apigateway")))
    answer(to, request("PUT /b/k"))
    answer(to, request("POST /", authorization=signed("sqs"), x_amz_target="AmazonSQS.SendMessage"))
    told = [
        [event.detail[name] for name in ("service", "operation", "path", "status", "code")]
        for event in seen
    ]
    assert told == [
        ["s3", "PutObject", "/b/k", 200, ""],
        ["sqs", "SendMessage", "/", 403, "AccessDenied"],
    ]
    assert all(event.detail["milliseconds"] >= 0 for event in seen)


def test_a_defect_of_ours_is_answered_and_logged(caplog):
    failing = Service("lambda", KeyError("nobody expected this"))
    head = request("POST /2015-03-31/functions/f/invocations", host="127.0.0.1")
    reply = answer(endpoint(failing), head)
    assert reply.status == 500
    assert b"nobody expected this" not in orjson.dumps(reply.headers) + bytes(reply.body)
    assert "nobody expected this" in caplog.text


@pytest.mark.parametrize("failure", [HangUpError(200), SilentError()])
def test_a_call_without_an_answer_is_recorded_and_left_to_the_server(events, failure):
    journal, seen = events
    with pytest.raises(type(failure)):
        answer(endpoint(Service("s3", failure), journal=journal), request("PUT /b/k"))
    (event,) = seen
    assert (event.detail["status"], event.detail["code"]) == (failure.status, "Unanswered")
