"""A virtual network."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS, specification

TYPE = "AWS::EC2::VPC"
PROPERTIES: dict[str, Shape] = {
    "CidrBlock": Leaf.VALUE,
    "EnableDnsHostnames": Leaf.VALUE,
    "EnableDnsSupport": Leaf.VALUE,
    "InstanceTenancy": Leaf.VALUE,
    "Tags": TAGS,
}
ATTRIBUTES = frozenset({"VpcId", "CidrBlock"})


def create(client: Any, properties: Properties, name: str) -> Created:
    vpc = client.create_vpc(
        CidrBlock=properties.get("CidrBlock"),
        InstanceTenancy=properties.get("InstanceTenancy"),
        TagSpecifications=specification("vpc", properties),
    )["Vpc"]
    return Created(vpc["VpcId"], {"VpcId": vpc["VpcId"], "CidrBlock": vpc["CidrBlock"]})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    for setting in ("EnableDnsSupport", "EnableDnsHostnames"):
        if setting in properties:
            client.modify_vpc_attribute(
                VpcId=physical_id, **{setting: {"Value": properties[setting]}}
            )


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = client.describe_vpcs(VpcIds=[physical_id])["Vpcs"][0]
    for setting in ("EnableDnsSupport", "EnableDnsHostnames"):
        answer = client.describe_vpc_attribute(
            VpcId=physical_id, Attribute=setting[0].lower() + setting[1:]
        )
        found[setting] = answer[setting]["Value"]
    return dict(found)


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_vpc(VpcId=physical_id)
