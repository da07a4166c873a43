"""Who else may invoke a function: one statement of its resource policy."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created

TYPE = "AWS::Lambda::Permission"
PROPERTIES: dict[str, Shape] = {
    "Action": Leaf.VALUE,
    "FunctionName": Leaf.VALUE,
    "Principal": Leaf.VALUE,
    "SourceAccount": Leaf.VALUE,
    "SourceArn": Leaf.VALUE,
}
ATTRIBUTES = frozenset({"Id"})


def create(client: Any, properties: Properties, name: str) -> Created:
    client.add_permission(StatementId=name, **properties)
    return Created(name, {"Id": name})


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    policy = json.loads(client.get_policy(FunctionName=properties["FunctionName"])["Policy"])
    statement: dict[str, Any] = next(
        (s for s in policy["Statement"] if s["Sid"] == physical_id), {}
    )
    condition = statement.get("Condition", {})
    principal = statement.get("Principal")
    return {
        "Action": statement.get("Action"),
        "FunctionName": _function_name(statement.get("Resource", ""), properties["FunctionName"]),
        "Principal": principal.get("Service") if isinstance(principal, dict) else principal,
        "SourceAccount": condition.get("StringEquals", {}).get("AWS:SourceAccount"),
        "SourceArn": condition.get("ArnLike", {}).get("AWS:SourceArn"),
    }


def _function_name(arn: str, asked: str) -> str:
    """Return the function as it was asked for: by its ARN or by its name."""
    return arn if asked.startswith("arn:") else arn.partition(":function:")[2]


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.remove_permission(FunctionName=properties["FunctionName"], StatementId=physical_id)
