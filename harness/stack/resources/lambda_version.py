"""A published version of a function."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.provisioned import PROVISIONED, provision, provisioned
from harness.stack.resources import Created

TYPE = "AWS::Lambda::Version"
PROPERTIES: dict[str, Shape] = {
    "CodeSha256": Leaf.VALUE,
    "Description": Leaf.VALUE,
    "FunctionName": Leaf.VALUE,
    "ProvisionedConcurrencyConfig": PROVISIONED,
}
ATTRIBUTES = frozenset({"FunctionArn", "Version"})


def create(client: Any, properties: Properties, name: str) -> Created:
    request = {k: v for k, v in properties.items() if k != "ProvisionedConcurrencyConfig"}
    made = client.publish_version(**request)
    attributes = {"FunctionArn": made["FunctionArn"], "Version": made["Version"]}
    return Created(made["FunctionArn"], attributes)


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    provision(client, *_key(physical_id), properties)


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = client.get_function_configuration(FunctionName=physical_id)
    return {
        **found,
        "FunctionName": properties["FunctionName"],
        "ProvisionedConcurrencyConfig": provisioned(client, *_key(physical_id), properties),
    }


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    name, version = _key(physical_id)
    client.delete_function(FunctionName=name, Qualifier=version)


def _key(arn: str) -> tuple[str, str]:
    name, _, version = arn.partition(":function:")[2].partition(":")
    return name, version
