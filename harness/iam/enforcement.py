"""The layer of `--enforce-iam`: a call made with a role's or user's keys needs permission."""

from __future__ import annotations

from harness.call import Call, Handler, Reply
from harness.iam.actions import needed, reads_body
from harness.iam.actions.asked import Asked, Request
from harness.iam.actions.s3 import arn, bucket_and_key
from harness.iam.authority import Authority
from harness.iam.caller import Caller
from harness.iam.callers import Callers
from harness.iam.changes import changes_identities, changes_resources
from harness.iam.credential import access_key_id
from harness.iam.delete_objects import Check, delete_objects
from harness.iam.refusal import expired, refusal
from harness.iam.request_body import request_body
from harness.iam.sessions import Sessions

# Whether these exist is told only to those who may list the bucket (aws-behaviour §10.3).
_READS = frozenset({"GetObject", "HeadObject", "GetObjectAttributes", "GetObjectTagging"})
# What AWS asks beside the policies that are asked here.
_NOT_LOOKED_AT = {"sts": "trust policies", "kms": "key policies and grants"}
_NOT_FOUND = 404


class Enforcement:
    """A layer; the administrator's calls pass, all others are asked for."""

    def __init__(
        self, sessions: Sessions, callers: Callers, authority: Authority, region: str
    ) -> None:
        self._sessions = sessions
        self._callers = callers
        self._authority = authority
        self._region = region

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        """Answer `call`, or raise the `AwsError` that AWS refuses it with."""
        key = access_key_id(call)
        caller = await self._callers.of(key)
        if caller is None and self._sessions.issued(key):
            raise expired(call)
        request = await request_body(call) if reads_body(call) else {}
        try:
            return await (
                proceed(call) if caller is None else self._as(caller, call, request, proceed)
            )
        finally:
            self._notice(call)

    def _notice(self, call: Call) -> None:
        if changes_identities(call):
            self._callers.forget()
            self._authority.forget_identities()
        if changes_resources(call):
            self._authority.forget_resources()

    async def _as(self, caller: Caller, call: Call, request: Request, proceed: Handler) -> Reply:
        if call.operation == "DeleteObjects":
            return await delete_objects(call, proceed, self._refuses(caller, call))
        permissions = needed(call, request, self._region)
        if permissions is None:
            self._authority.unchecked(f"{call.service}: operations whose name is not known here")
        for asked in permissions or ():
            await self._insist(caller, call, asked)
        reply = await proceed(call)
        if reply.status == _NOT_FOUND and call.service == "s3" and call.operation in _READS:
            bucket = bucket_and_key(call.path)[0]
            await self._insist(caller, call, Asked("s3:ListBucket", arn(bucket)))
        return reply

    async def _insist(self, caller: Caller, call: Call, asked: Asked) -> None:
        decision = await self._authority.decide(caller, asked, call)
        if not decision.allowed:
            raise refusal(call, caller, asked, decision.reason)
        if also := _NOT_LOOKED_AT.get(asked.action.partition(":")[0]):
            self._authority.unchecked(f"{asked.action}: {also} are not looked at")

    def _refuses(self, caller: Caller, call: Call) -> Check:
        async def refuses(asked: Asked) -> str:
            decision = await self._authority.decide(caller, asked, call)
            allowed = decision.allowed
            return "" if allowed else refusal(call, caller, asked, decision.reason).message

        return refuses
