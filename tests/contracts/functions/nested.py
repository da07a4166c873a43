"""Handlers that invoke functions and wait for the answer, without the weight of an SDK."""

from __future__ import annotations

import json
import os
import urllib.request
from typing import Any

from settings import ENDPOINT, ENVIRONMENT, REGION


def _result(name: str, event: Any, **headers: str) -> Any:
    scope = f"Credential=x/20260101/{REGION}/lambda/aws4_request"
    signed = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"
    url = f"{ENDPOINT}/2015-03-31/functions/{name}/invocations"
    named = {"Authorization": signed, "Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, json.dumps(event).encode(), named)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - an endpoint of ours
        return json.load(answer)


def down(event: Any, context: Any) -> int:
    """Invoke oneself as deep as the event says, tracing it as SDKs do; return how deep."""
    depth = event["depth"]
    if depth == 0:
        return 0
    trace = {"X-Amzn-Trace-Id": os.environ["_X_AMZN_TRACE_ID"]}  # noqa: TID251
    return 1 + _result(context.function_name, {"depth": depth - 1}, **trace)


def ask(event: Any, context: Any) -> Any:
    """Return what another function answers; nothing tells it who asks."""
    return _result(ENVIRONMENT["ASKED"], event)
