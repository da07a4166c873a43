"""A route table; its routes to gateway endpoints come with the endpoints."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS, specification

TYPE = "AWS::EC2::RouteTable"
PROPERTIES: dict[str, Shape] = {"Tags": TAGS, "VpcId": Leaf.VALUE}
ATTRIBUTES = frozenset({"RouteTableId"})


def create(client: Any, properties: Properties, name: str) -> Created:
    table = client.create_route_table(
        VpcId=properties.get("VpcId"), TagSpecifications=specification("route-table", properties)
    )["RouteTable"]
    return Created(table["RouteTableId"], {"RouteTableId": table["RouteTableId"]})


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    return dict(client.describe_route_tables(RouteTableIds=[physical_id])["RouteTables"][0])


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_route_table(RouteTableId=physical_id)
