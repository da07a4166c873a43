"""Services that act with a function's execution role: polling, destinations, dead letters, logs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from harness.errors import AwsError
from harness.iam.actions.asked import Asked
from harness.iam.authority import Authority
from harness.iam.caller import session

DENIED = "AccessDeniedException"
# (role ARN, session name, action, resource ARN); raises `AwsError` AccessDeniedException.
Authorize = Callable[[str, str, str, str], Awaitable[None]]


async def anything(role_arn: str, name: str, action: str, resource: str) -> None:
    """Authorize everything: policies are not enforced."""


def authorize_with(authority: Authority) -> Authorize:
    """Return the check of one use of a role by a service; `name` is the function's."""

    async def authorize(role_arn: str, name: str, action: str, resource: str) -> None:
        caller = session(role_arn, name)
        decision = await authority.decide(caller, Asked(action, resource))
        if not decision.allowed:
            why = decision.reason.value.format(action=action)
            message = (
                f"User: {caller.arn} is not authorized to perform: {action} "
                f"on resource: {resource} {why}"
            )
            raise AwsError(DENIED, message, 403)

    return authorize
