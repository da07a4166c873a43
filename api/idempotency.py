"""Requests that may be sent again, by the header Idempotency-Key (an IETF draft of httpapi).

The first answer to a key is kept for a day and given again. A request that dies without an answer
holds its key for no longer than its function can run; whoever repeats it then works under the
same seed, from which the ids of documents are made, and so finds what is there already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from starlette.responses import Response

from api.errors import KeyReusedError, RequestInProgressError
from processor.database import Connection
from processor.logs import logger

# API Gateway gives up after 30 s, and the function's time-out is no longer (template.yaml).
LEASE_SECONDS = 35.0
KEPT_SECONDS = 86_400.0

_EXPIRE = """
DELETE FROM idempotency_keys WHERE (user_id, key) IN (
    SELECT user_id, key FROM idempotency_keys
    WHERE created_at < now() - make_interval(secs => %(kept)s)
    LIMIT 100 FOR UPDATE SKIP LOCKED)
"""

_CLAIM = """
INSERT INTO idempotency_keys AS k (user_id, key, fingerprint, seed, locked_until)
VALUES (%(user_id)s, %(key)s, %(fingerprint)s, %(seed)s, now() + make_interval(secs => %(lease)s))
ON CONFLICT (user_id, key) DO UPDATE SET locked_until = excluded.locked_until
WHERE k.status IS NULL AND k.locked_until <= now() AND k.fingerprint = excluded.fingerprint
RETURNING seed
"""

_FIND = """
SELECT fingerprint, status, answer FROM idempotency_keys
WHERE user_id = %(user_id)s AND key = %(key)s
"""

_KEEP = """
UPDATE idempotency_keys SET status = %(status)s, answer = %(answer)s
WHERE user_id = %(user_id)s AND key = %(key)s
"""

_RELEASE = """
UPDATE idempotency_keys SET locked_until = now()
WHERE user_id = %(user_id)s AND key = %(key)s AND status IS NULL
"""


@dataclass(frozen=True)
class Answer:
    """body: JSON."""

    status: int
    body: bytes

    def response(self) -> Response:
        return Response(self.body, self.status, media_type="application/json")


@dataclass(frozen=True)
class Once:
    """Answers a request, or gives the answer that it had."""

    connection: Callable[[], Connection]
    new_seed: Callable[[], UUID] = uuid4

    def __call__(
        self,
        user_id: str,
        key: str | None,
        fingerprint: bytes,
        act: Callable[[UUID], Answer],
    ) -> Answer:
        """Return what `act` answers; without a key it simply runs.

        Raises `KeyReusedError`, `RequestInProgressError`, and whatever `act` raises: then nothing
        was done, and the key is free for the same request.
        """
        if key is None:
            return act(self.new_seed())
        mine = {"user_id": user_id, "key": key, "fingerprint": fingerprint}
        seed = self._claim(mine)
        if seed is None:
            return self._earlier(mine)
        return self._kept(mine, seed, act)

    def _claim(self, mine: Mapping[str, object]) -> UUID | None:
        connection = self.connection()
        values = {"seed": self.new_seed(), "lease": LEASE_SECONDS, "kept": KEPT_SECONDS}
        with connection.transaction():
            connection.execute(_EXPIRE, values)
            row = connection.execute(_CLAIM, {**mine, **values}).fetchone()
        return row[0] if row else None

    def _earlier(self, mine: Mapping[str, object]) -> Answer:
        row = self.connection().execute(_FIND, mine).fetchone()
        if row is not None and row[0] != mine["fingerprint"]:
            raise KeyReusedError(
                "此 Idempotency-Key 已用於另一個要求，請改用新的鍵值。 "
                "This Idempotency-Key belongs to another request; use a new one."
            )
        if row is None or row[1] is None:
            raise RequestInProgressError(
                "相同的要求仍在處理中，請稍後再試。 "
                "The same request is still being processed; try again in a moment."
            )
        return Answer(row[1], row[2])

    def _kept(
        self, mine: Mapping[str, object], seed: UUID, act: Callable[[UUID], Answer]
    ) -> Answer:
        try:
            answer = act(seed)
        except BaseException:
            self._release(mine)
            raise
        values = {**mine, "status": answer.status, "answer": answer.body}
        self.connection().execute(_KEEP, values)
        return answer

    def _release(self, mine: Mapping[str, object]) -> None:
        """Never raises: another error is on its way, and the lease ends by itself."""
        try:
            self.connection().execute(_RELEASE, mine)
        except Exception:
            logger.exception("Idempotency key stays locked", extra={"seconds": LEASE_SECONDS})


def fingerprint(pieces: Iterable[bytes]) -> bytes:
    """Return a hash of the pieces of a request, cut where they are cut."""
    whole = hashlib.sha256()
    for piece in pieces:
        whole.update(hashlib.sha256(piece).digest())
    return whole.digest()
