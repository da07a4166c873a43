"""Secrets Manager's limits and error answers; the secrets themselves are the control plane's.

moto answers a missing secret with 404, a deleted one with a sentence of its own, and takes secrets
of any size (aws-behaviour §10.1).
"""

from __future__ import annotations

from typing import Any

import orjson

from harness.call import Call, Handler, Reply
from harness.errors import AwsError

LONGEST_SECRET = 65_536  # bytes
_DELETED = "You can't perform this operation on the secret because it was marked for deletion."


class SecretsManager:
    """Claims every call and forwards it; what AWS refuses otherwise is refused as AWS does."""

    name = "secretsmanager"

    def __init__(self, control_plane: Handler) -> None:
        self._control_plane = control_plane

    def claims(self, call: Call) -> bool:
        return call.service == "secretsmanager"

    async def handle(self, call: Call) -> Reply:
        check_size(members(await call.whole()))
        reply = await self._control_plane(call)
        if reply.status >= 400:
            return _refused(reply, members(await reply.read()))
        return reply


def _refused(reply: Reply, answer: dict[str, Any]) -> Reply:
    """Return an error of the control plane with AWS's status and words."""
    if "currently marked deleted" in str(answer.get("message", answer.get("Message", ""))):
        raise AwsError("InvalidRequestException", _DELETED)
    reply.status = 400 if reply.status == 404 else reply.status
    return reply


def check_size(request: dict[str, Any]) -> None:
    """Raise Secrets Manager's ValidationException for a secret that is too long (pure)."""
    secret = request.get("SecretString")
    if isinstance(secret, str) and len(secret.encode()) > LONGEST_SECRET:
        message = (
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_SECRET}"
        )
        raise AwsError("ValidationException", message)


def members(body: bytes) -> dict[str, Any]:
    """Return the members of a JSON object; {} for anything else, which the service refuses."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}
