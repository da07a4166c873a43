"""What happens to asynchronous invocations that fail."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created

TYPE = "AWS::Lambda::EventInvokeConfig"
PROPERTIES: dict[str, Shape] = {
    "DestinationConfig": {
        "OnFailure": {"Destination": Leaf.VALUE},
        "OnSuccess": {"Destination": Leaf.VALUE},
    },
    "FunctionName": Leaf.VALUE,
    "MaximumEventAgeInSeconds": Leaf.VALUE,
    "MaximumRetryAttempts": Leaf.VALUE,
    "Qualifier": Leaf.VALUE,
}
ATTRIBUTES: frozenset[str] = frozenset()


def create(client: Any, properties: Properties, name: str) -> Created:
    client.put_function_event_invoke_config(**properties)
    return Created("|".join(_key(properties).values()))


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = client.get_function_event_invoke_config(**_key(properties))
    _, _, qualified = found["FunctionArn"].partition(":function:")
    name, _, qualifier = qualified.partition(":")
    return {**found, "FunctionName": name, "Qualifier": qualifier or "$LATEST"}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_function_event_invoke_config(**_key(properties))


def _key(properties: Properties) -> dict[str, str]:
    return {key: properties[key] for key in ("FunctionName", "Qualifier")}
