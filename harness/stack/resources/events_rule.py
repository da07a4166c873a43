"""A rule of EventBridge with its targets. SAM's `Schedule` event of a function becomes one."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, Refused, SetOf, Shape
from harness.stack.resources import Created

_STORED_ONLY = Refused("is not honoured here: a target that fails is not tried again; remove it")

TYPE = "AWS::Events::Rule"
PROPERTIES: dict[str, Shape] = {
    "Description": Leaf.VALUE,
    "EventBusName": Leaf.VALUE,
    "EventPattern": Leaf.VALUE,
    "Name": Leaf.VALUE,
    "ScheduleExpression": Leaf.VALUE,
    "State": Leaf.VALUE,
    "Targets": SetOf(
        {
            "Arn": Leaf.VALUE,
            "DeadLetterConfig": _STORED_ONLY,
            "Id": Leaf.VALUE,
            "Input": Leaf.VALUE,
            "InputPath": Leaf.VALUE,
            "RetryPolicy": _STORED_ONLY,
            "SqsParameters": {"MessageGroupId": Leaf.VALUE},
        }
    ),
}
ATTRIBUTES = frozenset({"Arn"})
_DEFAULT_BUS = "default"


def create(client: Any, properties: Properties, name: str) -> Created:
    request = {key: value for key, value in properties.items() if key != "Targets"}
    if "EventPattern" in request:
        request["EventPattern"] = json.dumps(request["EventPattern"])
    request.setdefault("Name", name)
    arn = client.put_rule(**request)["RuleArn"]
    return Created(request["Name"], {"Arn": arn})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    if properties.get("Targets"):
        client.put_targets(
            Rule=physical_id, EventBusName=_bus(properties), Targets=properties["Targets"]
        )


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    bus = _bus(properties)
    found = dict(client.describe_rule(Name=physical_id, EventBusName=bus))
    if "EventPattern" in found:
        found["EventPattern"] = json.loads(found["EventPattern"])
    targets = client.list_targets_by_rule(Rule=physical_id, EventBusName=bus)["Targets"]
    return {**found, "Targets": targets}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    bus = _bus(properties)
    targets = client.list_targets_by_rule(Rule=physical_id, EventBusName=bus)["Targets"]
    if targets:
        client.remove_targets(
            Rule=physical_id, EventBusName=bus, Ids=[target["Id"] for target in targets]
        )
    client.delete_rule(Name=physical_id, EventBusName=bus)


def _bus(properties: Properties) -> str:
    return str(properties.get("EventBusName", _DEFAULT_BUS))
