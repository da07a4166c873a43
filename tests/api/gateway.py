"""API Gateway (HTTP API, payload 2.0) for tests: HTTP requests become events of a handler."""

from __future__ import annotations

from base64 import b64decode, b64encode
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
from mangum import Mangum
from mangum.types import ASGI

from api.handler import lambda_handler


class Gateway(httpx.BaseTransport):
    """Invokes `handler` once for each request."""

    def __init__(self, handler: Mangum, remaining_ms: int) -> None:
        self._handler = handler
        self._remaining_ms = remaining_ms

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        context: Any = SimpleNamespace(
            aws_request_id=str(uuid4()), get_remaining_time_in_millis=lambda: self._remaining_ms
        )
        answer = self._handler(event(request), context)
        body = answer["body"].encode()
        if answer["isBase64Encoded"]:
            body = b64decode(body)
        return httpx.Response(answer["statusCode"], headers=answer["headers"], content=body)


def client(application: ASGI, remaining_ms: int = 29_900) -> httpx.Client:
    """Return an HTTP client of `application` behind the gateway.

    remaining_ms: what Lambda says is left of an invocation.
    """
    transport = Gateway(lambda_handler(application), remaining_ms)
    return httpx.Client(transport=transport, base_url="https://api.example")


def event(request: httpx.Request) -> dict[str, Any]:
    """Return `request` as API Gateway sends it to a function."""
    path = request.url.path
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.url.query.decode(),
        "headers": dict(request.headers),
        "requestContext": {
            "http": {"method": request.method, "path": path, "sourceIp": "127.0.0.1"},
            "requestId": "gateway",
            "stage": "$default",
        },
        "body": b64encode(request.read()).decode(),
        "isBase64Encoded": True,
    }
