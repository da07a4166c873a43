"""`GET /_harness/why?bucket=…&key=…`: the story of one object, as JSON.

`after=N` waits (up to 20 s) until the story has grown beyond N journal lines, so that a client
can follow it without asking again and again.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.call import Call, Reply
from harness.journal import Event, Journal
from harness.json_reply import json_reply
from harness.why.advice import advise, settled
from harness.why.history import Line, related
from harness.why.story import tell

PATH = "/_harness/why"
_LONGEST_WAIT_S = 20.0
_KINDS = ("s3.", "async.", "invocation.", "mapping.")


class Why:
    """Answers from the journal's file; its lines are looked through in a thread."""

    name = "why"

    def __init__(self, file: Path, journal: Journal) -> None:
        self._file = file
        self._waiting: set[asyncio.Event] = set()
        journal.follow(self._notice)

    def claims(self, call: Call) -> bool:
        return call.service == "harness" and call.path == PATH

    async def handle(self, call: Call) -> Reply:
        parameters = call.parameters()
        bucket, key = parameters.get("bucket", ""), parameters.get("key", "")
        after = parameters.get("after", "0")
        if not bucket or not key or not after.isdigit():
            return json_reply(400, {"message": "bucket and key are needed; after is a number"})
        lines = await self._longer(bucket, key, int(after) if "after" in parameters else -1)
        return json_reply(200, story(bucket, key, lines))

    async def _longer(self, bucket: str, key: str, after: int) -> list[Line]:
        """Return the object's lines, once there are more than `after` or the wait is over."""
        something = asyncio.Event()
        self._waiting.add(something)
        try:
            async with asyncio.timeout(_LONGEST_WAIT_S):
                while True:
                    something.clear()
                    lines = await asyncio.to_thread(related, self._file, bucket, key)
                    if len(lines) > after:
                        return lines
                    await something.wait()
        except TimeoutError:
            return await asyncio.to_thread(related, self._file, bucket, key)
        finally:
            self._waiting.discard(something)

    def _notice(self, event: Event) -> None:
        if self._waiting and event.kind.startswith(_KINDS):
            for waiting in self._waiting:
                waiting.set()


def story(bucket: str, key: str, lines: list[Line]) -> dict[str, Any]:
    """Return the answer (pure): writes, advice, whether it is over, how many lines it took."""
    writes = tell(lines)
    return {
        "bucket": bucket,
        "key": key,
        "writes": [asdict(write) for write in writes],
        "advice": advise(bucket, key, writes),
        "settled": settled(writes),
        "lines": len(lines),
    }
