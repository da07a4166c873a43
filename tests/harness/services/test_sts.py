from __future__ import annotations

import asyncio

from harness.call import Bytes, Call, Reply
from harness.iam.sessions import Sessions
from harness.services.sts import Sts

ROLE = "arn:aws:iam::123456789012:role/team/worker"


async def moto(call: Call) -> Reply:
    return Reply(200, body=await call.body.read())


def called(key: str, body: bytes) -> Call:
    scope = f"AWS4-HMAC-SHA256 Credential={key}/20260101/x/sts/aws4_request"
    form = ("content-type", "application/x-www-form-urlencoded")
    return Call("sts", "", "POST", "/", headers=[("authorization", scope), form], body=Bytes(body))


def test_only_the_callers_that_the_control_plane_cannot_know_are_answered_here():
    sessions = Sessions()
    sts, key = Sts(sessions, moto), sessions.issue(ROLE, "f").access_key_id
    identity = called(key, b"Action=GetCallerIdentity")
    assert sts.claims(identity)
    assert not sts.claims(called("AKIAOTHER", b""))
    reply = asyncio.run(sts.handle(identity))
    assert isinstance(reply.body, bytes)
    assert b"<Arn>arn:aws:sts::123456789012:assumed-role/worker/f</Arn>" in reply.body
    other = asyncio.run(sts.handle(called(key, b"Action=AssumeRole")))
    assert other.body == b"Action=AssumeRole"
    sessions.end(key)
    assert not sts.claims(identity)
