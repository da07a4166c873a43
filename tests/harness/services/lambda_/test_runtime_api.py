from __future__ import annotations

import asyncio
import string
from collections.abc import Awaitable, Callable
from dataclasses import replace

import orjson
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from harness.http1 import Head
from harness.services.lambda_.outcome import (
    RESPONSE_LIMIT,
    Outcome,
    init_failed,
    too_large,
    truncated,
)
from harness.services.lambda_.runtime_api import Invocation, RuntimeApi
from tests.harness.services.lambda_.examples import ARN
from tests.harness.streams import Client, connected
from tests.harness.test_http1 import run

NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"
INVOCATION = Invocation("id-1", b'{"a": 1}', 1_700_000_000_123, ARN, "Root=1-x;Sampled=0")

Talk = Callable[[RuntimeApi, Client], Awaitable[None]]


def talk(conversation: Talk) -> None:
    """Talk to a Runtime API as the runtime client does: over one connection."""

    async def work() -> None:
        api = RuntimeApi()
        port = int((await api.start()).removeprefix("127.0.0.1:"))
        async with connected(port) as client:
            await conversation(api, client)
        await api.close()

    run(work())


def post(route: str, body: bytes = b"{}", error_type: str = "") -> bytes:
    header = f"Lambda-Runtime-Function-Error-Type: {error_type}\r\n" if error_type else ""
    head = f"POST /2018-06-01/runtime/{route} HTTP/1.1\r\nContent-Length: {len(body)}\r\n{header}"
    return head.encode() + b"\r\n" + body


async def given(api: RuntimeApi, client: Client) -> tuple[asyncio.Future[Outcome], Head, bytes]:
    """Let the runtime ask for an invocation and get one."""
    answer = api.offer(INVOCATION)
    client.send(NEXT)
    return answer, *await client.answer()


async def refusal(client: Client, request: bytes) -> tuple[int, str]:
    client.send(request)
    head, body = await client.answer()
    assert head.header("content-type") == "application/json"  # the runtime client needs it
    return int(head.start[1]), orjson.loads(body)["errorType"]


def test_next_hands_over_the_invocation():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        _, head, body = await given(api, client)
        assert body == b'{"a": 1}'
        assert dict(head.headers) == {
            "lambda-runtime-aws-request-id": "id-1",
            "lambda-runtime-deadline-ms": "1700000000123",
            "lambda-runtime-invoked-function-arn": ARN,
            "lambda-runtime-trace-id": "Root=1-x;Sampled=0",
            "content-type": "application/json",
            "content-length": "8",
        }

    talk(conversation)


def test_a_client_context_is_passed_on():
    headers = dict(replace(INVOCATION, client_context='{"client":{}}').headers())
    assert headers["Lambda-Runtime-Client-Context"] == '{"client":{}}'


def test_next_waits_for_an_invocation_and_is_ready_meanwhile():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        assert not api.ready.is_set()
        client.send(NEXT)
        await api.ready.wait()
        api.offer(INVOCATION)
        assert not api.ready.is_set()
        assert (await client.answer())[1] == b'{"a": 1}'

    talk(conversation)


def test_a_response_is_accepted_once():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        answer, *_ = await given(api, client)
        response = post("invocation/id-1/response", b'"done"')
        assert await client.exchange(response) == (202, b'{"status":"OK"}\n')
        assert await answer == Outcome("success", b'"done"')
        assert await refusal(client, response) == (403, "InvalidStateTransition")
        assert await refusal(client, post("invocation/id-1/error")) == (
            403,
            "InvalidStateTransition",
        )

    talk(conversation)


@pytest.mark.parametrize(
    ("header", "error_type"),
    [("Runtime.MarshalError", "Runtime.MarshalError"), ("", "Runtime.Unknown")],
)
def test_an_error_of_the_handler(header, error_type):
    async def conversation(api: RuntimeApi, client: Client) -> None:
        answer, *_ = await given(api, client)
        status, _ = await client.exchange(post("invocation/id-1/error", b'{"x": 1}', header))
        assert status == 202
        assert await answer == Outcome("error", b'{"x": 1}', error_type)

    talk(conversation)


def test_one_invocation_after_the_other():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        for number in ("1", "2"):
            answer = api.offer(replace(INVOCATION, request_id=number))
            client.send(NEXT)
            await client.answer()
            await client.exchange(post(f"invocation/{number}/response", number.encode()))
            assert (await answer).payload == number.encode()

    talk(conversation)


@pytest.mark.parametrize("route", ["invocation/id-2/response", "invocation/id-2/error"])
@pytest.mark.parametrize("invoked", [True, False])
def test_an_unknown_request_is_refused(route, invoked):
    async def conversation(api: RuntimeApi, client: Client) -> None:
        if invoked:
            await given(api, client)
        assert await refusal(client, post(route)) == (400, "InvalidRequestID")

    talk(conversation)


def test_an_invocation_that_timed_out_takes_no_response_any_more():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        answer, *_ = await given(api, client)
        answer.cancel()
        late = post("invocation/id-1/response")
        assert await refusal(client, late) == (403, "InvalidStateTransition")

    talk(conversation)


def test_a_failed_init_is_reported_once():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        failure = post("init/error", b'{"x": 1}', "Runtime.ImportModuleError")
        assert (await client.exchange(failure))[0] == 202
        assert await api.init_error == init_failed(b'{"x": 1}', "Runtime.ImportModuleError")
        assert await refusal(client, failure) == (403, "InvalidStateTransition")

    talk(conversation)


@pytest.mark.parametrize(("size", "status"), [(RESPONSE_LIMIT, 202), (RESPONSE_LIMIT + 1, 413)])
def test_the_limit_of_a_response(size, status):
    async def conversation(api: RuntimeApi, client: Client) -> None:
        answer, *_ = await given(api, client)
        body = b"x" * size
        assert (await client.exchange(post("invocation/id-1/response", body)))[0] == status
        expected = Outcome("success", body) if status == 202 else too_large()
        assert await answer == expected

    talk(conversation)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n\r\n",
        b"GET /anything HTTP/1.1\r\n\r\n",
        post("invocation/next"),
        post("invocation/id-1/other"),
    ],
)
def test_other_paths_do_not_exist(request_bytes):
    async def conversation(api: RuntimeApi, client: Client) -> None:
        assert await refusal(client, request_bytes) == (404, "NotFound")

    talk(conversation)


@pytest.mark.parametrize(
    ("state", "request_bytes", "wanted"),
    [
        ("ResponseSent", post("invocation/id-1/response"), "InvocationResponse"),
        ("ResponseSent", post("invocation/id-1/error"), "InvocationErrorResponse"),
        ("ResponseSent", post("init/error"), "InitError"),
        ("InitError", NEXT, "Ready"),
        ("InitError", post("init/error"), "InitError"),
    ],
)
def test_a_step_out_of_turn_is_refused(state, request_bytes, wanted):
    async def conversation(api: RuntimeApi, client: Client) -> None:
        if state == "InitError":
            await client.exchange(post("init/error"))
        else:
            await given(api, client)
            await client.exchange(post("invocation/id-1/response"))
        client.send(request_bytes)
        head, body = await client.answer()
        assert head.start[1] == "403"
        assert orjson.loads(body) == {
            "errorType": "InvalidStateTransition",
            "errorMessage": (
                f"State transition from {state} to {wanted} failed for runtime. "
                "Error: State transition is not allowed"
            ),
        }

    talk(conversation)


def test_an_invocation_may_be_asked_for_again_until_it_is_answered():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        await given(api, client)
        client.send(NEXT)
        assert (await client.answer())[1] == INVOCATION.payload

    talk(conversation)


def test_a_response_that_breaks_off():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        answer, *_ = await given(api, client)
        client.send(post("invocation/id-1/response", b"12345")[:-1])
        client.writer.write_eof()
        head, body = await client.answer()
        assert (head.start[1], orjson.loads(body)["errorType"]) == ("400", "TruncatedHTTPRequest")
        assert await answer == truncated()

    talk(conversation)


def test_a_streamed_response_is_refused_by_name():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        answer, *_ = await given(api, client)
        head = "Lambda-Runtime-Function-Response-Mode: streaming\r\nContent-Length: 2\r\n\r\n{}"
        request = f"POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n{head}"
        assert await refusal(client, request.encode()) == (400, "InvalidFunctionResponseMode")
        assert (await answer).error_type == "Runtime.InvalidResponseModeHeader"

    talk(conversation)


def test_ping():
    async def conversation(api: RuntimeApi, client: Client) -> None:
        assert await client.exchange(b"GET /2018-06-01/ping HTTP/1.1\r\n\r\n") == (200, b"pong")

    talk(conversation)


@drawn(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=st.sampled_from(
        [
            "runtime/init/error",
            "runtime/invocation/id-1/response",
            "runtime/invocation/id-1/error",
            "runtime/invocation/",
            "ping",
        ]
    )
    | st.text(string.ascii_letters + "/%.-", max_size=40).filter(lambda path: "next" not in path),
    mode=st.sampled_from(["", "streaming", "x"]),
    body=st.binary(max_size=64),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_is_answered(method, path, mode, body):
    async def conversation(api: RuntimeApi, client: Client) -> None:
        header = f"Lambda-Runtime-Function-Response-Mode: {mode}\r\n" if mode else ""
        head = (
            f"{method} /2018-06-01/{path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n{header}\r\n"
        )
        async with asyncio.timeout(5):
            status, answer = await client.exchange(head.encode() + body)
        assert status in (200, 202, 400, 403, 404)
        if status >= 400:
            assert set(orjson.loads(answer)) == {"errorMessage", "errorType"}

    talk(conversation)
