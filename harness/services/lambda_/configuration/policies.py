"""Resource policies: who else may invoke a function, a version or an alias."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import orjson

from harness.aws import ACCOUNT
from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.lambda_.configuration.constraints import PERMISSION
from harness.services.lambda_.configuration.registry import Registry
from harness.services.lambda_.configuration.request import answer, asked
from harness.services.lambda_.reference import reference
from harness.services.lambda_.refusal import conflict, missing, outdated_revision

Operation = Callable[[Call], Awaitable[Reply]]
Statements = list[dict[str, Any]]

_LIMIT = 20 * 1024


class PolicyOperations:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: Mapping[str, Operation] = {
            "AddPermission": self._add,
            "RemovePermission": self._remove,
            "GetPolicy": self._get,
        }

    async def _add(self, call: Call) -> Reply:
        request = await asked(call, PERMISSION)
        arn, policies, qualifier = self._policies(call)
        statements = policies.get(qualifier, [])
        _expect(request.get("RevisionId"), statements)
        sid = request["StatementId"]
        if any(statement["Sid"] == sid for statement in statements):
            raise conflict(
                f"The statement id ({sid}) provided already exists. Please provide a new statement "
                "id, or remove the existing statement."
            )
        statement = _statement(request, arn)
        extended = [*statements, statement]
        if len(_document(extended)) > _LIMIT:
            size = len(_document(extended))
            message = f"The final policy size ({size}) is bigger than the limit ({_LIMIT})."
            raise AwsError("PolicyLengthExceededException", message, 400, {"Type": "User"})
        policies[qualifier] = extended
        return answer(201, {"Statement": orjson.dumps(statement).decode()})

    async def _remove(self, call: Call) -> Reply:
        _, policies, qualifier = self._policies(call)
        statements = policies.get(qualifier, [])
        sid = unquote(call.path.rstrip("/").rsplit("/", 1)[-1])
        kept = [statement for statement in statements if statement["Sid"] != sid]
        if len(kept) == len(statements):
            raise missing(f"Statement {sid} is not found in resource policy.")
        _expect(call.parameters().get("RevisionId"), statements)
        policies[qualifier] = kept
        return answer(204)

    async def _get(self, call: Call) -> Reply:
        _, policies, qualifier = self._policies(call)
        statements = policies.get(qualifier)
        if not statements:
            raise missing("The resource you requested does not exist.")
        document = _document(statements)
        return answer(200, {"Policy": document.decode(), "RevisionId": _revision(document)})

    def _policies(self, call: Call) -> tuple[str, dict[str, Statements], str]:
        """Return the ARN a call is about, all policies of that function, and the qualifier."""
        name, qualifier = reference(call, self._registry.region)
        qualifier = "" if qualifier == "$LATEST" else qualifier
        self._registry.version(name, qualifier)
        return self._registry.arn(name, qualifier), self._registry.entry(name).policies, qualifier


def _document(statements: Statements) -> bytes:
    return orjson.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements})


def _revision(document: bytes) -> str:
    """Return a revision that every change of the policy changes."""
    digest = sha256(document).hexdigest()
    return "-".join([digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]])


def _expect(revision: str | None, statements: Statements) -> None:
    if revision and revision != _revision(_document(statements)):
        raise outdated_revision()


def _statement(request: Mapping[str, Any], arn: str) -> dict[str, Any]:
    conditions: dict[str, dict[str, str]] = {}
    for member, operator, key in (
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ):
        if member in request:
            conditions.setdefault(operator, {})[key] = request[member]
    statement = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": arn,
    }
    return {**statement, "Condition": conditions} if conditions else statement


def _principal(text: str) -> Any:
    if text == "*":
        return text
    if text.isdigit() and len(text) == len(ACCOUNT):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    return {"AWS": text} if text.startswith("arn:") else {"Service": text}
