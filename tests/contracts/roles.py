"""Roles, users and policies for contract tests, and clients that act as them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Self

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import ACCOUNT, Account, Function, unique

TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com", "AWS": ACCOUNT},
        "Action": "sts:AssumeRole",
    },
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


@dataclass(frozen=True)
class Role:
    """A role; `assumed()` is an account that acts as it, `session` the ARN it acts by."""

    account: Account
    name: str

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{ACCOUNT}:role/{self.name}"

    @property
    def session(self) -> str:
        return f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.name}/test"

    def may(self, *statements: dict[str, Any], policy: str = "p") -> Role:
        """Set an inline policy, which counts from the next call on."""
        self.account.iam.put_role_policy(
            RoleName=self.name, PolicyName=policy, PolicyDocument=document(*statements)
        )
        return self

    def assumed(self) -> Account:
        answer = self.account.sts.assume_role(RoleArn=self.arn, RoleSessionName="test")
        keys = answer["Credentials"]
        return self.account.acting(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
        )

    def function(self, handler: str = "calls.call", **settings: Any) -> Function:
        return self.account.function(handler, Role=self.arn, Timeout=20, **settings)


def role(account: Account, **settings: Any) -> Role:
    name = unique("role")
    trust = json.dumps(TRUST)
    account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **settings)
    return Role(account, name)


def calls(function: Function, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
    """Return the answer that the function gets, or its refusal with `Code`."""
    event = {"service": service, "operation": operation, "arguments": arguments}
    found: dict[str, Any] = function.result(event)
    return found


class Refused:
    """The refusal of what is done in a `with` block, which must be refused."""

    def __init__(self) -> None:
        self._raises = pytest.raises(ClientError)

    def __enter__(self) -> Self:
        self._info = self._raises.__enter__()
        return self

    def __exit__(self, *raised: object) -> bool:
        suppressed = self._raises.__exit__(*raised)
        response = self._info.value.response
        self.code: str = response["Error"]["Code"]
        self.message: str = response["Error"]["Message"]
        self.status: int = response["ResponseMetadata"]["HTTPStatusCode"]
        return bool(suppressed)
