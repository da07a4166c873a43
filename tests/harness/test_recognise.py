from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.recognise import Target, recognise

HOME = "ap-northeast-1"


def signed(service: str, region: str = HOME) -> tuple[str, str]:
    scope = f"Credential=AKID/20260101/{region}/{service}/aws4_request"
    return "authorization", f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"


def found(line: str, *headers: tuple[str, str], host: str = "127.0.0.1:4566") -> Target:
    """Recognise a request; `line` is "METHOD /path?query"."""
    method, _, target = line.partition(" ")
    path, _, query = target.partition("?")
    return recognise(method, path, query, [("host", host), *headers], HOME)


@pytest.mark.parametrize(
    ("line", "headers", "service", "operation"),
    [
        (
            "POST /",
            [signed("sqs"), ("x-amz-target", "AmazonSQS.SendMessage")],
            "sqs",
            "SendMessage",
        ),
        ("POST /", [signed("monitoring")], "monitoring", ""),
        ("POST /", [("x-amz-target", "Logs_20140328.PutLogEvents")], "", "PutLogEvents"),
        ("GET /v2/apis", [signed("apigateway")], "apigateway", ""),
        ("GET /_harness/status", [], "harness", ""),
        ("GET /_harness/status", [signed("s3")], "harness", ""),
        ("POST /model/cohere.embed-v4%3A0/invoke", [], "bedrock", "InvokeModel"),
        ("POST /model/m/converse", [signed("bedrock")], "bedrock", "Converse"),
        ("POST /model/m/converse-stream", [signed("bedrock")], "bedrock", "ConverseStream"),
        (
            "POST /model/m/invoke-with-response-stream",
            [signed("bedrock")],
            "bedrock",
            "InvokeModelWithResponseStream",
        ),
        ("PUT /model/m/invoke", [signed("s3")], "s3", "PutObject"),
        ("GET /", [("authorization", "AWS AKID:signature-of-version-2")], "s3", "ListBuckets"),
        ("GET /anything", [], "s3", "ListObjects"),
    ],
)
def test_the_service_and_the_operation(line, headers, service, operation):
    target = found(line, *headers)
    assert (target.service, target.operation) == (service, operation)


@pytest.mark.parametrize(
    ("line", "operation"),
    [
        ("POST /2015-03-31/functions/f/invocations", "Invoke"),
        ("POST /2015-03-31/functions/arn%3Aaws%3Alambda/invocations?Qualifier=1", "Invoke"),
        ("POST /2014-11-13/functions/f/invoke-async/", "InvokeAsync"),
        (
            "POST /2021-11-15/functions/f/response-streaming-invocations",
            "InvokeWithResponseStream",
        ),
        ("POST /2015-03-31/functions", "CreateFunction"),
        ("GET /2015-03-31/functions/", "ListFunctions"),
        ("GET /2015-03-31/functions/f", "GetFunction"),
        ("GET /2015-03-31/functions/f/configuration", "GetFunctionConfiguration"),
        ("DELETE /2015-03-31/functions/f", "DeleteFunction"),
        ("PUT /2015-03-31/functions/f/code", "UpdateFunctionCode"),
        ("PUT /2015-03-31/functions/f/configuration", "UpdateFunctionConfiguration"),
        ("PUT /2017-10-31/functions/f/concurrency", "PutFunctionConcurrency"),
        ("DELETE /2017-10-31/functions/f/concurrency", "DeleteFunctionConcurrency"),
        ("POST /2015-03-31/event-source-mappings/", "CreateEventSourceMapping"),
        ("POST /2015-03-31/functions/f/policy", "AddPermission"),
    ],
)
@pytest.mark.parametrize("headers", [[signed("lambda")], []])
def test_operations_of_lambda_signed_or_not(line, operation, headers):
    target = found(line, *headers)
    assert (target.service, target.operation) == ("lambda", operation)


@pytest.mark.parametrize(
    ("line", "operation"),
    [
        ("PUT /b/k", "PutObject"),
        ("PUT /b/a/b%20c?x-id=PutObject", "PutObject"),
        ("PUT /b/k?partNumber=1&uploadId=u", "UploadPart"),
        ("POST /b/k?uploads", "CreateMultipartUpload"),
        ("POST /b/k?uploadId=u", "CompleteMultipartUpload"),
        ("DELETE /b/k?uploadId=u", "AbortMultipartUpload"),
        ("PUT /b/k?acl", "PutObjectAcl"),
        ("PUT /b/k?tagging=", "PutObjectTagging"),
        ("GET /b/k", "GetObject"),
        ("PUT /b", "CreateBucket"),
        ("PUT /b?notification", "PutBucketNotificationConfiguration"),
        ("PUT /b/?notification=", "PutBucketNotificationConfiguration"),
        ("GET /b?notification", "GetBucketNotificationConfiguration"),
        ("DELETE /b", "DeleteBucket"),
        ("DELETE /b?x-id=DeleteBucket", "DeleteBucket"),
        ("DELETE /b?policy", "DeleteBucketPolicy"),
        ("DELETE /b/k", "DeleteObject"),
        ("GET /", "ListBuckets"),
    ],
)
def test_operations_of_s3(line, operation):
    assert found(line, signed("s3")).operation == operation


def test_a_copy_and_a_form_are_told_by_their_headers():
    assert found("PUT /b/k", ("x-amz-copy-source", "/b/other")).operation == "CopyObject"
    form = ("content-type", "multipart/form-data; boundary=x")
    assert found("POST /b", form).operation == "PostObject"
    assert found("POST /b?delete", ("content-type", "text/xml")).operation == "DeleteObjects"


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("127.0.0.1:4566", "/k"),
        ("localhost:4566", "/k"),
        ("s3.ap-northeast-1.amazonaws.com", "/k"),
        ("s3.amazonaws.com", "/k"),
        ("s3.localhost:4566", "/k"),
        ("docs.localhost:4566", "/docs/k"),
        ("docs.s3.localhost:4566", "/docs/k"),
        ("docs.s3.amazonaws.com", "/docs/k"),
        ("docs.s3.ap-northeast-1.amazonaws.com", "/docs/k"),
        ("docs.s3-ap-northeast-1.amazonaws.com", "/docs/k"),
        ("my.dotted.bucket.s3.ap-northeast-1.amazonaws.com", "/my.dotted.bucket/k"),
    ],
)
def test_a_bucket_in_the_host_name_is_put_into_the_path(host, path):
    assert found("GET /k", host=host).path == path


def test_the_host_of_another_service_names_no_bucket():
    target = found("POST /", signed("sqs"), host="sqs.ap-northeast-1.localhost:4566")
    assert (target.service, target.path) == ("sqs", "/")


def test_an_api_is_told_by_its_host():
    target = found("PUT /b/k", host="abc123.execute-api.ap-northeast-1.amazonaws.com")
    assert (target.service, target.api_id, target.path) == ("execute-api", "abc123", "/b/k")


@pytest.mark.parametrize(
    ("line", "headers", "region"),
    [
        ("GET /b", [signed("s3", "eu-west-1")], "eu-west-1"),
        ("GET /b/k?X-Amz-Credential=A%2F20260101%2Fus-east-1%2Fs3%2Faws4_request", [], "us-east-1"),
        ("GET /b/k?X-Amz-Credential=nonsense", [], HOME),
        ("GET /b/k", [], HOME),
    ],
)
def test_the_region_is_that_of_the_signature(line, headers, region):
    assert found(line, *headers).region == region


def test_a_presigned_query_names_the_service_as_well():
    scope = "X-Amz-Credential=A%2F20260101%2Fus-east-1%2Fsqs%2Faws4_request"
    assert found(f"POST /?{scope}").service == "sqs"


@given(
    st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"]),
    st.text(),
    st.text(),
    st.lists(st.tuples(st.sampled_from(["host", "authorization", "x-amz-target"]), st.text())),
)
def test_every_request_is_meant_for_something(method, path, query, headers):
    target = recognise(method, f"/{path}", query, headers, HOME)
    assert target.path.endswith(f"/{path}")
