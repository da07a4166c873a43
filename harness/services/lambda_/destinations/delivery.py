"""Sends dead letters and invocation records: calls through the door like anybody's."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from harness.aws import ACCOUNT, json_answer, json_call, query_call, rest_call
from harness.call import Call, Handler
from harness.errors import AwsError
from harness.services.lambda_.destinations.ending import Ending, dead_letter_attributes, record

_MESSAGE_LIMIT = 256 * 1024

Attributes = dict[str, tuple[str, str]]


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
    arn, attributes = _standard(target), dead_letter_attributes(ending)
    if arn.service == "sqs":
        await _to_queue(door, arn, ending.payload, ending, attributes)
    elif arn.service == "sns":
        await _to_topic(door, arn, ending.payload, ending, attributes)
    else:
        raise _not_a_target(target)


async def send_record(door: Handler, target: str, ending: Ending) -> None:
    """Send the invocation record to a destination; `AwsError` when that is not possible."""
    arn = _standard(target)
    if arn.service not in _SENDERS:
        raise _not_a_target(target)
    await _SENDERS[arn.service](door, arn, record(ending), ending)


def _standard(target: str) -> Arn:
    if target.endswith(".fifo"):
        raise AwsError("InvalidParameterValue", f"{target}: FIFO is not supported here")
    return parse_arn(target)


def _not_a_target(target: str) -> AwsError:
    return AwsError("InvalidParameterValue", f"{target} is not a target of asynchronous events")


async def _to_queue(
    door: Handler, arn: Arn, body: bytes, ending: Ending, attributes: Attributes | None = None
) -> None:
    account = arn.account or ACCOUNT
    message = {
        "QueueUrl": f"http://sqs.{arn.region}.amazonaws.com/{account}/{arn.resource}",
        "MessageBody": body.decode(errors="replace"),
        "MessageAttributes": {
            name: {"DataType": kind, "StringValue": value}
            for name, (kind, value) in (attributes or {}).items()
        },
        "MessageSystemAttributes": {
            "AWSTraceHeader": {"DataType": "String", "StringValue": ending.trace}
        },
    }
    await json_answer(door, json_call("sqs", arn.region, "AmazonSQS.SendMessage", message))


async def _to_topic(
    door: Handler, arn: Arn, body: bytes, ending: Ending, attributes: Attributes | None = None
) -> None:
    if len(body) > _MESSAGE_LIMIT:
        raise AwsError("InvalidParameter", "Invalid parameter: Message too long")
    parameters = {"TopicArn": arn.text, "Message": body.decode(errors="replace")}
    for number, (name, (kind, value)) in enumerate((attributes or {}).items(), start=1):
        prefix = f"MessageAttributes.entry.{number}"
        parameters[f"{prefix}.Name"] = name
        parameters[f"{prefix}.Value.DataType"] = kind
        parameters[f"{prefix}.Value.StringValue"] = value
    await _accepted(door, query_call("sns", arn.region, "Publish", parameters), ending)


async def _to_function(door: Handler, arn: Arn, body: bytes, ending: Ending) -> None:
    """Invoke a function asynchronously, so that its own retries and destinations apply."""
    path = f"/2015-03-31/functions/{quote(arn.text, safe='')}/invocations"
    headers = (("x-amz-invocation-type", "Event"),)
    call = rest_call("lambda", arn.region, "Invoke", "POST", path, body=body, headers=headers)
    await _accepted(door, call, ending)


async def _to_bus(door: Handler, arn: Arn, body: bytes, ending: Ending) -> None:
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
    call = json_call("events", arn.region, "AWSEvents.PutEvents", {"Entries": [entry]})
    answer = await json_answer(door, call)
    if answer.get("FailedEntryCount"):
        failed = answer["Entries"][0]
        raise AwsError(failed.get("ErrorCode", ""), failed.get("ErrorMessage", ""))


async def _to_bucket(door: Handler, arn: Arn, body: bytes, ending: Ending) -> None:
    if ending.succeeded:
        raise AwsError("InvalidParameterValue", f"{arn.text} takes no records of successes")
    region = parse_arn(ending.arn).region
    path = f"/{arn.resource}/{object_name(ending.function, ending.time, str(uuid.uuid4()))}"
    await _accepted(door, rest_call("s3", region, "PutObject", "PUT", path, body=body), ending)


def object_name(function: str, time: float, unique: str) -> str:
    """Return the key of a record in a bucket (§3.5.2)."""
    moment = datetime.fromtimestamp(time, UTC)
    return f"{object_folder(function)}{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{unique}"


def object_folder(function: str) -> str:
    return f"aws/lambda/async/{function}/"


async def _accepted(door: Handler, call: Call, ending: Ending) -> None:
    """Have a call answered with a 2xx, passing the lineage of the event on."""
    if ending.trace:
        call.headers.append(("x-amzn-trace-id", ending.trace))
    reply = await door(call)
    if reply.status >= 300:
        reason = (await reply.read()).decode(errors="replace")[:300]
        raise AwsError(f"{call.service}:{call.operation}", reason, reply.status)


_SENDERS: dict[str, Callable[[Handler, Arn, bytes, Ending], Awaitable[None]]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "lambda": _to_function,
    "events": _to_bus,
    "s3": _to_bucket,
}
