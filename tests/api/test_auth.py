from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest

from api.auth import REREAD_SECONDS, TokenVerifier
from api.errors import InvalidTokenError

KEY = "k" * 32
OTHER_KEY = "o" * 32


def token(key: str = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {"sub": "user-1", "exp": int(time.time()) + 600} | changes
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm)


class Keys:
    """A secret that counts how often it is read."""

    def __init__(self, key: str = KEY) -> None:
        self.key = key
        self.reads = 0

    def __call__(self) -> str:
        self.reads += 1
        return self.key


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def verifier(keys: Keys | None = None, monotonic: Time | None = None) -> TokenVerifier:
    return TokenVerifier(keys or Keys(), monotonic or Time())


def unsigned() -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"sub": "user-1", "exp": int(time.time()) + 600}
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def test_a_valid_token_names_its_user() -> None:
    assert verifier().user_id(token(sub="使用者-7")) == "使用者-7"


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(token(OTHER_KEY), id="wrong signature"),
        pytest.param(token(exp=int(time.time()) - 1), id="expired"),
        pytest.param(token(exp=None), id="no expiry"),
        pytest.param(token(sub=None), id="no subject"),
        pytest.param(token(sub=""), id="empty subject"),
        pytest.param(token(sub="a\0b"), id="NUL in the subject"),
        pytest.param(token(KEY * 2, "HS512"), id="other algorithm"),
        pytest.param(unsigned(), id="alg none"),
        pytest.param(token()[:-4], id="truncated"),
        pytest.param("not.a.token", id="not a token"),
        pytest.param("", id="empty"),
    ],
)
def test_any_other_token_is_refused(refused: str) -> None:
    with pytest.raises(InvalidTokenError):
        verifier().user_id(refused)


def test_expiry_is_said_to_the_user() -> None:
    with pytest.raises(InvalidTokenError, match="expired"):
        verifier().user_id(token(exp=1))


def test_the_key_is_read_once() -> None:
    keys = Keys()
    tokens = verifier(keys)

    tokens.user_id(token())
    tokens.user_id(token())

    assert keys.reads == 1


def test_a_rotated_key_is_read_again() -> None:
    keys, now = Keys(), Time()
    tokens = verifier(keys, now)
    tokens.user_id(token())

    keys.key = OTHER_KEY
    now.now += REREAD_SECONDS

    assert tokens.user_id(token(OTHER_KEY)) == "user-1"
    with pytest.raises(InvalidTokenError):
        tokens.user_id(token(KEY))


def test_forged_tokens_read_the_key_at_most_once_a_minute() -> None:
    keys, now = Keys(), Time()
    tokens = verifier(keys, now)
    forged = token(OTHER_KEY)

    for _ in range(130):
        with pytest.raises(InvalidTokenError):
            tokens.user_id(forged)
        now.now += 1

    assert keys.reads == 3
