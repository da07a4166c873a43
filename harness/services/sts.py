"""GetCallerIdentity for the keys of sandboxes, which the control plane has never seen."""

from __future__ import annotations

from harness.call import Call, Handler, Reply
from harness.iam.credential import access_key_id
from harness.iam.request_body import request_body
from harness.iam.sessions import Sessions
from harness.xml_text import elements


class Sts:
    """Claims the calls of sandboxes; what is not GetCallerIdentity goes on to the control plane."""

    name = "sts"

    def __init__(self, sessions: Sessions, control_plane: Handler) -> None:
        self._sessions = sessions
        self._control_plane = control_plane

    def claims(self, call: Call) -> bool:
        return call.service == "sts" and self._sessions.caller(access_key_id(call)) is not None

    async def handle(self, call: Call) -> Reply:
        caller = self._sessions.caller(access_key_id(call))
        await request_body(call)
        if caller is None or call.operation != "GetCallerIdentity":
            return await self._control_plane(call)
        members = {
            "Arn": caller.arn,
            "UserId": caller.user_id,
            "Account": caller.arn.split(":")[4],
        }
        return Reply(200, [("content-type", "text/xml")], _answer(members, call.id))


def _answer(members: dict[str, str], request_id: str) -> bytes:
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<GetCallerIdentityResult>{elements(members)}</GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>"
    ).encode()
