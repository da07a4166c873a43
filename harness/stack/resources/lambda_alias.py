"""A name for a version of a function, with weights when two share the invocations."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.provisioned import PROVISIONED, provision, provisioned
from harness.stack.resources import Created

TYPE = "AWS::Lambda::Alias"
PROPERTIES: dict[str, Shape] = {
    "Description": Leaf.VALUE,
    "FunctionName": Leaf.VALUE,
    "FunctionVersion": Leaf.VALUE,
    "Name": Leaf.VALUE,
    "ProvisionedConcurrencyConfig": PROVISIONED,
    "RoutingConfig": {
        "AdditionalVersionWeights": [{"FunctionVersion": Leaf.VALUE, "FunctionWeight": Leaf.VALUE}]
    },
}
ATTRIBUTES = frozenset({"AliasArn"})


def create(client: Any, properties: Properties, name: str) -> Created:
    request = {k: v for k, v in properties.items() if k != "ProvisionedConcurrencyConfig"}
    if weights := properties.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        shares = {weight["FunctionVersion"]: float(weight["FunctionWeight"]) for weight in weights}
        request["RoutingConfig"] = {"AdditionalVersionWeights": shares}
    arn = client.create_alias(**request)["AliasArn"]
    return Created(arn, {"AliasArn": arn})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    provision(client, properties["FunctionName"], properties["Name"], properties)


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    name, alias = properties["FunctionName"], properties["Name"]
    found = client.get_alias(FunctionName=name, Name=alias)
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    listed = [{"FunctionVersion": v, "FunctionWeight": w} for v, w in weights.items()]
    return {
        **found,
        "FunctionName": name,
        "ProvisionedConcurrencyConfig": provisioned(client, name, alias, properties),
        "RoutingConfig": {"AdditionalVersionWeights": listed},
    }


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_alias(FunctionName=properties["FunctionName"], Name=properties["Name"])
