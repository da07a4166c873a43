"""Calls that services make to one another and to moto, in the shapes of AWS's protocols.

The credential scope is what moto recognises a service by; it checks no signature, and neither
does the endpoint (moto stores the identities, the endpoint trusts whoever reaches loopback).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson

from harness.call import Bytes, Call, Handler, Reply
from harness.errors import AwsError

ACCOUNT = "123456789012"
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # noqa: S105 - the example of AWS's own guides


def _headers(service: str, region: str, body: bytes) -> list[tuple[str, str]]:
    credential = f"{ACCESS_KEY}/20260101/{region}/{service}/aws4_request"
    signature = f"Credential={credential}, SignedHeaders=host, Signature=internal"
    return [
        ("host", f"{service}.{region}.amazonaws.com"),
        ("authorization", f"AWS4-HMAC-SHA256 {signature}"),
        ("content-length", str(len(body))),
    ]


def json_call(service: str, region: str, target: str, payload: dict[str, Any]) -> Call:
    """Return a call of a JSON-protocol service; target as on the wire ("Logs_20140328.X")."""
    body = orjson.dumps(payload)
    headers = [
        *_headers(service, region, body),
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.1"),
    ]
    operation = target.rpartition(".")[2]
    return Call(service, operation, "POST", "/", "", headers, Bytes(body))


def query_call(service: str, region: str, action: str, parameters: dict[str, str]) -> Call:
    """Return a call of a query-protocol service ("PutMetricData")."""
    body = urlencode({"Action": action, **parameters}).encode()
    headers = [
        *_headers(service, region, body),
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]
    return Call(service, action, "POST", "/", "", headers, Bytes(body))


def rest_call(
    service: str,
    region: str,
    operation: str,
    method: str,
    path: str,
    *,
    query: str = "",
    body: bytes = b"",
    headers: tuple[tuple[str, str], ...] = (),
) -> Call:
    """Return a call of a REST service; path and query already percent-encoded."""
    all_headers = [*_headers(service, region, body), *headers]
    return Call(service, operation, method, path, query, all_headers, Bytes(body))


async def json_answer(handler: Handler, call: Call) -> dict[str, Any]:
    """Return the decoded JSON answer of `call`.

    Raises `AwsError` with AWS's code and message when the answer is not a 2xx.
    """
    reply = await handler(call)
    body = await reply.read()
    if reply.status >= 300:
        raise _error(reply, body)
    return orjson.loads(body) if body else {}


def _error(reply: Reply, body: bytes) -> AwsError:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = {"message": body.decode(errors="replace")[:500]}
    code = reply.header("x-amzn-errortype") or answer.get("__type") or answer.get("Code", "")
    message = answer.get("message") or answer.get("Message") or ""
    return AwsError(code.partition(":")[0].rpartition("#")[2], message, reply.status)
