"""A security group with its ingress rules; egress stays AWS's default, everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS, specification

TYPE = "AWS::EC2::SecurityGroup"
PROPERTIES: dict[str, Shape] = {
    "GroupDescription": Leaf.VALUE,
    "GroupName": Leaf.VALUE,
    "SecurityGroupIngress": SetOf(
        {
            "CidrIp": Leaf.VALUE,
            "FromPort": Leaf.VALUE,
            "IpProtocol": Leaf.VALUE,
            "SourceSecurityGroupId": Leaf.VALUE,
            "ToPort": Leaf.VALUE,
        }
    ),
    "Tags": TAGS,
    "VpcId": Leaf.VALUE,
}
ATTRIBUTES = frozenset({"GroupId", "VpcId"})


def create(client: Any, properties: Properties, name: str) -> Created:
    group_id = client.create_security_group(
        GroupName=properties.get("GroupName", name),
        Description=properties.get("GroupDescription"),
        VpcId=properties.get("VpcId"),
        TagSpecifications=specification("security-group", properties),
    )["GroupId"]
    return Created(group_id, {"GroupId": group_id, "VpcId": properties.get("VpcId", "")})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    rules = properties.get("SecurityGroupIngress")
    if rules:
        client.authorize_security_group_ingress(
            GroupId=physical_id, IpPermissions=[_permission(rule) for rule in rules]
        )


def _permission(rule: dict[str, Any]) -> dict[str, Any]:
    permission = {key: rule.get(key) for key in ("IpProtocol", "FromPort", "ToPort")}
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"]}]
    if "SourceSecurityGroupId" in rule:
        permission["UserIdGroupPairs"] = [{"GroupId": rule["SourceSecurityGroupId"]}]
    return permission


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    group = client.describe_security_groups(GroupIds=[physical_id])["SecurityGroups"][0]
    return {
        **group,
        "GroupDescription": group["Description"],
        "SecurityGroupIngress": [
            rule for permission in group["IpPermissions"] for rule in _rules(permission)
        ],
    }


def _rules(permission: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for source in permission.get("IpRanges", []):
        yield {**permission, "CidrIp": source["CidrIp"]}
    for source in permission.get("UserIdGroupPairs", []):
        yield {**permission, "SourceSecurityGroupId": source["GroupId"]}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_security_group(GroupId=physical_id)
