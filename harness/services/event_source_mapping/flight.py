"""The messages a poller has received and SQS still has: being processed, or failed and hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from harness.services.event_source_mapping.gathering import Batch, Received


class Flight:
    """Times are epoch seconds."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[None], Batch] = {}
        self._kept: dict[float, list[Received]] = {}

    @property
    def running(self) -> int:
        """Return how many batches are being processed."""
        return len(self._running)

    @property
    def messages(self) -> int:
        running = sum(len(batch) for batch in self._running.values())
        return running + sum(map(len, self._kept.values()))

    def begin(self, task: asyncio.Task[None], batch: Batch) -> None:
        self._running[task] = batch

    def end(self, task: asyncio.Task[None]) -> None:
        del self._running[task]

    def keep(self, messages: Sequence[Received]) -> None:
        """Remember messages that were not processed until they are visible again."""
        self._kept.setdefault(messages[0].visible_at, []).extend(messages)

    def visible(self, now: float) -> list[Received]:
        """Return and forget the kept messages that are visible again."""
        over = [due for due in self._kept if due <= now]
        return [message for due in over for message in self._kept.pop(due)]

    def dues(self, after: float) -> Iterator[float]:
        """Yield when messages become visible, those still being processed included."""
        yield from self._kept
        for batch in self._running.values():
            if batch[0].visible_at > after:
                yield batch[0].visible_at

    async def landed(self) -> None:
        """Wait until no batch is being processed."""
        if self._running:
            await asyncio.wait(self._running)

    def cancel(self) -> None:
        for task in self._running:
            task.cancel()
