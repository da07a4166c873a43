"""Bearer tokens: JSON Web Tokens signed HS256 with the application's secret key.

The algorithm is fixed here and never taken from the token, so `alg: none` and key confusion have
no way in.
"""

from __future__ import annotations

from collections.abc import Callable

import jwt
from jwt.exceptions import InvalidSubjectError

from api.errors import InvalidTokenError

ALGORITHM = "HS256"
REREAD_SECONDS = 60.0

_EXPIRED = "登入已過期，請重新登入。 The token has expired; log in again."
_INVALID = "存取權杖無效，請重新登入。 The token is not valid; log in again."


class TokenVerifier:
    """Verifies tokens with a key that is read at the first one and kept.

    A wrong signature may mean that the key was rotated since: then it is read again, at most once
    a minute so that forged tokens cannot turn into calls of Secrets Manager.

    read_key: returns the current key. monotonic: seconds from any start, never going backwards.
    """

    def __init__(self, read_key: Callable[[], str], monotonic: Callable[[], float]) -> None:
        self._read_key = read_key
        self._monotonic = monotonic
        self._key: str | None = None
        self._read_at = 0.0

    def user_id(self, token: str) -> str:
        """Return the `sub` of a valid token; raises `InvalidTokenError` saying why it is not."""
        try:
            return self._verified(token)
        except jwt.ExpiredSignatureError as error:
            raise InvalidTokenError(_EXPIRED) from error
        except jwt.InvalidTokenError as error:
            raise InvalidTokenError(_INVALID) from error

    def _verified(self, token: str) -> str:
        key = self._key or self._read()
        try:
            return _subject(token, key)
        except jwt.InvalidSignatureError:
            if not self._may_reread():
                raise
        return _subject(token, self._read())

    def _may_reread(self) -> bool:
        return self._monotonic() - self._read_at >= REREAD_SECONDS

    def _read(self) -> str:
        self._key, self._read_at = self._read_key(), self._monotonic()
        return self._key


def _subject(token: str, key: str) -> str:
    claims = jwt.decode(token, key, algorithms=[ALGORITHM], options={"require": ["exp", "sub"]})
    subject: str = claims["sub"]
    # Printable only: PostgreSQL cannot store NUL, and a log line must not be forged.
    if not subject or not subject.isprintable():
        raise InvalidSubjectError
    return subject
