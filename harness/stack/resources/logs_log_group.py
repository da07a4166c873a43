"""A log group and how long it keeps its events."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS, as_list, as_map

TYPE = "AWS::Logs::LogGroup"
PROPERTIES: dict[str, Shape] = {
    "KmsKeyId": Leaf.VALUE,
    "LogGroupName": Leaf.VALUE,
    "RetentionInDays": Leaf.VALUE,
    "Tags": TAGS,
}
ATTRIBUTES = frozenset({"Arn"})


def create(client: Any, properties: Properties, name: str) -> Created:
    group = properties.get("LogGroupName", name)
    client.create_log_group(
        logGroupName=group,
        kmsKeyId=properties.get("KmsKeyId"),
        tags=as_map(properties.get("Tags")) or None,
    )
    return Created(group, {"Arn": _found(client, group)["arn"]})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    if "RetentionInDays" in properties:
        client.put_retention_policy(
            logGroupName=physical_id, retentionInDays=properties["RetentionInDays"]
        )


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = _found(client, physical_id)
    return {
        "KmsKeyId": found.get("kmsKeyId"),
        "LogGroupName": found["logGroupName"],
        "RetentionInDays": found.get("retentionInDays"),
        "Tags": as_list(client.list_tags_log_group(logGroupName=physical_id)["tags"]),
    }


def _found(client: Any, name: str) -> dict[str, Any]:
    groups = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next(group for group in groups if group["logGroupName"] == name)


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_log_group(logGroupName=physical_id)
