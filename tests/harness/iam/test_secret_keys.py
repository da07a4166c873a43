from __future__ import annotations

import asyncio

from harness.aws import ACCESS_KEY, SECRET_KEY, query_call
from harness.call import Call, Reply
from harness.iam.secret_keys import SecretKey, SecretKeys
from harness.iam.sessions import Sessions
from tests.harness.iam.examples import ROLE

ANSWER = (
    '<R xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><K><AccessKeyId>AKIA1</AccessKeyId>'
    "<SecretAccessKey>s&amp;1</SecretAccessKey>{more}</K></R>"
)
SESSION = "<SessionToken>t</SessionToken><Expiration>2026-11-25T16:00:00Z</Expiration>"


def call(keys: SecretKeys, action: str, answer: str, status: int = 200, **request: str) -> None:
    service = "sts" if action == "AssumeRole" else "iam"

    async def proceed(_: Call) -> Reply:
        return Reply(status, [], answer.encode())

    asyncio.run(keys(query_call(service, "r", action, request), proceed))


def test_the_environment_s_own_key_is_known():
    assert SecretKeys(Sessions()).of(ACCESS_KEY) == SecretKey(SECRET_KEY)
    assert SecretKeys(Sessions()).of("AKIA1") is None


def test_a_sandbox_s_key_is_known_also_after_its_end():
    sessions = Sessions()
    keys, issued = SecretKeys(sessions), sessions.issue(ROLE, "f")
    expected = SecretKey(issued.secret_access_key, issued.session_token)
    assert keys.of(issued.access_key_id) == expected
    sessions.end(issued.access_key_id)
    assert keys.of(issued.access_key_id) == expected


def test_a_secret_is_told_once():
    keys = SecretKeys(Sessions())
    call(keys, "CreateAccessKey", ANSWER.format(more=""), UserName="u")
    assert keys.of("AKIA1") == SecretKey("s&1")
    call(keys, "UpdateAccessKey", "<R/>", AccessKeyId="AKIA1", Status="Inactive")
    assert keys.of("AKIA1") is None
    call(keys, "UpdateAccessKey", "<R/>", AccessKeyId="AKIA1", Status="Active")
    assert keys.of("AKIA1") == SecretKey("s&1")
    call(keys, "DeleteAccessKey", "<R/>", status=404, AccessKeyId="AKIA1")
    assert keys.of("AKIA1") is not None
    call(keys, "DeleteAccessKey", "<R/>", AccessKeyId="AKIA1")
    assert keys.of("AKIA1") is None


def test_a_session_has_a_token_and_an_end():
    keys = SecretKeys(Sessions())
    call(keys, "AssumeRole", ANSWER.format(more=SESSION))
    assert keys.of("AKIA1") == SecretKey("s&1", "t", 1795622400.0)


def test_secrets_do_not_show():
    assert "secret" not in repr(SecretKey("secret", "secret token"))
