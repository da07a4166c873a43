"""What a function in a VPC reaches (aws-behaviour §10.4, §10.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.contracts.account import Account, Function, eventually, unique
from tests.contracts.roles import calls

EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Network:
    """A VPC with one subnet, and a function in it."""

    account: Account
    vpc: str
    subnet: str
    routes: str
    group: str
    function: Function

    def endpoint(self, service: str, **settings: Any) -> str:
        made = self.account.ec2.create_vpc_endpoint(
            VpcId=self.vpc, ServiceName=f"com.amazonaws.{self.account.region}.{service}", **settings
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def gateway(self, service: str) -> str:
        return self.endpoint(service, VpcEndpointType="Gateway", RouteTableIds=[self.routes])

    def hangs(self, service: str, operation: str, **arguments: Any) -> bool:
        """Tell whether the function's call finds nobody to connect to; else it must succeed."""
        answer = calls(self.function, service, operation, **arguments)
        assert answer.get("Code") in (None, "ConnectTimeoutError")
        return "Code" in answer


@pytest.fixture
def network(account: Account) -> Network:
    ec2 = account.ec2
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/24")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.0.0/25")["Subnet"]["SubnetId"]
    routes = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=routes, SubnetId=subnet)
    group = ec2.create_security_group(VpcId=vpc, GroupName=unique("g"), Description="d")["GroupId"]
    config = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    function = account.function("calls.call", Timeout=30, VpcConfig=config)
    return Network(account, vpc, subnet, routes, group, function)


def test_10_5_without_an_endpoint_a_call_hangs_until_the_connect_time_out(network: Network):
    """It is neither refused nor answered, and works as soon as there is an endpoint."""
    assert network.hangs("s3", "list_buckets")
    endpoint = network.gateway("s3")
    assert not network.hangs("s3", "list_buckets")
    assert network.hangs("sqs", "list_queues")
    network.account.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert network.hangs("s3", "list_buckets")


def test_10_4_another_service_s_address_is_no_way_around(network: Network):
    """On AWS there is nothing at the other end: the call hangs as well."""
    network.gateway("dynamodb")
    event = {"service": "s3", "operation": "list_buckets", "arguments": {}}
    around = {**event, "through": "AWS_ENDPOINT_URL_DYNAMODB"}
    assert network.function.result(around) == {"Code": "ReadTimeoutError"}
    network.gateway("s3")
    assert "Buckets" in network.function.result(around)


def test_10_4_2_an_interface_endpoint_must_let_the_function_in(network: Network):
    ec2 = network.account.ec2
    group = ec2.create_security_group(
        VpcId=network.vpc, GroupName=unique("endpoint"), Description="d"
    )["GroupId"]
    network.endpoint(
        "secretsmanager",
        VpcEndpointType="Interface",
        SubnetIds=[network.subnet],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
    )
    assert network.hangs("secretsmanager", "list_secrets")
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "UserIdGroupPairs": [{"GroupId": network.group}],
    }
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    assert not network.hangs("secretsmanager", "list_secrets")


def test_10_4_1_a_public_subnet_does_not_help_and_a_nat_gateway_does(network: Network):
    ec2 = network.account.ec2
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=network.vpc)
    route = {"RouteTableId": network.routes, "DestinationCidrBlock": EVERYWHERE}
    ec2.create_route(**route, GatewayId=internet)
    assert network.hangs("sqs", "list_queues")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=network.subnet, AllocationId=address)
    ec2.replace_route(**route, NatGatewayId=made["NatGateway"]["NatGatewayId"])
    assert not network.hangs("sqs", "list_queues")


def test_10_4_2_log_delivery_does_not_use_the_vpc(network: Network):
    assert network.hangs("logs", "describe_log_groups")
    group = f"/aws/lambda/{network.function.name}"

    def reported() -> bool | None:
        found = network.account.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        return bool(found) or None

    assert eventually(reported)
