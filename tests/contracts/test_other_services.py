"""Services the endpoint passes through: recognised, forwarded, answered."""

from __future__ import annotations

import json

import pytest

from tests.contracts.account import ACCOUNT, Account, unique


def test_sqs_keeps_a_message_with_its_attributes(account: Account):
    queue = account.queue()
    attributes = {"n": {"DataType": "Number", "StringValue": "1"}}
    account.sqs.send_message(QueueUrl=queue.url, MessageBody='"員工"', MessageAttributes=attributes)
    message = queue.message()
    assert json.loads(message["Body"]) == "員工"
    assert message["MessageAttributes"] == attributes


def test_sns_delivers_to_sqs(account: Account):
    queue = account.queue()
    topic = account.sns.create_topic(Name=unique("topic"))["TopicArn"]
    account.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    account.sns.publish(TopicArn=topic, Message="hello")
    assert queue.receive()["Message"] == "hello"


def test_secrets_have_versions(account: Account):
    name = unique("team/secret")
    account.secretsmanager.create_secret(Name=name, SecretString='{"password": "old"}')
    account.secretsmanager.put_secret_value(SecretId=name, SecretString='{"password": "new"}')
    current = account.secretsmanager.get_secret_value(SecretId=name)
    assert current["SecretString"] == '{"password": "new"}'
    previous = account.secretsmanager.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    assert previous["SecretString"] == '{"password": "old"}'
    with pytest.raises(account.secretsmanager.exceptions.ResourceNotFoundException):
        account.secretsmanager.get_secret_value(SecretId=unique("nobody"))


def test_ec2_describes_a_vpc(account: Account):
    vpc = account.ec2.create_vpc(CidrBlock="10.9.0.0/24")["Vpc"]["VpcId"]
    (found,) = account.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert (found["CidrBlock"], found["State"]) == ("10.9.0.0/24", "available")


def test_iam_keeps_an_inline_policy(account: Account):
    role, trust = unique("role"), {"Version": "2012-10-17", "Statement": []}
    account.iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
    account.iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=json.dumps(policy))
    found = account.iam.get_role_policy(RoleName=role, PolicyName="p")
    assert found["PolicyDocument"] == policy


def test_sts_knows_the_account(account: Account):
    assert account.sts.get_caller_identity()["Account"] == ACCOUNT
