"""Which route table a subnet uses."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created

TYPE = "AWS::EC2::SubnetRouteTableAssociation"
PROPERTIES: dict[str, Shape] = {"RouteTableId": Leaf.VALUE, "SubnetId": Leaf.VALUE}
ATTRIBUTES = frozenset({"Id"})


def create(client: Any, properties: Properties, name: str) -> Created:
    physical_id = client.associate_route_table(**properties)["AssociationId"]
    return Created(physical_id, {"Id": physical_id})


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    tables = client.describe_route_tables(RouteTableIds=[properties["RouteTableId"]])
    for association in tables["RouteTables"][0]["Associations"]:
        if association["RouteTableAssociationId"] == physical_id:
            return dict(association)
    return {}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.disassociate_route_table(AssociationId=physical_id)
