"""Callers and policies as tests write them."""

from __future__ import annotations

from typing import Any

import orjson

from harness.aws import ACCOUNT
from harness.iam.caller import Caller, session
from harness.iam.conditions import Context
from harness.iam.evaluate import Decision, Policies, Request, decide
from harness.iam.policy import Policy, Statement, parse

ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
FUNCTION = session(
    ROLE, "f", user_id="AROA:f", function_arn=f"arn:aws:lambda:x:{ACCOUNT}:function:f"
)
USER = Caller(f"arn:aws:iam::{ACCOUNT}:user/ann", f"arn:aws:iam::{ACCOUNT}:user/ann", "AIDA")


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return parse(orjson.dumps({"Version": version, "Statement": list(statements)}))


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def statements(*written: dict[str, Any]) -> tuple[Statement, ...]:
    found = policy(*written)
    assert found.problems == ()
    return found.statements


def decided(
    *identity: dict[str, Any],
    action: str = "s3:GetObject",
    resource: str | None = "arn:aws:s3:::b/k",
    caller: Caller = FUNCTION,
    on_resource: list[dict[str, Any]] | None = None,
    boundary: list[dict[str, Any]] | None = None,
    **values: str,
) -> Decision:
    """Decide one request; values: condition keys, with `__` for a colon."""
    known = {key.replace("__", ":").lower(): (value,) for key, value in values.items()}
    policies = Policies(
        statements(*identity),
        None if boundary is None else statements(*boundary),
        None if on_resource is None else statements(*on_resource),
    )
    return decide(Request(action, resource, Context(known)), caller, policies)
