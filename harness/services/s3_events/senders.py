"""Which sender delivers to which kind of destination."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from harness.call import Handler
from harness.senders import invoke, publish, put_event, send_message


async def _publish(door: Handler, arn: str, payload: bytes, _trace: str) -> str:
    """Publish to a topic, which S3 passes no trace to."""
    return await publish(door, arn, payload, subject="Amazon S3 Notification")


SENDERS: Mapping[str, Callable[[Handler, str, bytes, str], Awaitable[str]]] = {
    "lambda": invoke,
    "sqs": send_message,
    "sns": _publish,
    "events": put_event,
}
