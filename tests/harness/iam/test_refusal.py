from __future__ import annotations

import pytest

from harness.call import Call
from harness.iam.actions.asked import Asked
from harness.iam.evaluate import Reason
from harness.iam.refusal import expired, refusal
from tests.harness.iam.examples import FUNCTION

USER = "User: arn:aws:sts::123456789012:assumed-role/worker/f is not authorized to perform:"


@pytest.mark.parametrize(
    ("service", "action", "resource", "status", "code", "message"),
    [
        (
            "s3",
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            403,
            "AccessDenied",
            (
                f'{USER} s3:GetObject on resource: "arn:aws:s3:::b/k" '
                "because no identity-based policy allows the s3:GetObject action"
            ),
        ),
        (
            "sqs",
            "sqs:SendMessage",
            "arn:q",
            403,
            "AccessDenied",
            (
                f"{USER} sqs:sendmessage on resource: arn:q "
                "because no identity-based policy allows the sqs:sendmessage action"
            ),
        ),
        (
            "sns",
            "sns:Publish",
            "arn:t",
            403,
            "AuthorizationError",
            (
                f"{USER} SNS:Publish on resource: arn:t "
                "because no identity-based policy allows the SNS:Publish action"
            ),
        ),
        (
            "secretsmanager",
            "secretsmanager:GetSecretValue",
            "a/b",
            400,
            "AccessDeniedException",
            (
                f"{USER} secretsmanager:GetSecretValue on resource: a/b "
                "because no identity-based policy allows the secretsmanager:GetSecretValue action"
            ),
        ),
        (
            "bedrock",
            "bedrock:InvokeModel",
            "arn:m",
            403,
            "AccessDeniedException",
            (
                f"{USER} bedrock:InvokeModel on resource: arn:m "
                "because no identity-based policy allows the bedrock:InvokeModel action"
            ),
        ),
        (
            "ec2",
            "ec2:DescribeVpcs",
            None,
            403,
            "UnauthorizedOperation",
            (
                f"You are not authorized to perform this operation. {USER} ec2:DescribeVpcs "
                "because no identity-based policy allows the ec2:DescribeVpcs action"
            ),
        ),
    ],
)
def test_the_words_of_each_service(
    service: str, action: str, resource: str | None, status: int, code: str, message: str
):
    call = Call(service, "", "POST", "/")
    found = refusal(call, FUNCTION, Asked(action, resource), Reason.NO_IDENTITY)
    assert (found.status, found.code, found.message) == (status, code, message)


def test_an_explicit_deny_is_called_one():
    found = refusal(
        Call("s3", "", "GET", "/b/k"),
        FUNCTION,
        Asked("s3:GetObject", "arn:aws:s3:::b/k"),
        Reason.DENIED_BY_RESOURCE,
    )
    assert found.message.endswith("with an explicit deny in a resource-based policy")


def test_an_ended_session_has_expired():
    found = expired(Call("s3", "", "GET", "/b/k"))
    assert (found.status, found.code, found.message) == (
        400,
        "ExpiredToken",
        "The provided token has expired.",
    )
    assert expired(Call("bedrock", "", "POST", "/")).code == "ExpiredTokenException"
