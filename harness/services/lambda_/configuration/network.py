"""The VPC behind a function's subnets, asked from the control plane."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.aws import query_call
from harness.call import Handler
from harness.services.lambda_.refusal import invalid

_VPC = re.compile(rb"<vpcId>([^<]+)</vpcId>")


async def with_network(
    control_plane: Handler, region: str, request: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return `request` with the VpcId of its subnets added to VpcConfig.

    Raises `AwsError` for subnets that do not exist.
    """
    network = request.get("VpcConfig") or {}
    subnets = network.get("SubnetIds")
    if not subnets:
        return request
    named = {f"SubnetId.{number}": subnet for number, subnet in enumerate(subnets, start=1)}
    version = {"Version": "2016-11-15"}
    reply = await control_plane(query_call("ec2", region, "DescribeSubnets", {**version, **named}))
    found = _VPC.search(await reply.read())
    if reply.status != 200 or found is None:
        raise invalid(
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. "
            f"EC2 Error Message: The subnet ID '{subnets[0]}' does not exist"
        )
    return {**request, "VpcConfig": {**network, "VpcId": found.group(1).decode()}}
