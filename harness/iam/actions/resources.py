"""The resources that JSON and query operations are about, read from their requests (pure).

One function a service: (operation, request, region) to the ARNs. None stands for a resource that
is not known here; what is "*" on AWS as well is "*" here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.aws import ACCOUNT
from harness.iam.actions.asked import Request

Resources = Callable[[str, Request, str], list[str | None]]


def _arn(service: str, region: str, rest: str) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


def _text(request: Request, *names: str) -> str:
    """Return the first of the members that is there and a string."""
    return next((v for n in names if isinstance(v := request.get(n), str) and v), "")


def _sqs(operation: str, request: Request, region: str) -> list[str | None]:
    if operation == "ListQueues":
        return ["*"]
    if source := _text(request, "SourceArn"):
        return [source]
    name = _text(request, "QueueUrl", "QueueName").rstrip("/").rpartition("/")[2]
    return [_arn("sqs", region, name) if name else None]


def _sns(operation: str, request: Request, region: str) -> list[str | None]:
    if arn := _text(request, "TopicArn", "TargetArn", "ResourceArn"):
        return [arn]
    if subscription := _text(request, "SubscriptionArn"):
        return [subscription.rpartition(":")[0]]
    if operation == "CreateTopic" and (name := _text(request, "Name")):
        return [_arn("sns", region, name)]
    return ["*"] if operation.startswith("List") or "PhoneNumber" in request else [None]


def _secrets(operation: str, request: Request, region: str) -> list[str | None]:
    """A name stays a name: only the control plane knows the end of the ARN."""
    if operation in ("ListSecrets", "GetRandomPassword", "BatchGetSecretValue"):
        return ["*"]
    return [_text(request, "SecretId", "Name") or None]


def _logs(operation: str, request: Request, region: str) -> list[str | None]:
    if operation.startswith("Describe") and operation != "DescribeLogStreams":
        return ["*"] if operation != "DescribeLogGroups" else [_arn("logs", region, "log-group::")]
    group = _text(request, "logGroupName", "logGroupIdentifier").partition("log-group:")
    name = group[2].removesuffix(":*") or group[0]
    if not name:
        return [None]
    stream = _text(request, "logStreamName")
    return [_arn("logs", region, f"log-group:{name}:log-stream:{stream}")]


def _dynamodb(operation: str, request: Request, region: str) -> list[str | None]:
    if operation in ("ListTables", "DescribeLimits", "DescribeEndpoints"):
        return ["*"]
    tables = list(_tables(request))
    index = _text(request, "IndexName")
    suffix = f"/index/{index}" if index else ""
    arns = [t if t.startswith("arn:") else _arn("dynamodb", region, f"table/{t}") for t in tables]
    return [arn + suffix for arn in arns] or [_text(request, "ResourceArn") or None]


def _tables(request: Request) -> dict[str, None]:
    """Return the tables of a single, batch or transactional request, in order, once each."""
    found = dict.fromkeys([name] if (name := _text(request, "TableName")) else [])
    if isinstance(batch := request.get("RequestItems"), Mapping):
        found |= dict.fromkeys(map(str, batch))
    transaction = request.get("TransactItems")
    for item in transaction if isinstance(transaction, list) else []:
        parts = item.values() if isinstance(item, Mapping) else ()
        found |= {_text(part, "TableName"): None for part in parts if isinstance(part, Mapping)}
    return {name: None for name in found if name}


def _cloudwatch(operation: str, request: Request, region: str) -> list[str | None]:
    if names := _members(request, "AlarmNames") or _members(request, "AlarmName"):
        return [_arn("cloudwatch", region, f"alarm:{name}") for name in names]
    if name := _text(request, "DashboardName"):
        return [f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{name}"]
    known = ("PutMetricData", "GetMetric", "ListMetrics", "ListDashboards", "DescribeAlarms")
    return ["*"] if operation.startswith(known) else [None]


def _members(request: Request, name: str) -> list[str]:
    """Return the strings of a member: a list in JSON, `Name.member.1` and so on in a form."""
    value = request.get(name)
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    if isinstance(value, str):
        return [value]
    return [v for key, v in request.items() if key.startswith(f"{name}.member.")]


def _events(operation: str, request: Request, region: str) -> list[str | None]:
    if operation == "PutEvents":
        entries = request.get("Entries")
        rows = [e for e in entries if isinstance(e, Mapping)] if isinstance(entries, list) else []
        buses = dict.fromkeys(_text(row, "EventBusName") or "default" for row in rows)
        return [
            b if b.startswith("arn:") else _arn("events", region, f"event-bus/{b}") for b in buses
        ]
    return [None]


def _ssm(operation: str, request: Request, region: str) -> list[str | None]:
    names = [_text(request, "Name")] if "Name" in request else _members(request, "Names")
    if path := _text(request, "Path"):
        names = [path]
    return [_arn("ssm", region, f"parameter/{name.lstrip('/')}") for name in names] or [None]


def _kms(operation: str, request: Request, region: str) -> list[str | None]:
    key = _text(request, "KeyId")
    if key.startswith("arn:"):
        return [key if ":key/" in key else None]
    return [_arn("kms", region, f"key/{key}") if key and not key.startswith("alias/") else None]


def _states(operation: str, request: Request, region: str) -> list[str | None]:
    if operation == "ListStateMachines":
        return ["*"]
    return [_text(request, "stateMachineArn", "executionArn", "resourceArn") or None]


def _iam(operation: str, request: Request, region: str) -> list[str | None]:
    for member, kind in (("RoleName", "role"), ("UserName", "user"), ("GroupName", "group")):
        if name := _text(request, member):
            return [f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"]
    if arn := _text(request, "PolicyArn"):
        return [arn]
    return ["*"] if operation.startswith("List") else [None]


def _sts(operation: str, request: Request, region: str) -> list[str | None]:
    return [_text(request, "RoleArn") or "*"]


BY_SERVICE: dict[str, Resources] = {
    "sqs": _sqs,
    "sns": _sns,
    "secretsmanager": _secrets,
    "logs": _logs,
    "dynamodb": _dynamodb,
    "monitoring": _cloudwatch,
    "events": _events,
    "ssm": _ssm,
    "kms": _kms,
    "states": _states,
    "iam": _iam,
    "sts": _sts,
}


def resources(
    service: str, operation: str, request: Mapping[str, Any], region: str
) -> list[str | None]:
    """Return the resources of an operation; [None] for a service that is not in the table."""
    found = BY_SERVICE.get(service)
    return found(operation, request, region) if found else [None]
