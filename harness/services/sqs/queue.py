"""What is known of a queue on this side of the control plane: whose turn it is, and its news."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping


class Queue:
    """One queue.

    turn: held by the one call that the control plane works on.
    changes: counts what may have made messages receivable, or changed the queue itself.
    attributes: as GetQueueAttributes last answered; None when they have to be asked for.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.changes = 0
        self.attributes: Mapping[str, str] | None = None
        self._change = asyncio.Event()

    def changed(self) -> None:
        self.changes += 1
        self._change.set()
        self._change = asyncio.Event()

    async def change(self, seen: int) -> None:
        """Return once there were changes after the first `seen` ones."""
        while self.changes == seen:
            await self._change.wait()


class Queues(defaultdict[str, Queue]):
    """The queues by name, those that were never heard of included."""

    def __init__(self) -> None:
        super().__init__(Queue)

    def all_changed(self) -> None:
        """Note that messages were sent, without knowing where to."""
        for queue in self.values():
            queue.changed()


def name_of(address: object) -> str:
    """Return the name in a queue's URL or ARN; "" when it is neither."""
    text = address if isinstance(address, str) else ""
    return text.rstrip("/").rpartition("/")[2].rpartition(":")[2]
