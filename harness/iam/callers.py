"""Who is behind an access key: a sandbox's session, an IAM user, an assumed role, or the owner.

The owner of this machine is the administrator: calls without a key of somebody else, among them
all of the harness's own, may do everything, as the account's root may on AWS.
"""

from __future__ import annotations

from harness.aws import ACCESS_KEY, query_call
from harness.aws_xml import xml_answer
from harness.call import Handler
from harness.iam.caller import Caller
from harness.iam.sessions import Sessions

_NOBODY = "user/moto"  # how the control plane calls a key that it has not made
_MOST = 10_000


class Callers:
    """Resolves keys; what STS in the control plane said is kept until IAM changes."""

    def __init__(self, sessions: Sessions, control_plane: Handler, region: str) -> None:
        self._sessions = sessions
        self._control_plane = control_plane
        self._region = region
        self._known: dict[str, Caller | None] = {}

    async def of(self, access_key_id: str) -> Caller | None:
        """Return the caller; None is the administrator. A session must not have ended."""
        if access_key_id in ("", ACCESS_KEY):
            return None
        if caller := self._sessions.caller(access_key_id):
            return caller
        known = self._known
        if access_key_id not in known:
            if len(known) >= _MOST:
                known.clear()
            known[access_key_id] = await self._ask(access_key_id)
        return known[access_key_id]

    def forget(self) -> None:
        self._known = {}

    async def _ask(self, access_key_id: str) -> Caller | None:
        parameters = {"Version": "2011-06-15"}
        call = query_call("sts", self._region, "GetCallerIdentity", parameters)
        call.headers = [(n, v.replace(ACCESS_KEY, access_key_id)) for n, v in call.headers]
        root = await xml_answer(self._control_plane, call)
        arn = root.findtext(".//Arn", "")
        if arn.endswith(_NOBODY):
            return None
        user_id = root.findtext(".//UserId", "")
        return Caller(arn, _identity(arn), user_id)


def _identity(arn: str) -> str:
    """Return the ARN of the role behind a session's, of a user's its own.

    A session's ARN leaves out the path of its role; roles with a path are rare, and found by name.
    """
    kind, _, names = arn.split(":", 5)[5].partition("/")
    if kind != "assumed-role":
        return arn
    account = arn.split(":")[4]
    return f"arn:aws:iam::{account}:role/{names.partition('/')[0]}"
