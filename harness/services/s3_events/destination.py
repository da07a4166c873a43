"""May S3 invoke this function? What the function's resource policy says (aws-behaviour §5.6.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import orjson

from harness.aws import ACCOUNT, json_answer, rest_call
from harness.call import Handler
from harness.errors import AwsError
from harness.services.s3_events.configuration import Rule

_ACTIONS = ("lambda:InvokeFunction", "lambda:*", "*")


async def validate(door: Handler, region: str, bucket: str, rules: Iterable[Rule]) -> None:
    """Raise S3's InvalidArgument naming every function that S3 may not invoke."""
    refused = [
        rule.function_arn for rule in rules if not await _allowed(door, region, bucket, rule)
    ]
    if not refused:
        return
    fields: dict[str, str] = {}
    for number, arn in enumerate(refused, start=1):
        fields[f"ArgumentName{number}"] = f"{arn}, null"
        fields[f"ArgumentValue{number}"] = f"Not authorized to invoke function [{arn}]"
    message = "Unable to validate the following destination configurations"
    raise AwsError("InvalidArgument", message, 400, fields)


async def _allowed(door: Handler, region: str, bucket: str, rule: Rule) -> bool:
    parts = rule.function_arn.split(":")
    path = f"/2015-03-31/functions/{parts[6]}/policy"
    query = f"Qualifier={parts[7]}" if len(parts) > 7 else ""
    try:
        call = rest_call("lambda", region, "GetPolicy", "GET", path, query=query)
        answer = await json_answer(door, call)
    except AwsError as error:
        if error.status != 404:
            raise
        return False
    return permits(orjson.loads(answer["Policy"]), bucket)


def permits(policy: Mapping[str, Any], bucket: str) -> bool:
    """Tell whether a resource policy lets S3 invoke the function for `bucket` (pure)."""
    return any(_grants(statement, bucket) for statement in policy.get("Statement", []))


def _grants(statement: Mapping[str, Any], bucket: str) -> bool:
    principal = statement.get("Principal", {})
    service = principal.get("Service") if isinstance(principal, Mapping) else principal
    return (
        statement.get("Effect") == "Allow"
        and "s3.amazonaws.com" in _listed(service)
        and any(action in _ACTIONS for action in _listed(statement.get("Action")))
        and _conditions_hold(statement.get("Condition", {}), bucket)
    )


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], bucket: str) -> bool:
    actual = {"aws:sourcearn": f"arn:aws:s3:::{bucket}", "aws:sourceaccount": ACCOUNT}
    wanted = [
        (actual[name.lower()], _listed(patterns))
        for operands in conditions.values()
        for name, patterns in operands.items()
        if name.lower() in actual
    ]
    return all(
        any(fnmatchcase(value, pattern) for pattern in patterns) for value, patterns in wanted
    )
