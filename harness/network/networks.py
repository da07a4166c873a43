"""The networks of functions in a VPC, asked from EC2 in the control plane once per change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from harness.aws import query_call
from harness.aws_xml import xml_answer
from harness.call import Handler
from harness.network.describe import ATTRIBUTES, QUESTIONS, vpc
from harness.network.reach import Reach, reach
from harness.network.topology import Vpc

_VERSION = "2016-11-15"


class Networks:
    """Computes what functions reach; a VPC is read when the first function in it is looked at."""

    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region
        self._vpcs: dict[str, asyncio.Future[Vpc | None]] = {}

    def forget(self) -> None:
        """Read VPCs anew: EC2 was changed."""
        self._vpcs = {}

    async def of(self, config: Mapping[str, Any]) -> Reach | None:
        """Return what a function with this VpcConfig reaches; None outside a VPC."""
        subnets, groups = config.get("SubnetIds") or (), config.get("SecurityGroupIds") or ()
        if not subnets:
            return None
        vpcs, first = self._vpcs, subnets[0]
        if first not in vpcs:
            vpcs[first] = asyncio.ensure_future(self._read(first))
        try:
            found = await asyncio.shield(vpcs[first])
        except BaseException:
            vpcs.pop(first, None)
            raise
        return Reach() if found is None else reach(found, subnets, groups)

    async def _read(self, subnet: str) -> Vpc | None:
        """Return the VPC of a subnet, whose id the control plane's functions do not have."""
        answer = await self._ask("DescribeSubnets", **_filter("subnet-id", subnet))
        vpc_id = answer.findtext("subnetSet/item/vpcId", "")
        if not vpc_id:
            return None
        asked = {
            action: self._ask(action, **_filter(by, vpc_id)) for action, by in QUESTIONS.items()
        }
        asked |= {
            name: self._ask("DescribeVpcAttribute", VpcId=vpc_id, Attribute=name)
            for name in ATTRIBUTES
        }
        answers = await asyncio.gather(*asked.values())
        return vpc(vpc_id, dict(zip(asked, answers, strict=True)))

    async def _ask(self, action: str, **parameters: str) -> ET.Element:
        call = query_call("ec2", self._region, action, {**parameters, "Version": _VERSION})
        return await xml_answer(self._control_plane, call)


def _filter(name: str, value: str) -> dict[str, str]:
    return {"Filter.1.Name": name, "Filter.1.Value.1": value}
