"""Which sender delivers to which kind of destination."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from harness.call import Handler
from harness.senders import invoke, publish, put_event, send_message

SENDERS: Mapping[str, Callable[[Handler, str, bytes, str], Awaitable[str]]] = {
    "lambda": invoke,
    "sqs": send_message,
    "sns": partial(publish, subject="Amazon S3 Notification"),
    "events": put_event,
}
