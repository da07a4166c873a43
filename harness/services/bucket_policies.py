"""Bucket policies, kept here whole: the control plane would act on them, and wrongly.

moto refuses an object call to everybody when a statement denies it, whatever principal and
condition the statement names; the usual "deny without TLS" would make a bucket useless. So it gets
the policy without its denials, which `--enforce-iam` applies as AWS does.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import orjson

from harness.call import Call, Handler, Reply
from harness.errors import AwsError
from harness.iam.rewriting import replace_body

_OPERATIONS = frozenset({"PutBucketPolicy", "GetBucketPolicy"})


class BucketPolicies:
    """Claims PutBucketPolicy and GetBucketPolicy; the control plane knows who has a policy."""

    name = "bucket_policies"

    def __init__(self, control_plane: Handler) -> None:
        self._control_plane = control_plane
        self._documents: dict[str, bytes] = {}

    def claims(self, call: Call) -> bool:
        return call.service == "s3" and call.operation in _OPERATIONS

    async def handle(self, call: Call) -> Reply:
        return await (self._put(call) if call.operation == "PutBucketPolicy" else self._get(call))

    async def ask(self, call: Call) -> Reply:
        """Answer any call as the control plane does, and those about policies from here."""
        return await (self.handle(call) if self.claims(call) else self._control_plane(call))

    async def _put(self, call: Call) -> Reply:
        document = await call.body.read()
        replace_body(call, orjson.dumps(_without_denials(document)))
        reply = await self._control_plane(call)
        if reply.status < 300:
            self._documents[_bucket(call)] = document
        return reply

    async def _get(self, call: Call) -> Reply:
        reply = await self._control_plane(call)
        if reply.status >= 300:
            self._documents.pop(_bucket(call), None)  # it went away with its bucket
            return reply
        kept = self._documents.get(_bucket(call), await reply.read())
        headers = [header for header in reply.headers if header[0].lower() != "content-length"]
        return Reply(reply.status, headers, kept)


def _without_denials(document: bytes) -> dict[str, Any]:
    try:
        policy = orjson.loads(document)
    except orjson.JSONDecodeError:
        policy = None
    if not isinstance(policy, dict):
        message = "Policies must be valid JSON and the first byte must be '{'"
        raise AwsError("MalformedPolicy", message, 400)
    statements = policy.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(statement, dict) for statement in listed):
        raise AwsError("MalformedPolicy", "Invalid policy syntax.", 400)
    return {**policy, "Statement": [s for s in listed if s.get("Effect") != "Deny"]}


def _bucket(call: Call) -> str:
    return unquote(call.path).removeprefix("/").partition("/")[0]
