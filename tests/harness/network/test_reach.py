from __future__ import annotations

from dataclasses import replace

import pytest

from harness.network.reach import Reach, reach, shown
from harness.network.topology import Endpoint, Permission, RouteTable, SecurityGroup, Vpc

ALL = Permission(None, ("0.0.0.0/0",), frozenset())
FUNCTIONS = SecurityGroup((), (ALL,))
ENDPOINTS = SecurityGroup((Permission((443, 443), (), frozenset({"sg-f"})),), (ALL,))
NONE: frozenset[str] = frozenset()
S3 = Endpoint(
    id="vpce-s3",
    service="s3",
    gateway=True,
    available=True,
    route_tables=frozenset({"rtb-1"}),
    groups=NONE,
    subnets=NONE,
    private_dns=False,
)
SECRETS = Endpoint(
    id="vpce-sm",
    service="secretsmanager",
    gateway=False,
    available=True,
    route_tables=NONE,
    groups=frozenset({"sg-e"}),
    subnets=frozenset({"subnet-a"}),
    private_dns=True,
)
LOCAL = ("10.0.0.0/24", "local")
TABLE = RouteTable(
    "rtb-1", main=False, subnets=frozenset({"subnet-a", "subnet-b"}), routes=(LOCAL,)
)
MAIN = RouteTable("rtb-main", main=True, subnets=NONE, routes=(LOCAL,))
VPC = Vpc(
    "vpc-1",
    dns=True,
    subnets={"subnet-a": "10.0.0.0/25", "subnet-b": "10.0.0.128/25", "subnet-c": "10.0.1.0/25"},
    route_tables=(TABLE, MAIN),
    endpoints=(S3, SECRETS),
    groups={"sg-f": FUNCTIONS, "sg-e": ENDPOINTS},
    nat_gateways=frozenset({"nat-1"}),
)


def reached(vpc: Vpc = VPC, subnets: tuple[str, ...] = ("subnet-a", "subnet-b")) -> Reach:
    return reach(vpc, subnets, ["sg-f"])


def test_both_kinds_of_endpoints():
    found = reached()
    assert found.services == {"s3", "secretsmanager"}
    assert not found.everything
    assert found.includes("s3")
    assert not found.includes("sqs")
    assert shown(found) == "s3, secretsmanager"


def test_outside_a_vpc_everything_is_reached_and_without_endpoints_nothing():
    assert shown(None) == "everything"
    assert shown(reached(replace(VPC, endpoints=()))) == "nothing"


def _with_route(target: str, network: str = "0.0.0.0/0") -> Vpc:
    return replace(VPC, route_tables=(replace(TABLE, routes=(LOCAL, (network, target))), MAIN))


def test_a_nat_gateway_reaches_everything():
    assert reached(_with_route("nat-1")).everything


@pytest.mark.parametrize("target", ["nat-deleted", "igw-1", "", "eigw-1"])
def test_other_default_routes_do_not_help(target: str):
    """A public subnet least of all: the function's interface has no public address (§10.4.1)."""
    assert not reached(_with_route(target)).everything


def test_a_route_to_somewhere_else_is_no_way_out():
    assert not reached(_with_route("nat-1", "192.168.0.0/16")).everything


def test_a_nat_gateway_of_one_subnet_is_not_enough():
    routes = (LOCAL, ("0.0.0.0/0", "nat-1"))
    own = RouteTable("rtb-2", main=False, subnets=frozenset({"subnet-c"}), routes=routes)
    vpc = replace(VPC, route_tables=(TABLE, MAIN, own))
    assert reached(vpc, ("subnet-c",)).everything
    assert not reached(vpc, ("subnet-a", "subnet-c")).everything


def test_a_gateway_endpoint_must_be_in_the_table_of_every_subnet():
    found = reached(subnets=("subnet-a", "subnet-c"))
    assert found.obstacles == {"s3": "vpce-s3 is not in the route table of subnet-c"}
    main = replace(S3, route_tables=frozenset({"rtb-main", "rtb-1"}))
    assert reached(replace(VPC, endpoints=(main,)), ("subnet-a", "subnet-c")).services == {"s3"}


@pytest.mark.parametrize(
    ("vpc", "obstacle"),
    [
        (
            replace(VPC, endpoints=(replace(SECRETS, private_dns=False),)),
            "vpce-sm has no private DNS name",
        ),
        (
            replace(VPC, endpoints=(replace(SECRETS, available=False),)),
            "vpce-sm is not available",
        ),
        (replace(VPC, dns=False), "DNS support or DNS hostnames are off in vpc-1"),
        (
            replace(VPC, groups={"sg-f": FUNCTIONS, "sg-e": SecurityGroup((), (ALL,))}),
            "no security group of vpce-sm allows port 443 from the function",
        ),
        (
            replace(VPC, groups={"sg-f": SecurityGroup((), ()), "sg-e": ENDPOINTS}),
            "no security group of the function allows port 443 to vpce-sm",
        ),
    ],
)
def test_what_is_in_the_way_of_an_interface_endpoint(vpc: Vpc, obstacle: str):
    assert reached(vpc).obstacles["secretsmanager"] == obstacle


@pytest.mark.parametrize(
    ("permission", "enters"),
    [
        (Permission(None, ("10.0.0.0/24",), frozenset()), True),
        (Permission((443, 443), ("10.0.0.0/25", "10.0.0.128/25"), frozenset()), True),
        (Permission((1, 1024), (), frozenset({"sg-f"})), True),
        (Permission((443, 443), ("10.0.0.0/25",), frozenset()), False),
        (Permission((80, 80), ("0.0.0.0/0",), frozenset()), False),
        (Permission((443, 443), ("::/0",), frozenset()), False),
        (Permission((443, 443), (), frozenset({"sg-other"})), False),
    ],
)
def test_rules_of_the_endpoint_s_group(permission: Permission, *, enters: bool):
    vpc = replace(VPC, groups={"sg-f": FUNCTIONS, "sg-e": SecurityGroup((permission,), ())})
    assert ("secretsmanager" in reached(vpc).services) is enters


def test_a_group_may_name_a_gateway_endpoint_by_its_prefix_list():
    rule = Permission((443, 443), (), frozenset(), frozenset({"pl-1"}))
    vpc = replace(VPC, groups={"sg-f": SecurityGroup((), (rule,)), "sg-e": ENDPOINTS})
    assert reached(vpc).services == {"s3"}


def test_one_of_two_endpoints_is_enough():
    broken = replace(SECRETS, id="vpce-2", private_dns=False)
    found = reached(replace(VPC, endpoints=(SECRETS, broken)))
    assert (found.services, found.obstacles) == ({"secretsmanager"}, {})
