from __future__ import annotations

import asyncio

import pytest

from harness.call import Call, Reply
from harness.errors import AwsError, SilentError
from harness.iam.sessions import Sessions
from harness.network.border import Border
from harness.network.reach import Reach

ARN = "arn:aws:lambda:ap-northeast-1:123456789012:function:f"
ONLY_S3 = Reach(services=frozenset({"s3"}))


async def answered(_call: Call) -> Reply:
    return Reply(200, [], b"")


def stopped(reach: Reach | AwsError | None, service: str, *, arn: str = ARN, **signed: str) -> bool:
    """Tell whether a call hears nothing; signed: headers, or a query, instead of a signature."""
    sessions = Sessions()
    key = sessions.issue("arn:aws:iam::123456789012:role/r", "f", arn).access_key_id
    credential = f"Credential={key}/20261125/x/{service}/aws4_request"
    headers = [] if signed else [("authorization", f"AWS4-HMAC-SHA256 {credential}")]
    query = signed.get("query", "").format(key=key)
    call = Call(service, "", "GET", "/model/m/invoke", query, headers)

    async def reach_of(reference: str) -> Reach | None:
        assert reference == ARN
        if isinstance(reach, AwsError):
            raise reach
        return reach

    try:
        asyncio.run(Border(sessions, reach_of)(call, answered))
    except SilentError:
        return True
    return False


@pytest.mark.parametrize(
    ("reach", "service", "stops"),
    [
        (ONLY_S3, "s3", False),
        (ONLY_S3, "sqs", True),
        (ONLY_S3, "bedrock", True),
        (Reach(services=frozenset({"bedrock-runtime"})), "bedrock", False),
        (Reach(everything=True), "sqs", False),
        (ONLY_S3, "a-service-that-nobody-knows", False),
        (None, "sqs", False),
        (AwsError("ResourceNotFoundException", "deleted", 404), "sqs", False),
    ],
)
def test_a_function_gets_where_its_subnets_lead(reach, service, stops):
    assert stopped(reach, service) is stops


def test_who_is_no_function_gets_everywhere():
    assert not stopped(ONLY_S3, "sqs", arn="")


def test_a_presigned_url_is_used_by_somebody_else():
    assert not stopped(ONLY_S3, "sqs", query="X-Amz-Credential={key}/20261125/x/sqs/aws4_request")
