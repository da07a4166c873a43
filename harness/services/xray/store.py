"""The traces that were sent, the oldest given up when there are too many."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.services.xray.segment import Segment

MOST_BYTES = 64 * 2**20
LARGEST_TRACE = 500 * 1000  # AWS's quota; what comes beyond it is left out


@dataclass(slots=True)
class Trace:
    """segments: by id, as they were sent, subsegments that were sent alone too; sizes in bytes."""

    id: str
    limit_exceeded: bool = False
    segments: dict[str, Segment] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(self.sizes.values())


class Traces:
    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._traces: OrderedDict[str, Trace] = OrderedDict()

    def put(self, segment: Segment, size: int) -> None:
        """Keep a segment; one in progress is replaced by one that has ended, never the reverse."""
        trace = self._traces.setdefault(segment["trace_id"], Trace(segment["trace_id"]))
        known = trace.segments.get(segment["id"])
        if known is not None and segment.get("in_progress") and not known.get("in_progress"):
            return
        more = size - trace.sizes.get(segment["id"], 0)
        if trace.size + more > LARGEST_TRACE:
            trace.limit_exceeded = True
            return
        trace.segments[segment["id"]] = segment
        trace.sizes[segment["id"]] = size
        self._bytes += more
        while self._bytes > self._most_bytes:
            self._bytes -= self._traces.popitem(last=False)[1].size

    def get(self, trace_id: str) -> Trace | None:
        trace = self._traces.get(trace_id)
        return trace if trace and trace.segments else None

    def __iter__(self) -> Iterator[Trace]:
        return (trace for trace in self._traces.values() if trace.segments)
