"""`If-None-Match: *` on writes: of several at the same time, exactly one creates the object.

The control plane looks whether the key exists and then stores, which is not one step. So writes
that must not replace anything take turns at their end, key by key: the first to finish wins, the
others are refused by the control plane (412). One that a deletion overtook gets S3's 409.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from harness.call import Body, Call, Handler, Reply
from harness.errors import AwsError
from harness.services.s3_events.place import place

_WRITES = frozenset({"PutObject", "CompleteMultipartUpload"})
_DELETIONS = frozenset({"DeleteObject", "DeleteObjects"})


@dataclass(slots=True)
class _Key:
    """turn: to be the one that the control plane looks at; deletions: since somebody writes."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    writers: int = 0
    deletions: int = 0


class ConditionalWrites:
    """A layer that knows which keys are being written on a condition."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], _Key] = {}

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        if call.service != "s3":
            return await proceed(call)
        if call.operation in _WRITES and (condition := call.header("if-none-match")):
            _refuse_other(condition)
            return await self._write(call, proceed)
        reply = await proceed(call)
        if self._keys and call.operation in _DELETIONS and reply.status < 300:
            self._deleted(call)
        return reply

    async def _write(self, call: Call, proceed: Handler) -> Reply:
        where = place(call)
        key = self._keys.setdefault(where, _Key())
        key.writers += 1
        call.body = body = _InTurn(call.body, key, where[1])
        try:
            return await proceed(call)
        finally:
            body.release()
            key.writers -= 1
            if not key.writers:
                del self._keys[where]

    def _deleted(self, call: Call) -> None:
        bucket, key = place(call)
        for (of, name), written in self._keys.items():
            if of == bucket and name == (key or name):  # DeleteObjects: any key may be among them
                written.deletions += 1


class _InTurn:
    """A body whose last piece waits for its turn; `release` gives the turn to the next."""

    def __init__(self, body: Body, key: _Key, name: str) -> None:
        self._body = body
        self._key = key
        self._name = name
        self._deletions = key.deletions
        self._holds = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        last = b""
        async for piece in self._body:
            if last:
                yield last
            last = piece
        await self._take()
        if last:
            yield last

    async def read(self) -> bytes:
        data = await self._body.read()
        await self._take()
        return data

    async def _take(self) -> None:
        await self._key.turn.acquire()
        self._holds = True
        if self._key.deletions != self._deletions:
            message = (
                "The conditional request cannot succeed due to a conflicting operation "
                "against this resource."
            )
            fields = {"Condition": "If-None-Match", "Key": self._name}
            raise AwsError("ConditionalRequestConflict", message, 409, fields)

    def release(self) -> None:
        if self._holds:
            self._key.turn.release()
            self._holds = False


def _refuse_other(condition: str) -> None:
    if condition != "*":
        message = "A header you provided implies functionality that is not implemented"
        fields = {
            "Header": "If-None-Match",
            "additionalMessage": "We don't accept the provided value",
        }
        raise AwsError("NotImplemented", message, 501, fields)
