"""Which queue a request names as its event source; other sources are refused by name (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.aws import ACCOUNT
from harness.errors import AwsError
from harness.services.event_source_mapping.settings import USER, constraint, invalid, malformed

_ARN = re.compile(r"arn:aws[\w-]*:([\w-]+):([a-z]{2}(?:-[a-z]+)+-\d)?:(\d{12})?:(.+)")
_QUEUE = re.compile(r"[\w-]{1,80}(\.fifo)?")
_OTHERS = {
    "kinesis": "Kinesis streams",
    "dynamodb": "DynamoDB streams",
    "kafka": "Amazon MSK",
    "mq": "Amazon MQ",
    "rds": "Amazon DocumentDB",
}


def queue_arn(request: Mapping[str, Any]) -> str:
    """Return the ARN of the SQS queue; raises `AwsError` when there is none or another source."""
    arn = request.get("EventSourceArn")
    if arn is None:
        if request.get("SelfManagedEventSource"):
            raise _not_emulated("self-managed Apache Kafka")
        raise invalid("Unrecognized event source.")
    if not isinstance(arn, str):
        raise malformed("EventSourceArn is not a string")
    match = _ARN.fullmatch(arn)
    if match is None:
        rule = f"satisfy regular expression pattern: {_ARN.pattern}"
        raise constraint(arn, "eventSourceArn", rule)
    service, region, account, resource = match.groups()
    if service in _OTHERS:
        raise _not_emulated(_OTHERS[service])
    if service != "sqs" or not _QUEUE.fullmatch(resource) or not region:
        raise invalid(f"Unrecognized event source. Unrecognized event source arn: {arn}")
    return arn if account else arn.replace("::", f":{ACCOUNT}:")


def _not_emulated(source: str) -> AwsError:
    message = (
        f"{source} as an event source is not emulated here, only SQS queues "
        "(docs/services/event_source_mapping.md)"
    )
    return AwsError("NotImplemented", message, 501, USER)
