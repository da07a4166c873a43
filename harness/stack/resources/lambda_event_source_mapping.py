"""A queue before a function. SAM's `SQS` event of a function is one."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created

TYPE = "AWS::Lambda::EventSourceMapping"
PROPERTIES: dict[str, Shape] = {
    "BatchSize": Leaf.VALUE,
    "Enabled": Leaf.VALUE,
    "EventSourceArn": Leaf.VALUE,
    "FilterCriteria": {"Filters": SetOf({"Pattern": Leaf.VALUE})},
    "FunctionName": Leaf.VALUE,
    "FunctionResponseTypes": [Leaf.VALUE],
    "MaximumBatchingWindowInSeconds": Leaf.VALUE,
    "ScalingConfig": {"MaximumConcurrency": Leaf.VALUE},
}
ATTRIBUTES = frozenset({"EventSourceMappingArn", "Id"})
_ON = ("Creating", "Enabling", "Enabled", "Updating")


def create(client: Any, properties: Properties, name: str) -> Created:
    made = client.create_event_source_mapping(**properties)
    identifier = made["UUID"]
    arn = made.get("EventSourceMappingArn", "")
    return Created(identifier, {"EventSourceMappingArn": arn, "Id": identifier})


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = client.get_event_source_mapping(UUID=physical_id)
    _, _, function = found["FunctionArn"].partition(":function:")
    # A template may name the function by its ARN or by its name; AWS always answers the ARN.
    is_arn = str(properties["FunctionName"]).startswith("arn:")
    return {
        **found,
        "Enabled": found["State"] in _ON,
        "FunctionName": found["FunctionArn"] if is_arn else function,
    }


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_event_source_mapping(UUID=physical_id)
