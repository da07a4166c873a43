from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.s3_events.configuration import Rule
from harness.services.s3_events.destination import permits, validate

REGION = "ap-northeast-1"
ARN = f"arn:aws:lambda:{REGION}:123456789012:function:"


def statement(**changes: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"{ARN}f",
        **changes,
    }


def condition(**values: Any) -> dict[str, Any]:
    operators = {"SourceArn": "ArnLike", "SourceAccount": "StringEquals"}
    return {
        "Condition": {operators[name]: {f"AWS:{name}": value} for name, value in values.items()}
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": {"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]}},
        {"Action": ["lambda:GetFunction", "lambda:InvokeFunction"]},
        {"Action": "lambda:*"},
        condition(SourceArn="arn:aws:s3:::docs"),
        condition(SourceArn="arn:aws:s3:::*"),
        condition(SourceArn=["arn:aws:s3:::other", "arn:aws:s3:::docs"]),
        condition(SourceArn="arn:aws:s3:::docs", SourceAccount="123456789012"),
    ],
)
def test_s3_may_invoke(changes):
    assert permits({"Statement": [statement(**changes)]}, "docs")


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny"},
        {"Principal": {"Service": "sns.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Action": "lambda:GetFunction"},
        {"Action": "s3:InvokeFunction"},
        condition(SourceArn="arn:aws:s3:::docs-2"),
        condition(SourceArn="arn:aws:s3:::other"),
        condition(SourceArn="arn:aws:s3:::docs", SourceAccount="999999999999"),
    ],
)
def test_s3_may_not(changes):
    assert not permits({"Statement": [statement(**changes)]}, "docs")


def test_one_statement_is_enough_and_none_is_not():
    other = statement(Action="lambda:GetFunction")
    assert permits({"Statement": [other, statement()]}, "docs")
    assert not permits({"Statement": []}, "docs")
    assert not permits({}, "docs")


def rule(name: str) -> Rule:
    return Rule("id", f"{ARN}{name}", ("s3:ObjectCreated:*",))


async def lambda_(call: Call) -> Reply:
    """Knows the functions "permitted" and "locked"; all others do not exist."""
    policies = {
        "/2015-03-31/functions/permitted/policy": [statement()],
        "/2015-03-31/functions/locked/policy": [],
    }
    if call.path == "/2015-03-31/functions/broken/policy":
        return Reply(500, [], b'{"__type": "ServiceException", "message": "down"}')
    if call.path not in policies:
        return Reply(404, [], b'{"__type": "ResourceNotFoundException", "message": "?"}')
    policy = orjson.dumps({"Statement": policies[call.path]}).decode()
    return Reply(200, [], orjson.dumps({"Policy": policy}))


def test_permitted_functions_pass():
    asyncio.run(validate(lambda_, REGION, "docs", [rule("permitted"), rule("permitted:live")]))


def test_every_function_that_is_missing_or_not_permitted_is_named():
    rules = [rule("locked"), rule("permitted"), rule("nobody")]
    with pytest.raises(AwsError) as caught:
        asyncio.run(validate(lambda_, REGION, "docs", rules))
    error = caught.value
    assert (error.code, error.status) == ("InvalidArgument", 400)
    assert error.message == "Unable to validate the following destination configurations"
    assert error.fields == {
        "ArgumentName1": f"{ARN}locked, null",
        "ArgumentValue1": f"Not authorized to invoke function [{ARN}locked]",
        "ArgumentName2": f"{ARN}nobody, null",
        "ArgumentValue2": f"Not authorized to invoke function [{ARN}nobody]",
    }


def test_a_failure_to_ask_is_no_refusal():
    with pytest.raises(AwsError, match="ServiceException"):
        asyncio.run(validate(lambda_, REGION, "docs", [rule("broken")]))
