"""Messages that were received and wait for their batch to be complete; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

# What Invoke takes, less what is around the records.
BATCH_BYTES = 6 * 1024 * 1024 - 64


@dataclass(frozen=True, slots=True)
class Received:
    """One message: its record as JSON, and when it becomes visible again (epoch seconds)."""

    message_id: str
    receipt_handle: str
    record: bytes
    visible_at: float
    trace: str = ""


Batch = tuple[Received, ...]


def event(batch: Batch) -> bytes:
    """Return the event of an invocation."""
    return b'{"Records":[' + b",".join(received.record for received in batch) + b"]}"


class Gathering:
    """Gives batches in the order received, each within the batch size and 6 MB."""

    def __init__(self) -> None:
        self._messages: list[Received] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, messages: Iterable[Received]) -> None:
        for received in messages:
            self._messages.append(received)
            self._bytes += _length(received)

    def take(self, size: int, *, partial: bool) -> Batch:
        """Return the next batch, () when there is none; `partial`: it need not be full."""
        full = len(self._messages) >= size or self._bytes > BATCH_BYTES
        return self._pop(size) if full or partial else ()

    def clear(self) -> Batch:
        """Return and forget what has not become a batch."""
        left, self._messages, self._bytes = tuple(self._messages), [], 0
        return left

    def _pop(self, size: int) -> Batch:
        sizes = accumulate(map(_length, self._messages[:size]))
        fitting = max(1, sum(1 for total in sizes if total <= BATCH_BYTES))
        batch, self._messages = tuple(self._messages[:fitting]), self._messages[fitting:]
        self._bytes -= sum(map(_length, batch))
        return batch


def _length(received: Received) -> int:
    return len(received.record) + 1  # and the comma
