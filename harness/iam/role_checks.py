"""What Lambda asks of an execution role when a function is configured.

A function in a VPC, with a dead-letter queue or behind a queue is refused when its role may not do
what Lambda will do with it; AWS says so at once, and not when the first event is lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.call import Call, Handler, Reply
from harness.errors import AwsError
from harness.iam.actions.asked import Asked, Request
from harness.iam.authority import Authority
from harness.iam.caller import session
from harness.iam.request_body import request_body

_CHECKED = frozenset({"CreateFunction", "UpdateFunctionConfiguration", "CreateEventSourceMapping"})
_DEAD_LETTERS = {"sqs": ("SendMessage", "SQS"), "sns": ("Publish", "SNS")}
_POLLING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_TYPE = {"Type": "User"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """action on resource that the role must be allowed; message: AWS's, when it is not."""

    action: str
    resource: str
    message: str


class RoleChecks:
    """The layer that refuses what a function's role is not allowed for.

    role_of: returns the execution role of a function by its name or ARN; raises `AwsError`.
    """

    def __init__(self, authority: Authority, role_of: Callable[[str], Awaitable[str]]) -> None:
        self._authority = authority
        self._role_of = role_of

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        if call.service == "lambda" and call.operation in _CHECKED:
            await self._check(call)
        return await proceed(call)

    async def _check(self, call: Call) -> None:
        request = await request_body(call)
        required = requirements(call.operation, request)
        caller = session(await self._role(call, request), "lambda") if required else None
        for requirement in required:
            assert caller is not None
            asked = Asked(requirement.action, requirement.resource)
            if not (await self._authority.decide(caller, asked)).allowed:
                raise AwsError("InvalidParameterValueException", requirement.message, 400, _TYPE)

    async def _role(self, call: Call, request: Request) -> str:
        """Return the role that the request sets, else the one that the function has."""
        if isinstance(role := request.get("Role"), str):
            return role
        in_path = call.operation == "UpdateFunctionConfiguration"
        return await self._role_of(call.path.split("/")[3] if in_path else _name(request))


def requirements(operation: str, request: Request) -> list[Requirement]:
    """Return what the function's role must be allowed for `operation` (pure)."""
    if operation == "CreateEventSourceMapping":
        return list(_of_mapping(request))
    return [*_of_network(request), *_of_dead_letters(request)]


def _of_network(request: Request) -> Iterator[Requirement]:
    config = request.get("VpcConfig")
    if isinstance(config, Mapping) and config.get("SubnetIds"):
        yield _provided("ec2", "CreateNetworkInterface", "EC2", "*")


def _of_dead_letters(request: Request) -> Iterator[Requirement]:
    config = request.get("DeadLetterConfig")
    arn = _arn(config.get("TargetArn")) if isinstance(config, Mapping) else ""
    service = arn.removeprefix("arn:aws:").partition(":")[0]
    if service in _DEAD_LETTERS:
        yield _provided(service, *_DEAD_LETTERS[service], arn)


def _of_mapping(request: Request) -> Iterator[Requirement]:
    arn = _arn(request.get("EventSourceArn"))
    if arn.startswith("arn:aws:sqs:"):
        for name in _POLLING:
            message = f"The function execution role does not have permissions to call {name} on SQS"
            yield Requirement(f"sqs:{name}", arn, message)


def _provided(prefix: str, name: str, service: str, resource: str) -> Requirement:
    message = f"The provided execution role does not have permissions to call {name} on {service}"
    return Requirement(f"{prefix}:{name}", resource, message)


def _arn(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _name(request: Request) -> str:
    return str(request.get("FunctionName", ""))
