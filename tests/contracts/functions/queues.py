"""How the functions under test talk to their test: through SQS, without the weight of an SDK."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from settings import ENDPOINT, REGION, REPORTS, SIGNALS


def report(content: Any) -> None:
    """Tell the test something."""
    _sqs("SendMessage", QueueUrl=REPORTS, MessageBody=json.dumps(content))


def await_signal() -> None:
    """Wait until the test sends one more signal."""
    while not _sqs("ReceiveMessage", QueueUrl=SIGNALS, WaitTimeSeconds=20).get("Messages"):
        pass


def _sqs(action: str, **members: Any) -> dict[str, Any]:
    scope = f"Credential=x/20260101/{REGION}/sqs/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"AmazonSQS.{action}",
    }
    request = urllib.request.Request(ENDPOINT, json.dumps(members).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - an endpoint of ours
        decoded: dict[str, Any] = json.load(answer)
        return decoded
