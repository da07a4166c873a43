"""What happened to an object, as far as notifications tell it (pure)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

EMPTY_ETAG = "d41d8cd98f00b204e9800998ecf8427e"


@dataclass(slots=True)
class Request:
    """The request that changed an object, and the identification it was answered with.

    trace: its `x-amzn-trace-id`, "" without one.
    """

    call_id: str
    source_ip: str
    trace: str
    request_id: str
    host_id: str


@dataclass(slots=True)
class ObjectChange:
    """One change of one object; members that an event does not have are None or "".

    event_name: "ObjectCreated:Put"; key: plain; etag: without quotes; time: epoch seconds;
    region: the bucket's.
    """

    event_name: str
    bucket: str
    key: str
    request: Request
    time: float
    region: str
    size: int | None = None
    etag: str = ""
    version_id: str = ""
    sequencer: str = ""


class Sequencers:
    """18 hexadecimal digits, strictly increasing, so both of AWS's padding rules agree (§5.5)."""

    def __init__(self, now_ns: int) -> None:
        self._numbers = itertools.count(now_ns)

    def next(self) -> str:
        return f"{next(self._numbers):018X}"
