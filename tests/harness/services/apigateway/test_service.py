"""The gateway as a whole in front of a control plane and a function that the test plays."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest

from harness.call import Bytes, Call, Headers, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Event, Journal
from harness.services.apigateway import ApiGateway

FUNCTION = "arn:aws:lambda:ap-northeast-1:123456789012:function:backend"
PROXY_URI = (
    f"arn:aws:apigateway:ap-northeast-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
)
Function = Callable[[Call], Awaitable[Reply]]


def control_plane(**changes: Any) -> dict[str, Any]:
    """Return what GetApi, GetRoutes, GetIntegrations and GetStages answer, by path."""
    integration = {
        "integrationId": "i1",
        "integrationType": "AWS_PROXY",
        "integrationUri": FUNCTION,
        "payloadFormatVersion": "2.0",
        "timeoutInMillis": 30_000,
    }
    route = {"routeKey": "$default", "target": "integrations/i1", "authorizationType": "NONE"}
    api = {"apiId": "api1", "protocolType": "HTTP", "corsConfiguration": changes.get("cors")}
    return {
        "/v2/apis/api1": {**api, **changes.get("api", {})},
        "/v2/apis/api1/routes": {"items": [{**route, **changes.get("route", {})}]},
        "/v2/apis/api1/integrations": {
            "items": [{**integration, **changes.get("integration", {})}]
        },
        "/v2/apis/api1/stages": {
            "items": [{"stageName": "$default", "stageVariables": None, **changes.get("stage", {})}]
        },
    }


async def echo(call: Call) -> Reply:
    """A function that returns its event."""
    event = orjson.loads(await call.body.read())
    result = {"statusCode": 200, "body": orjson.dumps(event).decode()}
    return Reply(200, [], orjson.dumps(result))


def returning(reply: Reply) -> Function:
    async def function(_: Call) -> Reply:
        return reply

    return function


class Gateway:
    """The service with the two parties behind its door."""

    def __init__(self, journal: Journal) -> None:
        self.answers = control_plane()
        self.function: Function = echo
        self.invoked: list[Call] = []
        self.asked: Counter[str] = Counter()
        self.is_down = False
        self.events: list[Event] = []
        journal.follow(self.events.append)
        self.service = ApiGateway(self.door, "ap-northeast-1", journal, ManualClock())

    async def door(self, call: Call) -> Reply:
        if call.service == "lambda":
            self.invoked.append(call)
            return await self.function(call)
        assert (call.service, call.method) == ("apigateway", "GET")
        self.asked[call.path] += 1
        if self.is_down:
            return Reply(500, [("x-amzn-errortype", "InternalFailure")], b'{"message": "down"}')
        if call.path in self.answers:
            return Reply(200, [], orjson.dumps(self.answers[call.path]))
        body = b'{"message": "Invalid API identifier specified"}'
        return Reply(404, [("x-amzn-errortype", "NotFoundException")], body)

    async def request(self, method: str = "GET", path: str = "/", **more: Any) -> Reply:
        headers: Headers = [*more.pop("headers", []), ("x-harness-api-id", more.pop("api", "api1"))]
        call = Call("execute-api", "", method, path, headers=headers, **more)
        assert self.service.claims(call)
        return await self.service.handle(call)

    def answer(self, *arguments: Any, **more: Any) -> Reply:
        return asyncio.run(self.request(*arguments, **more))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.jsonl", ManualClock())
    yield journal
    journal.close()


@pytest.fixture
def gateway(journal: Journal) -> Gateway:
    return Gateway(journal)


def message(reply: Reply) -> tuple[int, str]:
    assert reply.header("content-type") == "application/json"
    assert isinstance(reply.body, bytes)
    return reply.status, orjson.loads(reply.body)["message"]


def test_it_claims_only_calls_to_apis(gateway: Gateway):
    assert not gateway.service.claims(Call("apigateway", "", "GET", "/v2/apis"))


def test_a_request_reaches_the_function_and_its_response_the_client(gateway: Gateway):
    reply = gateway.answer(
        "POST",
        "/upload/document",
        headers=[("content-type", "application/json")],
        body=Bytes(b'{"a": 1}'),
    )

    (call,) = gateway.invoked
    assert (call.operation, call.method) == ("Invoke", "POST")
    assert unquote(call.path) == f"/2015-03-31/functions/{FUNCTION}/invocations"
    assert call.header("x-amz-invocation-type") == "RequestResponse"
    event = orjson.loads(reply.body)
    assert (event["rawPath"], event["body"]) == ("/upload/document", '{"a": 1}')
    assert reply.header("apigw-requestid") == event["requestContext"]["requestId"]


def test_a_trace_goes_along_and_what_a_client_says_of_functions_does_not(gateway: Gateway):
    root = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
    header = ("x-amzn-trace-id", f"{root};Lineage=a87bd80c:16")
    event = orjson.loads(gateway.answer(headers=[header]).body)
    assert gateway.invoked[0].header("x-amzn-trace-id") == root
    assert event["headers"]["x-amzn-trace-id"] == header[1]


def test_an_integration_may_name_the_function_by_an_invocation_path(gateway: Gateway):
    gateway.answers = control_plane(integration={"integrationUri": PROXY_URI})

    assert gateway.answer().status == 200
    assert FUNCTION in unquote(gateway.invoked[0].path)


def test_a_client_cannot_choose_another_api_by_a_header(gateway: Gateway):
    assert gateway.answer(headers=[("x-harness-api-id", "other")]).status == 200


def test_the_journal_tells_api_route_status_and_duration(gateway: Gateway):
    gateway.answer("GET", "/search", query="q=secret")

    (event,) = gateway.events
    assert event.kind == "apigateway.request"
    expected = {"api": "api1", "method": "GET", "route": "$default", "status": 200}
    assert expected.items() <= event.detail.items()
    assert event.detail["integration_ms"] == 0.0
    assert "secret" not in str(event.detail)


def test_an_unknown_api_is_forbidden_until_it_exists(gateway: Gateway):
    known, gateway.answers = gateway.answers, {}
    assert message(gateway.answer()) == (403, "Forbidden")

    gateway.answers = known
    assert gateway.answer().status == 200


def test_the_configuration_is_read_once_and_again_after_a_change(gateway: Gateway):
    async def scenario() -> list[int]:
        first = await asyncio.gather(*(gateway.request() for _ in range(5)))
        assert set(gateway.asked.values()) == {1}
        gateway.answers = control_plane(route={"routeKey": "GET /only"})
        gateway.service.forget_all()
        return [reply.status for reply in [*first, await gateway.request()]]

    assert asyncio.run(scenario()) == [200] * 5 + [404]
    assert set(gateway.asked.values()) == {2}


def test_a_failed_reading_of_the_configuration_is_not_kept(gateway: Gateway):
    gateway.is_down = True
    with pytest.raises(AwsError, match="down"):
        gateway.answer()

    gateway.is_down = False
    assert gateway.answer().status == 200


def test_an_unknown_route_is_not_found(gateway: Gateway):
    gateway.answers = control_plane(route={"routeKey": "GET /documents"})

    assert message(gateway.answer("GET", "/nothing")) == (404, "Not Found")
    assert gateway.events[-1].detail["route"] == ""
    assert gateway.invoked == []


OUTCOMES = {
    "function error": (
        Reply(200, [("x-amz-function-error", "Unhandled")], b'{"errorMessage": "x"}'),
        (500, "Internal Server Error"),
    ),
    "malformed result": (
        Reply(200, [], b'{"statusCode": "x"}'),
        (500, "Internal Server Error"),
    ),
    "throttled": (Reply(429, [], b"{}"), (503, "Service Unavailable")),
    "too large for Lambda": (Reply(413, [], b"{}"), (413, "Request Entity Too Large")),
    "no such function": (Reply(404, [], b"{}"), (500, "Internal Server Error")),
    "Lambda fails": (Reply(500, [], b"{}"), (500, "Internal Server Error")),
}


@pytest.mark.parametrize(("outcome", "expected"), OUTCOMES.values(), ids=OUTCOMES)
def test_what_clients_see_of_an_invocation_that_failed(
    gateway: Gateway, outcome: Reply, expected: tuple[int, str]
):
    gateway.function = returning(outcome)

    assert message(gateway.answer()) == expected


def test_an_error_raised_behind_the_door_counts_as_one_answered(gateway: Gateway):
    async def throttled(_: Call) -> Reply:
        raise AwsError("TooManyRequestsException", "Rate Exceeded.", 429)

    gateway.function = throttled

    assert message(gateway.answer()) == (503, "Service Unavailable")


def test_a_slow_function_is_given_up_on_but_runs_to_its_end(gateway: Gateway):
    gateway.answers = control_plane(integration={"timeoutInMillis": 50})

    async def scenario() -> tuple[int, str]:
        released, ended = asyncio.Event(), asyncio.Event()

        async def slow(_: Call) -> Reply:
            await released.wait()
            ended.set()
            return Reply(200, [], b"{}")

        gateway.function = slow
        reply = await gateway.request()
        assert not ended.is_set()
        released.set()
        await ended.wait()
        return message(reply)

    assert asyncio.run(scenario()) == (503, "Service Unavailable")
    assert gateway.events[-1].detail["integration_ms"] is not None


def test_a_client_that_leaves_does_not_end_the_function(gateway: Gateway):
    async def scenario() -> None:
        started, released, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def slow(_: Call) -> Reply:
            started.set()
            await released.wait()
            ended.set()
            return Reply(200, [], b"{}")

        gateway.function = slow
        client = asyncio.create_task(gateway.request())
        await started.wait()
        client.cancel()
        await asyncio.wait([client])
        released.set()
        await asyncio.wait_for(ended.wait(), 10)

    asyncio.run(scenario())


def test_closing_ends_what_nobody_waits_for(gateway: Gateway):
    gateway.answers = control_plane(integration={"timeoutInMillis": 50})

    async def scenario() -> bool:
        cancelled = asyncio.Event()

        async def endless(_: Call) -> Reply:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()
            raise AssertionError("unreachable")

        gateway.function = endless
        await gateway.request()
        await gateway.service.close()
        return cancelled.is_set()

    assert asyncio.run(scenario())


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"headers": [("content-length", "10485761")]},
            (413, "Request Entity Too Large"),
        ),
        ({"body": Bytes(bytes(5_000_000))}, (413, "Request Entity Too Large")),
        (
            {
                "body": Bytes(b"x" * 6_291_456),
                "headers": [("content-type", "text/plain")],
            },
            (413, "Request Entity Too Large"),
        ),
        ({"headers": [("x", "v" * 11_000)]}, (431, "Request Header Fields Too Large")),
    ],
    ids=["body", "binary event", "text event", "headers"],
)
def test_what_is_too_large_never_reaches_the_function(
    gateway: Gateway, more: dict[str, Any], expected: tuple[int, str]
):
    assert message(gateway.answer("POST", **more)) == expected
    assert gateway.invoked == []


NOT_EMULATED = {
    "authorizer": ({"route": {"authorizationType": "JWT"}}, "authorization JWT"),
    "payload 1.0": ({"integration": {"payloadFormatVersion": "1.0"}}, "payload format 1.0"),
    "payload by default": ({"integration": {"payloadFormatVersion": None}}, "payload format 1.0"),
    "HTTP proxy": ({"integration": {"integrationType": "HTTP_PROXY"}}, "type HTTP_PROXY"),
    "WebSocket": ({"api": {"protocolType": "WEBSOCKET"}}, "protocol WEBSOCKET"),
}


@pytest.mark.parametrize(("changes", "words"), NOT_EMULATED.values(), ids=NOT_EMULATED)
def test_what_is_not_emulated_is_said_and_not_let_through(
    gateway: Gateway, changes: dict[str, Any], words: str
):
    gateway.answers = control_plane(**changes)
    status, text = message(gateway.answer())

    assert status == 501
    assert text.startswith("Not emulated:")
    assert words in text
    assert gateway.invoked == []


def test_a_route_without_integration_is_an_error(gateway: Gateway):
    gateway.answers = control_plane(route={"target": None})

    assert message(gateway.answer()) == (500, "Internal Server Error")


def test_one_request_too_many_never_reaches_the_function(gateway: Gateway):
    limits = {"throttlingBurstLimit": 1, "throttlingRateLimit": 0.01}
    gateway.answers = control_plane(stage={"defaultRouteSettings": limits})

    assert gateway.answer().status == 200
    assert message(gateway.answer()) == (429, "Too Many Requests")
    assert len(gateway.invoked) == 1
    refused = gateway.events[-1].detail
    assert (refused["status"], refused["stage"], refused["integration_ms"]) == (
        429,
        "$default",
        None,
    )


SITE = ("origin", "https://app.example")


def test_the_gateway_answers_preflights_of_an_api_with_cors(gateway: Gateway):
    gateway.answers = control_plane(cors={"allowOrigins": ["*"], "allowMethods": ["POST"]})
    headers = [SITE, ("access-control-request-method", "POST")]

    reply = gateway.answer("OPTIONS", headers=headers)

    assert reply.status == 204
    assert reply.header("access-control-allow-origin") == "*"
    assert gateway.invoked == []


def test_without_cors_a_preflight_is_the_functions_business(gateway: Gateway):
    gateway.answer("OPTIONS", headers=[SITE, ("access-control-request-method", "POST")])

    assert len(gateway.invoked) == 1


def test_browsers_may_read_the_gateways_own_errors(gateway: Gateway):
    gateway.answers = control_plane(cors={"allowOrigins": ["*"]}, route={"routeKey": "GET /x"})

    reply = gateway.answer(headers=[SITE])

    assert reply.status == 404
    assert reply.header("access-control-allow-origin") == "*"
