"""Which secret belongs to an access key, as far as it was ever said here.

The environment's own is known, and so are those of sandboxes. Those of users and of assumed roles
are in the answers of IAM and STS and nowhere else afterwards: the control plane never tells them
again. So they are read as they pass by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree as ET

from harness.aws import ACCESS_KEY, SECRET_KEY
from harness.call import Call, Handler, Reply
from harness.iam.request_body import request_body
from harness.iam.sessions import Sessions

_SERVICES = ("iam", "sts")
_MOST_KEPT = 10_000  # keys; the oldest are forgotten


@dataclass(frozen=True, slots=True)
class SecretKey:
    """token: of a session, "" of a user; ends: of a session, in seconds since the epoch."""

    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    ends: float = float("inf")


class SecretKeys:
    """A layer that learns from answers; `of` tells what it knows."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._told: dict[str, SecretKey] = {}
        self._inactive: set[str] = set()

    def of(self, access_key_id: str) -> SecretKey | None:
        """Return the secret; None when the key is unknown, deleted or inactive."""
        if access_key_id == ACCESS_KEY:
            return SecretKey(SECRET_KEY)
        if issued := self._sessions.credentials(access_key_id):
            return SecretKey(issued.secret_access_key, issued.session_token)
        if access_key_id in self._inactive:
            return None
        return self._told.get(access_key_id)

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        if call.service not in _SERVICES:
            return await proceed(call)
        request = await request_body(call)
        reply = await proceed(call)
        if reply.status < 300:
            key = str(request.get("AccessKeyId", ""))
            if call.operation == "DeleteAccessKey":
                self._told.pop(key, None)
            elif call.operation == "UpdateAccessKey":
                active = request.get("Status") == "Active"
                (self._inactive.discard if active else self._inactive.add)(key)
            else:
                self._learn(await reply.read())
        return reply

    def _learn(self, answer: bytes) -> None:
        if b"<SecretAccessKey>" not in answer:
            return
        root = ET.fromstring(answer)  # noqa: S314 - the control plane's own answer
        ends = root.findtext(".//{*}Expiration")
        if len(self._told) >= _MOST_KEPT:
            del self._told[next(iter(self._told))]
        self._told[root.findtext(".//{*}AccessKeyId", "")] = SecretKey(
            root.findtext(".//{*}SecretAccessKey", ""),
            root.findtext(".//{*}SessionToken", ""),
            datetime.fromisoformat(ends).timestamp() if ends else float("inf"),
        )
