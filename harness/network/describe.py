"""EC2's answers as a `Vpc` (the reading is pure, the asking is done by `Networks`)."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from harness.network.topology import Endpoint, Permission, RouteTable, SecurityGroup, Vpc

# The questions about one VPC: (action, name of the filter, "" for a parameter of that VPC).
QUESTIONS = {
    "DescribeSubnets": "vpc-id",
    "DescribeRouteTables": "vpc-id",
    "DescribeVpcEndpoints": "vpc-id",
    "DescribeSecurityGroups": "vpc-id",
    "DescribeNatGateways": "vpc-id",
}
_GONE = ("deleting", "deleted")
ATTRIBUTES = ("enableDnsSupport", "enableDnsHostnames")


def vpc(vpc_id: str, answers: Mapping[str, ET.Element]) -> Vpc:
    """Return the VPC that the answers to `QUESTIONS` and about `ATTRIBUTES` describe."""
    subnets = answers["DescribeSubnets"].iterfind("subnetSet/item")
    groups = answers["DescribeSecurityGroups"].iterfind("securityGroupInfo/item")
    tables = answers["DescribeRouteTables"].iterfind("routeTableSet/item")
    endpoints = answers["DescribeVpcEndpoints"].iterfind("vpcEndpointSet/item")
    gateways = answers["DescribeNatGateways"].iterfind("natGatewaySet/item")
    return Vpc(
        id=vpc_id,
        dns=all(answers[name].findtext(f"{name}/value") == "true" for name in ATTRIBUTES),
        subnets={_text(s, "subnetId"): _text(s, "cidrBlock") for s in subnets},
        route_tables=tuple(_route_table(item) for item in tables),
        endpoints=tuple(
            _endpoint(item) for item in endpoints if _text(item, "state").lower() not in _GONE
        ),
        groups={_text(g, "groupId"): _group(g) for g in groups},
        nat_gateways=frozenset(
            _text(g, "natGatewayId") for g in gateways if _text(g, "state") == "available"
        ),
    )


def _route_table(item: ET.Element) -> RouteTable:
    associations = item.findall("associationSet/item")
    return RouteTable(
        id=_text(item, "routeTableId"),
        main=any(_text(a, "main") == "true" for a in associations),
        subnets=frozenset(filter(None, (_text(a, "subnetId") for a in associations))),
        routes=tuple(
            (_destination(route), _target(route))
            for route in item.iterfind("routeSet/item")
            if _text(route, "state") != "blackhole"
        ),
    )


def _destination(route: ET.Element) -> str:
    return _text(route, "destinationCidrBlock") or _text(route, "destinationIpv6CidrBlock")


def _target(route: ET.Element) -> str:
    names = (
        "natGatewayId",
        "gatewayId",
        "networkInterfaceId",
        "instanceId",
        "transitGatewayId",
        "vpcPeeringConnectionId",
        "localGatewayId",
    )
    return next((found for name in names if (found := _text(route, name))), "")


def _endpoint(item: ET.Element) -> Endpoint:
    return Endpoint(
        id=_text(item, "vpcEndpointId"),
        # com.amazonaws.<region>.<service>
        service=_text(item, "serviceName").split(".", 3)[-1],
        gateway=_text(item, "vpcEndpointType") == "Gateway",
        available=_text(item, "state").lower() == "available",
        route_tables=_texts(item, "routeTableIdSet/item"),
        groups=_texts(item, "groupSet/item/groupId"),
        subnets=_texts(item, "subnetIdSet/item"),
        private_dns=_text(item, "privateDnsEnabled") == "true",
    )


def _group(item: ET.Element) -> SecurityGroup:
    return SecurityGroup(
        ingress=tuple(_permission(p) for p in item.iterfind("ipPermissions/item")),
        egress=tuple(_permission(p) for p in item.iterfind("ipPermissionsEgress/item")),
    )


def _permission(item: ET.Element) -> Permission:
    protocol = _text(item, "ipProtocol")
    ports: tuple[int, int] | None = None
    if protocol != "-1":
        # Another protocol than TCP leads to no service: a range that contains no port.
        named = (int(_text(item, "fromPort") or 0), int(_text(item, "toPort") or 0))
        ports = named if protocol in ("tcp", "6") else (0, -1)
    return Permission(
        ports=ports,
        networks=(
            *sorted(_texts(item, "ipRanges/item/cidrIp")),
            *sorted(_texts(item, "ipv6Ranges/item/cidrIpv6")),
        ),
        groups=_texts(item, "groups/item/groupId"),
        prefix_lists=_texts(item, "prefixListIds/item/prefixListId"),
    )


def _text(item: ET.Element, path: str) -> str:
    return item.findtext(path, "").strip()


def _texts(item: ET.Element, path: str) -> frozenset[str]:
    return frozenset((found.text or "").strip() for found in item.iterfind(path))
