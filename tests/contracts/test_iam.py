"""What roles and users may do, with `--enforce-iam` (aws-behaviour §10)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from tests.contracts.account import ACCOUNT, Account, Function, Queue, eventually, unique
from tests.contracts.roles import Refused, allow, calls, deny, document, role

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.fixture(scope="module")
def bucket(enforced: Account) -> str:
    name = enforced.bucket(versioned=True)
    enforced.s3.put_object(Bucket=name, Key="k", Body=b"text")
    return name


def arn(bucket: str, key: str = "") -> str:
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def test_1_6_a_sandbox_has_credentials_of_its_own(account: Account):
    """Without `--enforce-iam` too."""
    function = account.function("subject.describe")
    variables = function.result()["variables"]
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} <= variables.keys()
    keys = [variables[f"AWS_{n}"] for n in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]
    identity = account.acting(*keys).sts.get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/contracts/{function.name}"
    assert identity["UserId"].endswith(f":{function.name}")
    assert identity["Account"] == ACCOUNT


def test_10_3_a_function_does_what_its_role_may_and_changes_count_at_once(
    enforced: Account, bucket: str
):
    executing = role(enforced)
    function = executing.function()
    refused = calls(function, "s3", "get_object", Bucket=bucket, Key="k")
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{executing.name}/{function.name}"
    assert (refused["Code"], refused["status"]) == ("AccessDenied", 403)
    assert refused["Message"] == (
        f"User: {session} is not authorized to perform: s3:GetObject on resource: "
        f'"{arn(bucket, "k")}" because no identity-based policy allows the s3:GetObject action'
    )
    executing.may(allow("s3:GetObject", arn(bucket, "*")))
    assert calls(function, "s3", "get_object", Bucket=bucket, Key="k")["ContentLength"] == 4
    executing.may(deny("s3:*"), policy="q")
    refused = calls(function, "s3", "get_object", Bucket=bucket, Key="k")
    assert refused["Message"].endswith("with an explicit deny in an identity-based policy")


def _other_services(account: Account) -> dict[str, Any]:
    """Return calls by the permission that they need, all of things that exist."""
    queue = account.queue()
    topic = account.sns.create_topic(Name=unique("topic"))["TopicArn"]
    secret = unique("team/secret")
    account.secretsmanager.create_secret(Name=secret, SecretString="s")
    function = account.function("subject.echo")
    metric = [{"MetricName": "m", "Value": 1.0}]
    embed = json.dumps({"texts": ["a"], "input_type": "search_query"})
    return {
        "sqs:SendMessage": ("sqs", "send_message", {"QueueUrl": queue.url, "MessageBody": "m"}),
        "sns:Publish": ("sns", "publish", {"TopicArn": topic, "Message": "m"}),
        "secretsmanager:GetSecretValue": (
            "secretsmanager",
            "get_secret_value",
            {"SecretId": secret},
        ),
        "lambda:InvokeFunction": ("lambda", "invoke", {"FunctionName": function.name}),
        "bedrock:InvokeModel": (
            "bedrock-runtime",
            "invoke_model",
            {"modelId": "cohere.embed-v4:0", "body": embed},
        ),
        "cloudwatch:PutMetricData": (
            "cloudwatch",
            "put_metric_data",
            {"Namespace": "n", "MetricData": metric},
        ),
        "logs:DescribeLogGroups": ("logs", "describe_log_groups", {}),
        "dynamodb:ListTables": ("dynamodb", "list_tables", {}),
        "iam:ListRoles": ("iam", "list_roles", {}),
        "ec2:DescribeVpcs": ("ec2", "describe_vpcs", {}),
        "events:PutEvents": (
            "events",
            "put_events",
            {"Entries": [{"Source": "s", "DetailType": "t", "Detail": "{}"}]},
        ),
    }


CODES = {
    "sqs": "AccessDenied",
    "sns": "AuthorizationError",
    "cloudwatch": "AccessDenied",
    "iam": "AccessDenied",
    "ec2": "UnauthorizedOperation",
}


def test_10_3_every_service_refuses_in_its_own_format_and_names_the_action(enforced: Account):
    acting = role(enforced)
    client = acting.assumed()
    needs = _other_services(enforced)
    for action, (service, operation, arguments) in needs.items():
        with Refused() as refused:
            getattr(client.client(service), operation)(**arguments)
        assert refused.code == CODES.get(service, "AccessDeniedException")
        assert refused.status in (400, 403)
        assert f"User: {acting.session} is not authorized to perform: {action}".lower() in (
            refused.message.lower()
        )
    acting.may(allow(list(needs)))
    for service, operation, arguments in needs.values():
        getattr(client.client(service), operation)(**arguments)


def test_10_3_a_missing_key_is_told_only_to_those_who_may_list(enforced: Account, bucket: str):
    acting = role(enforced).may(allow("s3:GetObject", arn(bucket, "*")))
    s3 = acting.assumed().s3
    with Refused() as refused:
        s3.get_object(Bucket=bucket, Key="missing")
    assert (refused.status, refused.code) == (403, "AccessDenied")
    assert f's3:ListBucket on resource: "{arn(bucket)}"' in refused.message
    with Refused() as refused:
        s3.head_object(Bucket=bucket, Key="missing")
    assert refused.status == HTTPStatus.FORBIDDEN
    acting.may(allow("s3:ListBucket", arn(bucket)), policy="listing")
    with Refused() as refused:
        s3.get_object(Bucket=bucket, Key="missing")
    assert (refused.status, refused.code) == (404, "NoSuchKey")


def test_10_3_a_pinned_version_needs_a_permission_of_its_own(enforced: Account, bucket: str):
    version = enforced.s3.head_object(Bucket=bucket, Key="k")["VersionId"]
    acting = role(enforced).may(allow("s3:GetObject", arn(bucket, "*")))
    s3 = acting.assumed().s3
    s3.get_object(Bucket=bucket, Key="k")
    with Refused() as refused:
        s3.get_object(Bucket=bucket, Key="k", VersionId=version)
    assert "s3:GetObjectVersion" in refused.message


def test_10_3_deleting_several_objects_is_decided_for_each(enforced: Account, bucket: str):
    for key in ("own/1", "other/2"):
        enforced.s3.put_object(Bucket=bucket, Key=key, Body=b"")
    s3 = role(enforced).may(allow("s3:DeleteObject", arn(bucket, "own/*"))).assumed().s3
    objects = {"Objects": [{"Key": "own/1"}, {"Key": "other/2"}]}
    answer = s3.delete_objects(Bucket=bucket, Delete=objects)
    assert [deleted["Key"] for deleted in answer["Deleted"]] == ["own/1"]
    (error,) = answer["Errors"]
    assert (error["Key"], error["Code"]) == ("other/2", "AccessDenied")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "other/2"}]})
    assert ("Deleted" in answer, len(answer["Errors"])) == (False, 1)
    enforced.s3.head_object(Bucket=bucket, Key="other/2")


def test_10_3_a_copy_needs_its_source_and_its_target(enforced: Account, bucket: str):
    acting = role(enforced).may(allow("s3:PutObject", arn(bucket, "*")))
    s3 = acting.assumed().s3
    copy = {"Bucket": bucket, "Key": "copied", "CopySource": {"Bucket": bucket, "Key": "k"}}
    with Refused() as refused:
        s3.copy_object(**copy)
    assert "s3:GetObject on resource" in refused.message
    acting.may(allow("s3:GetObject", arn(bucket, "k")), policy="source")
    s3.copy_object(**copy)


def test_10_3_a_condition_on_the_prefix(enforced: Account, bucket: str):
    only = {"StringLike": {"s3:prefix": "uploads/*"}}
    acting = role(enforced).may(allow("s3:ListBucket", arn(bucket), Condition=only))
    s3 = acting.assumed().s3
    s3.list_objects_v2(Bucket=bucket, Prefix="uploads/a")
    with Refused():
        s3.list_objects_v2(Bucket=bucket, Prefix="other/")
    with Refused():
        s3.list_objects_v2(Bucket=bucket)


def test_10_3_policies_of_aws_may_be_attached(enforced: Account):
    secret = unique("secret")
    enforced.secretsmanager.create_secret(Name=secret, SecretString="s")
    acting = role(enforced)
    enforced.iam.attach_role_policy(
        RoleName=acting.name, PolicyArn="arn:aws:iam::aws:policy/SecretsManagerReadWrite"
    )
    client = acting.assumed()
    client.secretsmanager.get_secret_value(SecretId=secret)
    with Refused():
        client.sqs.list_queues()


def test_10_3_a_secret_is_its_arn_with_six_letters(enforced: Account):
    secret = unique("team/secret")
    made = enforced.secretsmanager.create_secret(Name=secret, SecretString="s")
    acting = role(enforced)
    client = acting.assumed()
    prefix = made["ARN"].removesuffix(made["ARN"][-7:])
    acting.may(allow("secretsmanager:GetSecretValue", f"{prefix}-??????"))
    client.secretsmanager.get_secret_value(SecretId=secret)
    client.secretsmanager.get_secret_value(SecretId=made["ARN"])
    acting.may(allow("secretsmanager:GetSecretValue", prefix))
    with Refused() as refused:
        client.secretsmanager.get_secret_value(SecretId=secret)
    assert f"on resource: {secret} because" in refused.message


def _grant(action: str, resource: str, to: Any, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, "Principal": {"AWS": to}}
    return document(statement)


def test_a_bucket_policy_grants_and_denies(enforced: Account):
    bucket = enforced.bucket()
    enforced.s3.put_object(Bucket=bucket, Key="k", Body=b"")
    acting = role(enforced)
    s3 = acting.assumed().s3
    policy = _grant("s3:GetObject", arn(bucket, "*"), acting.arn)
    enforced.s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    s3.get_object(Bucket=bucket, Key="k")
    acting.may(allow("s3:*"))
    policy = _grant("s3:*", arn(bucket, "*"), "*", "Deny")
    enforced.s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    with Refused() as refused:
        s3.get_object(Bucket=bucket, Key="k")
    assert refused.message.endswith("with an explicit deny in a resource-based policy")
    enforced.s3.delete_bucket_policy(Bucket=bucket)
    s3.get_object(Bucket=bucket, Key="k")


def test_a_policy_that_insists_on_tls_lets_a_call_pass(enforced: Account):
    """The endpoint speaks HTTP on loopback; on AWS the same call goes over TLS."""
    bucket = enforced.bucket()
    s3 = role(enforced).may(allow("s3:PutObject", arn(bucket, "*"))).assumed().s3
    statement = {
        **deny("s3:*", [arn(bucket), arn(bucket, "*")]),
        "Principal": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    enforced.s3.put_bucket_policy(Bucket=bucket, Policy=document(statement))
    s3.put_object(Bucket=bucket, Key="k", Body=b"")


def test_queues_topics_functions_and_secrets_have_policies_too(enforced: Account):
    acting = role(enforced)
    client, queue = acting.assumed(), enforced.queue()
    policy = _grant("sqs:SendMessage", queue.arn, acting.arn)
    enforced.sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": policy})
    Queue(client.sqs, queue.url, queue.arn).send()
    topic = enforced.sns.create_topic(Name=unique("topic"))["TopicArn"]
    policy = _grant("SNS:Publish", topic, acting.arn)
    enforced.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    client.sns.publish(TopicArn=topic, Message="m")
    function = enforced.function("subject.echo")
    enforced.lambda_.add_permission(
        FunctionName=function.name,
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal=acting.arn,
    )
    Function(client.lambda_, function.name, function.arn).result()
    secret = enforced.secretsmanager.create_secret(Name=unique("s"), SecretString="s")["ARN"]
    policy = _grant("secretsmanager:GetSecretValue", "*", acting.arn)
    enforced.secretsmanager.put_resource_policy(SecretId=secret, ResourcePolicy=policy)
    client.secretsmanager.get_secret_value(SecretId=secret)


def test_a_permissions_boundary_limits_a_role(enforced: Account):
    made = enforced.iam.create_policy(
        PolicyName=unique("boundary"), PolicyDocument=document(allow("sqs:*"))
    )
    acting = role(enforced, PermissionsBoundary=made["Policy"]["Arn"])
    client = acting.may(allow(["sqs:*", "s3:ListAllMyBuckets"])).assumed()
    client.sqs.list_queues()
    with Refused() as refused:
        client.s3.list_buckets()
    assert refused.message.endswith(
        "because no permissions boundary allows the s3:ListAllMyBuckets action"
    )


def test_a_user_acts_with_own_and_group_policies_and_variables(enforced: Account, bucket: str):
    user, group = unique("user"), unique("group")
    enforced.iam.create_user(UserName=user)
    keys = enforced.iam.create_access_key(UserName=user)["AccessKey"]
    client = enforced.acting(keys["AccessKeyId"], keys["SecretAccessKey"])
    assert client.sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/{user}"
    with Refused() as refused:
        client.sqs.list_queues()
    assert f"User: arn:aws:iam::{ACCOUNT}:user/{user} is not" in refused.message
    home = allow("s3:PutObject", arn(bucket, "home/${aws:username}/*"))
    enforced.iam.put_user_policy(UserName=user, PolicyName="home", PolicyDocument=document(home))
    client.s3.put_object(Bucket=bucket, Key=f"home/{user}/k", Body=b"")
    with Refused():
        client.s3.put_object(Bucket=bucket, Key="home/other/k", Body=b"")
    enforced.iam.create_group(GroupName=group)
    enforced.iam.put_group_policy(
        GroupName=group, PolicyName="p", PolicyDocument=document(allow("sqs:ListQueues"))
    )
    enforced.iam.add_user_to_group(GroupName=group, UserName=user)
    client.sqs.list_queues()


def test_keys_that_nobody_made_are_the_administrator_s(enforced: Account):
    assert enforced.acting("AKIAOTHER", "secret").s3.list_buckets()["Buckets"]
    assert enforced.acting("ASIAOTHER", "secret", "token").s3.list_buckets()["Buckets"]


def test_8_6_3_a_global_profile_needs_three_resources(enforced: Account):
    body = json.dumps({"texts": ["a"], "input_type": "search_query"})
    profile, model = "global.cohere.embed-v4:0", "foundation-model/cohere.embed-v4:0"
    region = enforced.region
    own = f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{profile}"
    here, anywhere = f"arn:aws:bedrock:{region}::{model}", f"arn:aws:bedrock:::{model}"
    acting = role(enforced)
    bedrock = acting.assumed().client("bedrock-runtime")
    for granted, missing in (([], own), ([own], here), ([own, here], anywhere)):
        acting.may(
            *(allow("bedrock:InvokeModel", resource) for resource in granted or [f"{here}-other"])
        )
        with Refused() as refused:
            bedrock.invoke_model(modelId=profile, body=body)
        assert f"bedrock:InvokeModel on resource: {missing} because" in refused.message
    unspecified = {"StringEquals": {"aws:RequestedRegion": "unspecified"}}
    acting.may(
        allow("bedrock:InvokeModel", [own, here]),
        allow("bedrock:InvokeModel", anywhere, Condition=unspecified),
    )
    bedrock.invoke_model(modelId=profile, body=body)


def test_10_3_without_the_basic_execution_policy_no_logs_arrive(enforced: Account):
    silent, loud = role(enforced), role(enforced)
    enforced.iam.attach_role_policy(RoleName=loud.name, PolicyArn=BASIC)
    functions = [each.function("subject.echo") for each in (silent, loud)]
    for function in functions:
        function.result({})
    groups = [f"/aws/lambda/{function.name}" for function in functions]

    def written() -> list[str] | None:
        found = enforced.logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
        names = [group["logGroupName"] for group in found]
        return names if groups[1] in names else None

    # The logs of both take the same way, one after the other.
    assert groups[0] not in eventually(written)


def test_7_5_a_presigned_url_is_its_signer_s(enforced: Account, bucket: str):
    executing = role(enforced)
    function = executing.function("calls.presign")

    def presigned(seconds: int = 60) -> str:
        arguments = {"Bucket": bucket, "Key": "k"}
        event = {"operation": "get_object", "arguments": arguments, "seconds": seconds}
        url: str = function.result(event)
        return url

    refused = httpx.get(presigned())
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "is not authorized to perform: s3:GetObject" in refused.text
    executing.may(allow("s3:GetObject", arn(bucket, "*")))
    url = presigned()
    assert httpx.get(url).text == "text"
    expired = httpx.get(presigned(seconds=0))
    assert expired.status_code == HTTPStatus.FORBIDDEN
    for member in ("<Message>Request has expired", "<Expires>", "<ServerTime>", "<X-Amz-Expires>"):
        assert member in expired.text
    # §12 row 36: a URL dies with the session that signed it, whatever its time.
    enforced.lambda_.update_function_configuration(FunctionName=function.name, MemorySize=256)
    presigned()
    dead = httpx.get(url)
    assert (dead.status_code, "<Code>ExpiredToken</Code>" in dead.text) == (400, True)


def test_3_6_a_role_must_be_allowed_what_lambda_needs_it_for(enforced: Account):
    """VPC, dead letters and mappings are refused when they are configured (§3.6, §6.3)."""
    executing, queue = role(enforced), enforced.queue()
    vpc = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    letters = {"TargetArn": queue.arn}
    provided = "The provided execution role does not have permissions to call"
    with Refused() as refused:
        executing.function(VpcConfig=vpc)
    assert (refused.status, refused.code) == (400, "InvalidParameterValueException")
    assert refused.message == f"{provided} CreateNetworkInterface on EC2"
    function = executing.function()
    with Refused() as refused:
        enforced.lambda_.update_function_configuration(
            FunctionName=function.name, DeadLetterConfig=letters
        )
    assert refused.message == f"{provided} SendMessage on SQS"
    executing.may(allow(["sqs:SendMessage", "sqs:ReceiveMessage"], queue.arn))
    enforced.lambda_.update_function_configuration(
        FunctionName=function.name, DeadLetterConfig=letters
    )
    with Refused() as refused:
        enforced.lambda_.create_event_source_mapping(
            FunctionName=function.arn, EventSourceArn=queue.arn
        )
    assert refused.message == (
        "The function execution role does not have permissions to call DeleteMessage on SQS"
    )


def test_7_5_3_a_browser_form_is_its_signer_s(enforced: Account, bucket: str):
    acting = role(enforced)
    client = acting.assumed()
    form = client.s3.generate_presigned_post(bucket, "uploads/${filename}")

    def upload() -> httpx.Response:
        return httpx.post(form["url"], data=form["fields"], files={"file": ("a.txt", b"text")})

    refused = upload()
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert f's3:PutObject on resource: "{arn(bucket, "uploads/a.txt")}"' in refused.text
    acting.may(allow("s3:PutObject", arn(bucket, "uploads/*")))
    assert upload().status_code == HTTPStatus.NO_CONTENT
    stored = enforced.s3.get_object(Bucket=bucket, Key="uploads/a.txt")["Body"].read()
    assert stored == b"text"
