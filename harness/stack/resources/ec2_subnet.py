"""A part of a virtual network in one availability zone."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS, specification

TYPE = "AWS::EC2::Subnet"
PROPERTIES: dict[str, Shape] = {
    "AvailabilityZone": Leaf.VALUE,
    "CidrBlock": Leaf.VALUE,
    "Tags": TAGS,
    "VpcId": Leaf.VALUE,
}
ATTRIBUTES = frozenset({"SubnetId", "VpcId", "AvailabilityZone"})


def create(client: Any, properties: Properties, name: str) -> Created:
    subnet = client.create_subnet(
        VpcId=properties.get("VpcId"),
        CidrBlock=properties.get("CidrBlock"),
        AvailabilityZone=properties.get("AvailabilityZone"),
        TagSpecifications=specification("subnet", properties),
    )["Subnet"]
    return Created(subnet["SubnetId"], {key: subnet[key] for key in ATTRIBUTES})


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    return dict(client.describe_subnets(SubnetIds=[physical_id])["Subnets"][0])


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_subnet(SubnetId=physical_id)
