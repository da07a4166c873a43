"""The append-only history of what happened: services write it, everybody else only reads it.

Every event goes to one JSON line of the journal file and to whoever follows it. The journal keeps
nothing in memory, so a long load test costs disk and not memory. Document text never enters it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from harness.clock import Clock

Follower = Callable[["Event"], None]


@dataclass(frozen=True, slots=True)
class Event:
    """kind: dotted, subject first ("call.finished", "invocation.started"); time: epoch seconds."""

    time: float
    kind: str
    detail: dict[str, Any]


class Journal:
    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = path.open("ab", buffering=0)
        self._clock = clock
        self._followers: list[Follower] = []

    def record(self, kind: str, **detail: Any) -> Event:
        event = Event(self._clock.now(), kind, detail)
        self._file.write(orjson.dumps({"time": event.time, "kind": kind, **detail}) + b"\n")
        for follower in self._followers:
            follower(event)
        return event

    def follow(self, follower: Follower) -> None:
        """Call `follower` with every event recorded from now on; it must not block."""
        self._followers.append(follower)

    def close(self) -> None:
        self._file.close()
