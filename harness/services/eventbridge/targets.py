"""How an event reaches a rule's target: a call through the door like any other.

Functions, queues and topics. `Input` and `InputPath` are honoured; any other target,
and an input transformer, is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from harness.call import Handler
from harness.errors import AwsError
from harness.senders import invoke, publish, send_message


def payload(target: Mapping[str, Any], event: Mapping[str, Any]) -> bytes:
    """Return what the target receives; raises `AwsError` for a transformation (pure)."""
    if "InputTransformer" in target:
        raise AwsError("NotImplemented", "InputTransformer is not emulated here", 501)
    if "Input" in target:
        return str(target["Input"]).encode()
    found: Any = event
    for name in str(target.get("InputPath", "$")).split(".")[1:]:
        found = found.get(name) if isinstance(found, Mapping) else None
    return orjson.dumps(found)


async def send(door: Handler, target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """Deliver the event to a target; return the id the target knows it by."""
    arn, sent = str(target["Arn"]), payload(target, event)
    match arn.split(":"):
        case ["arn", _, "lambda", _, _, "function", *_]:
            return await invoke(door, arn, sent)
        case ["arn", _, "sqs", _, _, _]:
            group = target.get("SqsParameters", {}).get("MessageGroupId", "")
            return await send_message(door, arn, sent, group=group)
        case ["arn", _, "sns", _, _, _]:
            return await publish(door, arn, sent)
        case _:
            raise AwsError("NotImplemented", f"{arn}: such a target is not emulated here", 501)
