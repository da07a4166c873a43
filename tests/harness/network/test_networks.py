from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from harness.call import Call, Reply
from harness.network.networks import Networks
from harness.network.reach import Reach
from harness.network.review import NetworkReview

CONFIG = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
ANSWERS = {
    "DescribeSubnets": """<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>
        <cidrBlock>10.0.0.0/25</cidrBlock></item></subnetSet>""",
    "DescribeRouteTables": """<routeTableSet><item><routeTableId>rtb-1</routeTableId>
        <associationSet><item><main>true</main></item></associationSet>
        <routeSet><item><destinationCidrBlock>10.0.0.0/24</destinationCidrBlock>
        <gatewayId>local</gatewayId><state>active</state></item></routeSet></item></routeTableSet>""",
    "DescribeVpcEndpoints": """<vpcEndpointSet>
        <item><vpcEndpointId>vpce-1</vpcEndpointId><vpcEndpointType>Gateway</vpcEndpointType>
        <serviceName>com.amazonaws.ap-northeast-1.s3</serviceName><state>available</state>
        <routeTableIdSet><item>rtb-1</item></routeTableIdSet></item>
        <item><vpcEndpointId>vpce-2</vpcEndpointId><vpcEndpointType>Interface</vpcEndpointType>
        <serviceName>com.amazonaws.ap-northeast-1.sqs</serviceName><state>available</state>
        <subnetIdSet><item>subnet-1</item></subnetIdSet>
        <groupSet><item><groupId>sg-1</groupId></item></groupSet>
        <privateDnsEnabled>true</privateDnsEnabled></item>
        <item><vpcEndpointId>vpce-3</vpcEndpointId><vpcEndpointType>Gateway</vpcEndpointType>
        <serviceName>com.amazonaws.ap-northeast-1.dynamodb</serviceName><state>deleted</state>
        <routeTableIdSet><item>rtb-1</item></routeTableIdSet></item></vpcEndpointSet>""",
    "DescribeSecurityGroups": """<securityGroupInfo><item><groupId>sg-1</groupId>
        <ipPermissions>
        <item><ipProtocol>udp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>
        <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item>
        <item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>
        <groups><item><groupId>sg-1</groupId></item></groups></item></ipPermissions>
        <ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><ipRanges><item>
        <cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item></ipPermissionsEgress>
        </item></securityGroupInfo>""",
    "DescribeNatGateways": "<natGatewaySet/>",
}


class Ec2:
    """A control plane with one VPC; `asked` counts the questions."""

    def __init__(self) -> None:
        self.answers = dict(ANSWERS)
        self.asked: list[str] = []

    async def __call__(self, call: Call) -> Reply:
        form = {key: v[0] for key, v in parse_qs((await call.body.read()).decode()).items()}
        action = form["Action"]
        self.asked.append(action)
        if action == "DescribeVpcAttribute":
            name = form["Attribute"]
            answer = f"<{name}><value>true</value></{name}>"
        else:
            answer = self.answers[action]
        return Reply(200, body=f'<R xmlns="http://ec2/">{answer}</R>'.encode())


def test_the_network_of_a_function_is_read_once_and_again_after_a_change():
    ec2 = Ec2()

    async def work() -> None:
        networks = Networks(ec2, "ap-northeast-1")
        found = await asyncio.gather(networks.of(CONFIG), networks.of(CONFIG))
        assert found == [Reach(services=frozenset({"s3", "sqs"}))] * 2
        assert ec2.asked.count("DescribeRouteTables") == 1
        ec2.answers["DescribeVpcEndpoints"] = "<vpcEndpointSet/>"
        assert (await networks.of(CONFIG)) == found[0]
        networks.forget()
        assert await networks.of(CONFIG) == Reach()

    asyncio.run(work())


def test_a_subnet_that_does_not_exist_reaches_nothing_and_no_vpc_everything():
    ec2 = Ec2()
    ec2.answers["DescribeSubnets"] = "<subnetSet/>"

    async def work() -> None:
        networks = Networks(ec2, "ap-northeast-1")
        assert await networks.of(CONFIG) == Reach()
        assert await networks.of({"SubnetIds": []}) is None

    asyncio.run(work())


def test_status_tells_what_functions_reach_and_what_they_lack():
    inside = {
        "FunctionName": "f",
        "Role": "arn:role",
        "VpcConfig": CONFIG,
        "Environment": {"Variables": {"DB_SECRET_NAME": "s", "QUEUE": "arn:aws:sqs:x:1:q"}},
    }
    outside = {"FunctionName": "g", "Role": "arn:role"}

    async def mentions(role: str, prefix: str) -> bool:
        return (role, prefix) == ("arn:role", "s3")

    async def work() -> None:
        review = NetworkReview(Networks(Ec2(), "ap-northeast-1"), mentions, lambda _value: False)
        assert await review.reaches(inside) == "s3, sqs"
        assert await review.reaches(outside) == "everything"
        (finding,) = await review.findings([inside, outside])
        assert finding.startswith("f does not reach secretsmanager from its subnets: its VPC has")
        everything = NetworkReview(None, mentions, bool)
        assert await everything.reaches(inside) == "everything"
        assert await everything.findings([inside]) == []

    asyncio.run(work())
