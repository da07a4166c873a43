"""The credentials of sandboxes: sessions of their functions' execution roles, kept in memory.

A key of ours can be told from any other by itself, even after its session has ended: its second
half is a code over the first, made with a secret of this run.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.iam.caller import Caller, session

Random = Callable[[int], bytes]
_KIND = "ASIA"  # what AWS's temporary keys begin with
_TOKEN_START = "IQoJb3JpZ2luX2Vj"  # noqa: S105 - "origin_ec", how AWS's tokens begin
_HALF = 5  # bytes, eight letters
_MOST_KEPT = 10_000  # sessions, less than 10 MB


@dataclass(frozen=True, slots=True)
class Credentials:
    """One session's credentials, as a sandbox gets them."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)

    def variables(self) -> Mapping[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
        }


class Sessions:
    """Issues credentials; `caller` answers who uses them for as long as they last."""

    def __init__(self, random: Random = secrets.token_bytes) -> None:
        self._random = random
        self._secret = random(32)
        self._callers: dict[str, Caller] = {}
        self._issued: dict[str, Credentials] = {}

    def issue(self, role_arn: str, name: str, function_arn: str = "") -> Credentials:
        """Return new credentials of `role_arn`, in a session called `name`."""
        first = self._random(_HALF)
        key = _KIND + _letters(first + self._code(first))
        role_id = _letters(hashlib.sha256(role_arn.encode()).digest()[: 2 * _HALF])
        self._callers[key] = session(
            role_arn, name, user_id=f"AROA{role_id}:{name}", function_arn=function_arn
        )
        token = base64.b64encode(self._random(240)).decode()
        issued = Credentials(
            key, base64.b64encode(self._random(30)).decode(), f"{_TOKEN_START}{token}"
        )
        self._keep(issued)
        return issued

    def end(self, access_key_id: str) -> None:
        """End a session; harmless when it has ended already."""
        self._callers.pop(access_key_id, None)

    def caller(self, access_key_id: str) -> Caller | None:
        return self._callers.get(access_key_id)

    def credentials(self, access_key_id: str) -> Credentials | None:
        """Return what a key was issued with; also after its session, for URLs signed before."""
        return self._issued.get(access_key_id)

    def _keep(self, issued: Credentials) -> None:
        if len(self._issued) >= _MOST_KEPT:
            del self._issued[next(iter(self._issued))]
        self._issued[issued.access_key_id] = issued

    def issued(self, access_key_id: str) -> bool:
        """Tell whether the key is, or was, one of ours."""
        if not access_key_id.startswith(_KIND):
            return False
        try:
            halves = base64.b32decode(access_key_id.removeprefix(_KIND))
        except ValueError:
            return False
        return hmac.compare_digest(halves[_HALF:], self._code(halves[:_HALF]))

    def _code(self, first: bytes) -> bytes:
        return hmac.digest(self._secret, first, "sha256")[:_HALF]


def _letters(data: bytes) -> str:
    return base64.b32encode(data).decode()
