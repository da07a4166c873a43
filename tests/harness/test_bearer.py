from __future__ import annotations

import asyncio

import jwt
import orjson
import pytest

from harness.bearer import bearer_token
from harness.call import Reply
from harness.clock import ManualClock
from harness.errors import EnvironmentFailedError

KEY = "k" * 40
SECTION = {"SecretId": "app", "SecretKey": "key", "Claims": {"sub": "demo"}, "ExpiresInSeconds": 60}


def token(section, secret, status=200):
    async def door(call):
        assert call.operation == "GetSecretValue"
        return Reply(status, [], orjson.dumps({"SecretString": orjson.dumps(secret).decode()}))

    return asyncio.run(bearer_token(section, door, "ap-northeast-1", ManualClock(1000)))


def test_the_token_carries_the_claims_and_expires():
    claims = jwt.decode(
        token(SECTION, {"key": KEY}), KEY, algorithms=["HS256"], options={"verify_exp": False}
    )
    assert claims == {"sub": "demo", "exp": 1060}


def test_a_template_without_the_section_has_no_token():
    assert token({}, {}) == ""


def test_a_secret_without_the_member_is_named():
    with pytest.raises(EnvironmentFailedError, match=r"app has no member key; it has other"):
        token(SECTION, {"other": KEY})


def test_a_secret_that_does_not_exist_is_an_error_of_the_template():
    with pytest.raises(EnvironmentFailedError, match="BearerToken"):
        token(SECTION, {}, status=400)
