"""A role with its managed and inline policies."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS

TYPE = "AWS::IAM::Role"
PROPERTIES: dict[str, Shape] = {
    "AssumeRolePolicyDocument": Leaf.VALUE,
    "Description": Leaf.VALUE,
    "ManagedPolicyArns": SetOf(Leaf.VALUE),
    "MaxSessionDuration": Leaf.VALUE,
    "Path": Leaf.VALUE,
    "Policies": SetOf({"PolicyDocument": Leaf.VALUE, "PolicyName": Leaf.VALUE}),
    "RoleName": Leaf.VALUE,
    "Tags": TAGS,
}
ATTRIBUTES = frozenset({"Arn", "RoleId"})
_VERSION = {"Version": "2012-10-17"}


def create(client: Any, properties: Properties, name: str) -> Created:
    role = client.create_role(
        RoleName=properties.get("RoleName", name),
        AssumeRolePolicyDocument=json.dumps(properties.get("AssumeRolePolicyDocument")),
        Description=properties.get("Description"),
        MaxSessionDuration=properties.get("MaxSessionDuration"),
        Path=properties.get("Path"),
        Tags=properties.get("Tags"),
    )["Role"]
    return Created(role["RoleName"], {"Arn": role["Arn"], "RoleId": role["RoleId"]})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    for arn in properties.get("ManagedPolicyArns", []):
        client.attach_role_policy(RoleName=physical_id, PolicyArn=arn)
    for policy in properties.get("Policies", []):
        client.put_role_policy(
            RoleName=physical_id,
            PolicyName=policy["PolicyName"],
            # SAM's policy templates name no version, which AWS accepts and the control plane not.
            PolicyDocument=json.dumps({**_VERSION, **policy["PolicyDocument"]}),
        )


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    return {
        **client.get_role(RoleName=physical_id)["Role"],
        "ManagedPolicyArns": _managed(client, physical_id),
        "Policies": [
            _as_asked(client.get_role_policy(RoleName=physical_id, PolicyName=name), properties)
            for name in client.list_role_policies(RoleName=physical_id)["PolicyNames"]
        ],
    }


def _as_asked(found: Properties, properties: Properties) -> Properties:
    """Return a policy without the version that it was given here and not in the template."""
    asked = {
        policy["PolicyName"]: policy["PolicyDocument"] for policy in properties.get("Policies", [])
    }
    if "Version" in asked.get(found["PolicyName"], _VERSION):
        return found
    document = {key: item for key, item in found["PolicyDocument"].items() if key != "Version"}
    return {**found, "PolicyDocument": document}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    for arn in _managed(client, physical_id):
        client.detach_role_policy(RoleName=physical_id, PolicyArn=arn)
    for name in client.list_role_policies(RoleName=physical_id)["PolicyNames"]:
        client.delete_role_policy(RoleName=physical_id, PolicyName=name)
    client.delete_role(RoleName=physical_id)


def _managed(client: Any, role_name: str) -> list[str]:
    attached = client.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]
    return [policy["PolicyArn"] for policy in attached]
