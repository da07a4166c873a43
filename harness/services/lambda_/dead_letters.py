"""Which dead-letter queues a function may be given (aws-behaviour §3.6); pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.errors import AwsError

_PATTERN = r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"
_TARGET = re.compile(r"^arn:aws[a-zA-Z-]*:(sqs|sns):[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?$")
_KINDS = {"sqs": "SQS queue", "sns": "SNS topic"}
_USER = {"Type": "User"}


def check_dead_letters(request: Mapping[str, Any]) -> None:
    """Raise `AwsError` when a request for a function names a target that cannot be one."""
    config = request.get("DeadLetterConfig") or {}
    target = (config.get("TargetArn") or "") if isinstance(config, Mapping) else None
    if not isinstance(target, str):
        raise AwsError("SerializationException", "DeadLetterConfig is not an object of strings")
    if not re.fullmatch(_PATTERN, target):
        message = (
            f"1 validation error detected: Value '{target}' at 'deadLetterConfig.targetArn' failed "
            f"to satisfy constraint: Member must satisfy regular expression pattern: {_PATTERN}"
        )
        raise AwsError("ValidationException", message)
    match = _TARGET.match(target)
    if target and not match:
        message = (
            f"Invalid dead letter queue ARN: {target} is neither an SQS queue nor an SNS topic"
        )
        raise AwsError("InvalidParameterValueException", message, 400, _USER)
    if match and match[2]:
        message = (
            f"Invalid dead letter queue ARN: FIFO {_KINDS[match[1]]} is not supported for dead "
            "letter configuration"
        )
        raise AwsError("InvalidParameterValueException", message, 400, _USER)
