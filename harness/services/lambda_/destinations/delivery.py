"""Sends dead letters and invocation records: calls through the door like anybody's."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from harness.aws import rest_call
from harness.call import Handler
from harness.errors import AwsError
from harness.senders import (
    NO_ATTRIBUTES,
    Attributes,
    invoke,
    publish,
    put_event,
    send_message,
)
from harness.services.lambda_.destinations.ending import Ending, dead_letter_attributes, record

_MESSAGE_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Arn:
    text: str
    service: str
    region: str
    account: str
    resource: str


def parse_arn(text: str) -> Arn:
    """Return the parts of an ARN; those that are missing are empty."""
    _, _, service, region, account, resource = (text.split(":", 5) + [""] * 6)[:6]
    return Arn(text, service, region, account, resource)


async def send_dead_letter(door: Handler, target: str, ending: Ending) -> None:
    """Send the event itself to a queue or topic; `AwsError` when that is not possible."""
    attributes = dead_letter_attributes(ending)
    match _standard(target).service:
        case "sqs":
            await send_message(door, target, ending.payload, ending.trace, attributes=attributes)
        case "sns":
            await _to_topic(door, target, ending.payload, ending.trace, attributes)
        case _:
            raise _not_a_target(target)


async def send_record(door: Handler, target: str, ending: Ending) -> None:
    """Send the invocation record to a destination; `AwsError` when that is not possible."""
    arn, body = _standard(target), record(ending)
    match arn.service:
        case "sqs":
            await send_message(door, target, body, ending.trace)
        case "sns":
            await _to_topic(door, target, body, ending.trace)
        case "lambda":  # asynchronously, so that its own retries and destinations apply
            await invoke(door, target, body, ending.trace)
        case "events":
            await put_event(door, target, _entry(arn, body, ending))
        case "s3":
            await _to_bucket(door, arn, body, ending)
        case _:
            raise _not_a_target(target)


def _standard(target: str) -> Arn:
    if target.endswith(".fifo"):
        raise AwsError("InvalidParameterValue", f"{target}: FIFO is not supported here")
    return parse_arn(target)


def _not_a_target(target: str) -> AwsError:
    return AwsError("InvalidParameterValue", f"{target} is not a target of asynchronous events")


async def _to_topic(
    door: Handler, target: str, body: bytes, trace: str, attributes: Attributes = NO_ATTRIBUTES
) -> None:
    if len(body) > _MESSAGE_LIMIT:
        raise AwsError("InvalidParameter", "Invalid parameter: Message too long")
    await publish(door, target, body, trace, attributes=attributes)


def _entry(arn: Arn, body: bytes, ending: Ending) -> bytes:
    """Return the record as an entry of a bus; raises `AwsError` when it is too large."""
    if len(body) > _MESSAGE_LIMIT:
        raise AwsError("ValidationException", "Total size of the entries in the request is over")
    outcome = "Success" if ending.succeeded else "Failure"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {outcome}",
        "Resources": [arn.text, ending.arn],
        "Detail": body.decode(),
        "EventBusName": arn.resource.removeprefix("event-bus/"),
    }
    return orjson.dumps(entry)


async def _to_bucket(door: Handler, arn: Arn, body: bytes, ending: Ending) -> None:
    if ending.succeeded:
        raise AwsError("InvalidParameterValue", f"{arn.text} takes no records of successes")
    region = parse_arn(ending.arn).region
    path = f"/{arn.resource}/{object_name(ending.function, ending.time, str(uuid.uuid4()))}"
    call = rest_call("s3", region, "PutObject", "PUT", path, body=body)
    if ending.trace:
        call.headers.append(("x-amzn-trace-id", ending.trace))
    reply = await door(call)
    if reply.status >= 300:
        reason = (await reply.read()).decode(errors="replace")[:300]
        raise AwsError("s3:PutObject", reason, reply.status)


def object_name(function: str, time: float, unique: str) -> str:
    """Return the key of a record in a bucket (§3.5.2)."""
    moment = datetime.fromtimestamp(time, UTC)
    return f"{object_folder(function)}{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{unique}"


def object_folder(function: str) -> str:
    return f"aws/lambda/async/{function}/"
