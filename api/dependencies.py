"""What routes ask FastAPI for: the sandbox, the user a request comes from, the time it has."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.deadline import GATEWAY_SECONDS, Deadline
from api.errors import UnauthorizedError
from api.sandbox import Sandbox

_SCHEME = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="JSON Web Token, HS256, with exp and sub."
)


def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox()
    return sandbox


CurrentSandbox = Annotated[Sandbox, Depends(_sandbox)]


def _user_id(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)],
    sandbox: CurrentSandbox,
) -> str:
    if bearer is None:
        raise UnauthorizedError(
            "請先登入：要求缺少存取權杖。 "
            "The request carries no token; send it as 'Authorization: Bearer <token>'."
        )
    return sandbox.tokens.user_id(bearer.credentials)


CurrentUser = Annotated[str, Depends(_user_id)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern="^[!-~]+$",
        description="Makes it safe to send the request again: the first answer is given again.",
    ),
]


def _deadline(request: Request) -> Deadline:
    context = request.scope.get("aws.context")
    if context is None:
        return Deadline.within(GATEWAY_SECONDS)
    return Deadline.within(context.get_remaining_time_in_millis() / 1000)


CurrentDeadline = Annotated[Deadline, Depends(_deadline)]
