from __future__ import annotations

from typing import Any

import pytest

from harness.call import Call
from harness.iam.actions import needed, reads_body
from harness.iam.actions.asked import Asked

REGION = "ap-northeast-1"
HERE = f"{REGION}:123456789012"


def asked(
    service: str,
    operation: str,
    path: str = "/",
    query: str = "",
    *headers: tuple[str, str],
    **request: Any,
) -> list[tuple[str, str | None]]:
    call = Call(service, operation, "POST", path, query, list(headers))
    return [(a.action, a.resource) for a in needed(call, request, REGION) or []]


OBJECT, BUCKET = "arn:aws:s3:::b/k", "arn:aws:s3:::b"


@pytest.mark.parametrize(
    ("operation", "query", "actions"),
    [
        ("GetObject", "", ["s3:GetObject"]),
        ("GetObject", "versionId=1", ["s3:GetObjectVersion"]),
        ("HeadObject", "", ["s3:GetObject"]),
        ("HeadObject", "versionId=1", ["s3:GetObjectVersion"]),
        ("PutObject", "", ["s3:PutObject"]),
        ("DeleteObject", "", ["s3:DeleteObject"]),
        ("DeleteObject", "versionId=1", ["s3:DeleteObjectVersion"]),
        ("GetObjectTagging", "tagging&versionId=1", ["s3:GetObjectVersionTagging"]),
        ("GetObjectAttributes", "attributes", ["s3:GetObjectAttributes", "s3:GetObject"]),
        ("CreateMultipartUpload", "uploads", ["s3:PutObject"]),
        ("UploadPart", "partNumber=1&uploadId=2", ["s3:PutObject"]),
        ("CompleteMultipartUpload", "uploadId=2", ["s3:PutObject"]),
        ("AbortMultipartUpload", "uploadId=2", ["s3:AbortMultipartUpload"]),
        ("ListParts", "uploadId=2", ["s3:ListMultipartUploadParts"]),
    ],
)
def test_objects(operation: str, query: str, actions: list[str]):
    assert asked("s3", operation, "/b/k", query) == [(action, OBJECT) for action in actions]


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("ListObjectsV2", "s3:ListBucket"),
        ("HeadBucket", "s3:ListBucket"),
        ("ListObjectVersions", "s3:ListBucketVersions"),
        ("ListMultipartUploads", "s3:ListBucketMultipartUploads"),
        ("GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
        ("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
        ("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
        ("DeleteBucketPolicy", "s3:DeleteBucketPolicy"),
        ("GetBucketCors", "s3:GetBucketCORS"),
    ],
)
def test_buckets(operation: str, action: str):
    assert asked("s3", operation, "/b") == [(action, BUCKET)]


def test_the_list_of_buckets_has_no_resource():
    assert asked("s3", "ListBuckets") == [("s3:ListAllMyBuckets", "*")]


def test_a_key_is_decoded_once():
    assert asked("s3", "GetObject", "/b/a%20%2B%25.pdf") == [("s3:GetObject", f"{BUCKET}/a +%.pdf")]
    assert asked("s3", "GetObject", "/b//k") == [("s3:GetObject", f"{BUCKET}//k")]


def test_a_copy_reads_its_source_and_writes_its_target():
    copy = asked("s3", "CopyObject", "/b/k", "", ("x-amz-copy-source", "/other/a%20b"))
    assert copy == [("s3:GetObject", "arn:aws:s3:::other/a b"), ("s3:PutObject", OBJECT)]
    version = ("x-amz-copy-source", "other/a?versionId=1")
    assert asked("s3", "UploadPartCopy", "/b/k", "", version)[0][0] == "s3:GetObjectVersion"


def test_headers_of_a_write_ask_for_more():
    headers = [("x-amz-tagging", "a=b"), ("x-amz-acl", "private"), ("x-amz-grant-read", "id=1")]
    found = asked("s3", "PutObject", "/b/k", "", *headers)
    assert [action for action, _ in found] == [
        "s3:PutObject",
        "s3:PutObjectAcl",
        "s3:PutObjectTagging",
    ]


def test_conditions_may_ask_for_a_list_s_prefix_and_a_write_s_tags():
    (listing,) = needed(Call("s3", "ListObjectsV2", "GET", "/b", "prefix=up%2F"), {}, REGION) or []
    assert listing.context["s3:prefix"] == ("up/",)
    call = Call("s3", "PutObject", "PUT", "/b/k", "", [("x-amz-tagging", "Team=a&cost=b")])
    written = (needed(call, {}, REGION) or [])[0]
    assert written.context["s3:requestobjecttag/team"] == ("a",)
    assert written.context["s3:requestobjecttagkeys"] == ("Team", "cost")


MODEL = f"arn:aws:bedrock:{REGION}::foundation-model/cohere.embed-v4:0"


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("InvokeModel", "bedrock:InvokeModel"),
        ("Converse", "bedrock:InvokeModel"),
        ("ConverseStream", "bedrock:InvokeModelWithResponseStream"),
    ],
)
def test_a_model(operation: str, action: str):
    assert asked("bedrock", operation, "/model/cohere.embed-v4%3A0/invoke") == [(action, MODEL)]


def test_a_global_profile_needs_three_resources():
    """aws-behaviour §8.6.3."""
    call = Call("bedrock", "InvokeModel", "POST", "/model/global.cohere.embed-v4:0/invoke")
    found = needed(call, {}, REGION)
    action = "bedrock:InvokeModel"
    profile = f"arn:aws:bedrock:{HERE}:inference-profile/global.cohere.embed-v4:0"
    anywhere = {"aws:requestedregion": ("unspecified",)}
    assert found == [
        Asked(action, profile),
        Asked(action, MODEL),
        Asked(action, MODEL.replace(REGION, ""), context=anywhere),
    ]


def test_models_and_profiles_by_their_arns():
    assert asked(
        "bedrock", "InvokeModel", f"/model/{MODEL.replace(':', '%3A').replace('/', '%2F')}/invoke"
    ) == [("bedrock:InvokeModel", MODEL)]
    geographic = f"arn:aws:bedrock:{HERE}:inference-profile/apac.amazon.nova-pro-v1:0"
    found = asked("bedrock", "Converse", f"/model/{geographic.replace('/', '%2F')}/converse")
    nova = f"arn:aws:bedrock:{REGION}::foundation-model/amazon.nova-pro-v1:0"
    assert [resource for _, resource in found] == [geographic, nova]


FUNCTION = f"arn:aws:lambda:{HERE}:function:f"


@pytest.mark.parametrize(
    ("operation", "path", "query", "expected"),
    [
        ("Invoke", "functions/f/invocations", "", ("lambda:InvokeFunction", FUNCTION)),
        (
            "Invoke",
            "functions/f/invocations",
            "Qualifier=live",
            ("lambda:InvokeFunction", f"{FUNCTION}:live"),
        ),
        ("Invoke", "functions/f:2/invocations", "", ("lambda:InvokeFunction", f"{FUNCTION}:2")),
        (
            "Invoke",
            f"functions/{FUNCTION.replace(':', '%3A')}/invocations",
            "",
            ("lambda:InvokeFunction", FUNCTION),
        ),
        (
            "Invoke",
            "functions/123456789012:function:f/invocations",
            "",
            ("lambda:InvokeFunction", FUNCTION),
        ),
        ("GetFunction", "functions/f", "", ("lambda:GetFunction", FUNCTION)),
        ("ListFunctions", "functions/", "", ("lambda:ListFunctions", "*")),
        (
            "DeleteEventSourceMapping",
            "event-source-mappings/u",
            "",
            ("lambda:DeleteEventSourceMapping", f"arn:aws:lambda:{HERE}:event-source-mapping:u"),
        ),
        ("ListLayers", "layers", "", ("lambda:ListLayers", "*")),
        ("PublishLayerVersion", "layers/l/versions", "", ("lambda:PublishLayerVersion", None)),
    ],
)
def test_functions(operation: str, path: str, query: str, expected: tuple[str, str | None]):
    assert asked("lambda", operation, f"/2015-03-31/{path}", query) == [expected]


def test_a_function_to_be_created_is_named_in_the_body():
    path = "/2015-03-31/functions"
    assert asked("lambda", "CreateFunction", path, FunctionName="f") == [
        ("lambda:CreateFunction", FUNCTION)
    ]
    assert reads_body(Call("lambda", "CreateFunction", "POST", path))
    assert not reads_body(Call("lambda", "Invoke", "POST", path))
    assert not reads_body(Call("s3", "PutObject", "PUT", "/b/k"))


@pytest.mark.parametrize(
    ("service", "operation", "request_", "expected"),
    [
        (
            "sqs",
            "SendMessageBatch",
            {"QueueUrl": "http://h/1/q"},
            ("sqs:SendMessage", f"arn:aws:sqs:{HERE}:q"),
        ),
        ("sqs", "CreateQueue", {"QueueName": "q"}, ("sqs:CreateQueue", f"arn:aws:sqs:{HERE}:q")),
        ("sqs", "ListQueues", {}, ("sqs:ListQueues", "*")),
        ("sqs", "SendMessage", {"QueueUrl": 7}, ("sqs:SendMessage", None)),
        ("sns", "Publish", {"TopicArn": "arn:t"}, ("sns:Publish", "arn:t")),
        ("sns", "Publish", {"PhoneNumber": "+1"}, ("sns:Publish", "*")),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": "a/b"},
            ("secretsmanager:GetSecretValue", "a/b"),
        ),
        ("secretsmanager", "ListSecrets", {}, ("secretsmanager:ListSecrets", "*")),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "/g", "logStreamName": "s"},
            ("logs:PutLogEvents", f"arn:aws:logs:{HERE}:log-group:/g:log-stream:s"),
        ),
        (
            "logs",
            "FilterLogEvents",
            {"logGroupIdentifier": f"arn:aws:logs:{HERE}:log-group:/g:*"},
            ("logs:FilterLogEvents", f"arn:aws:logs:{HERE}:log-group:/g:log-stream:"),
        ),
        (
            "dynamodb",
            "GetItem",
            {"TableName": "t"},
            ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/t"),
        ),
        (
            "dynamodb",
            "Query",
            {"TableName": "t", "IndexName": "i"},
            ("dynamodb:Query", f"arn:aws:dynamodb:{HERE}:table/t/index/i"),
        ),
        (
            "dynamodb",
            "BatchGetItem",
            {"RequestItems": {"t": {}}},
            ("dynamodb:BatchGetItem", f"arn:aws:dynamodb:{HERE}:table/t"),
        ),
        (
            "dynamodb",
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "t"}}, 1]},
            ("dynamodb:TransactWriteItems", f"arn:aws:dynamodb:{HERE}:table/t"),
        ),
        ("monitoring", "PutMetricData", {}, ("cloudwatch:PutMetricData", "*")),
        (
            "monitoring",
            "DeleteAlarms",
            {"AlarmNames.member.1": "a"},
            ("cloudwatch:DeleteAlarms", f"arn:aws:cloudwatch:{HERE}:alarm:a"),
        ),
        (
            "events",
            "PutEvents",
            {"Entries": [{}]},
            ("events:PutEvents", f"arn:aws:events:{HERE}:event-bus/default"),
        ),
        (
            "ssm",
            "GetParameters",
            {"Names": ["/a"]},
            ("ssm:GetParameters", f"arn:aws:ssm:{HERE}:parameter/a"),
        ),
        ("kms", "Decrypt", {"KeyId": "alias/a"}, ("kms:Decrypt", None)),
        ("iam", "GetRole", {"RoleName": "r"}, ("iam:GetRole", "arn:aws:iam::123456789012:role/r")),
        ("sts", "AssumeRole", {"RoleArn": "arn:r"}, ("sts:AssumeRole", "arn:r")),
        ("ec2", "DescribeVpcs", {}, ("ec2:DescribeVpcs", None)),
    ],
)
def test_json_and_query_services(
    service: str, operation: str, request_: dict[str, Any], expected: tuple[str, str | None]
):
    assert asked(service, operation, **request_) == [expected]


def test_anybody_may_ask_who_they_are():
    assert needed(Call("sts", "GetCallerIdentity", "POST", "/"), {}, REGION) == []


def test_an_operation_without_a_name_cannot_be_decided():
    assert needed(Call("batch", "", "POST", "/v1/submitjob"), {}, REGION) is None
    assert needed(Call("bedrock", "", "GET", "/foundation-models"), {}, REGION) is None


def test_http_apis_are_open_and_their_configuration_is_not():
    assert needed(Call("execute-api", "", "GET", "/health"), {}, REGION) == []
    assert asked("apigateway", "GetApis", "/v2/apis") == [
        ("apigateway:POST", f"arn:aws:apigateway:{REGION}::/v2/apis")
    ]
