"""A way from a virtual network to an AWS service: gateway (route tables) or interface (subnets)."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS, specification

TYPE = "AWS::EC2::VPCEndpoint"
PROPERTIES: dict[str, Shape] = {
    "PolicyDocument": Leaf.VALUE,
    "PrivateDnsEnabled": Leaf.VALUE,
    "RouteTableIds": SetOf(Leaf.VALUE),
    "SecurityGroupIds": SetOf(Leaf.VALUE),
    "ServiceName": Leaf.VALUE,
    "SubnetIds": SetOf(Leaf.VALUE),
    "Tags": TAGS,
    "VpcEndpointType": Leaf.VALUE,
    "VpcId": Leaf.VALUE,
}
ATTRIBUTES = frozenset({"Id"})


def create(client: Any, properties: Properties, name: str) -> Created:
    request = {key: value for key, value in properties.items() if key != "Tags"}
    if "PolicyDocument" in request:
        request["PolicyDocument"] = json.dumps(request["PolicyDocument"])
    endpoint = client.create_vpc_endpoint(
        **request, TagSpecifications=specification("vpc-endpoint", properties)
    )["VpcEndpoint"]
    return Created(endpoint["VpcEndpointId"], {"Id": endpoint["VpcEndpointId"]})


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = client.describe_vpc_endpoints(VpcEndpointIds=[physical_id])["VpcEndpoints"][0]
    found["SecurityGroupIds"] = [group["GroupId"] for group in found.get("Groups", [])]
    if "PolicyDocument" in found:
        found["PolicyDocument"] = json.loads(found["PolicyDocument"])
    return dict(found)


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_vpc_endpoints(VpcEndpointIds=[physical_id])
