"""The poller of one mapping: receives, gathers batches, runs as many as may run (§6.5).

It never asks an empty queue again before there is news: a call that sends, a message's visibility
that ends, or a while without any, for what the control plane sends to itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from http import HTTPStatus
from typing import Any

from harness.errors import AwsError
from harness.senders import FAILURES
from harness.services.event_source_mapping.delivery import Delivery
from harness.services.event_source_mapping.flight import Flight
from harness.services.event_source_mapping.gathering import Batch, Gathering, Received
from harness.services.event_source_mapping.intake import Intake
from harness.services.event_source_mapping.mapping import EventSourceMapping
from harness.services.event_source_mapping.scaling import MOST, Scaling
from harness.services.event_source_mapping.source import MOST_RECEIVED, Source, is_gone
from harness.services.event_source_mapping.surroundings import Surroundings
from harness.services.event_source_mapping.window import Window
from harness.waiting import first

_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_SAFETY_S = 20.0
_RETRY_S = 5.0
_HIDDEN_S = 1.0  # how soon a message is seen that somebody else received or delayed
_GROWTH_S = 0.2  # in which scaling allows one batch more


class Poller:
    """Runs one mapping from `run` to `stop`."""

    def __init__(self, mapping: EventSourceMapping, around: Surroundings) -> None:
        self._mapping = mapping
        self._around = around
        self._clock, self._wall = around.clock, around.wall
        self._stopping = asyncio.Event()
        self._source = Source(around.door, mapping.queue_arn, around.queues)
        self._delivery = Delivery(mapping, self._source, around, self._note, self._stopping)
        self._intake = Intake(mapping, self._source, self._delivery, self._wall, self._note)
        self._scaling = Scaling()
        self._gathering = Gathering()
        self._flight = Flight()
        self._woken = asyncio.Event()
        self._window = Window(self._clock, self._woken.set)

    @property
    def running(self) -> int:
        """Return how many batches are being processed."""
        return self._flight.running

    async def run(self) -> None:
        """Poll until stopped and the running batches have ended.

        Raises `AwsError` when the queue or the function is gone.
        """
        try:
            while not self._stopping.is_set():
                try:
                    await self._round()
                except FAILURES as error:
                    await self._survive(error)
        finally:
            await self._finish()

    def wake(self) -> None:
        """Look at the mapping, its function and its queue again."""
        self._woken.set()

    def stop(self) -> None:
        """Receive nothing more; `run` returns once the running batches have ended."""
        self._stopping.set()
        self._woken.set()

    def abandon(self) -> None:
        """Give up the running batches too: the environment ends."""
        self.stop()
        self._flight.cancel()

    async def _round(self) -> None:
        self._woken.clear()
        seen, now = self._source.news.changes, self._wall.now()
        visible = self._flight.visible(now)
        if self._mapping.fifo:
            await self._source.release(visible)
        function = await self._around.functions.get(self._mapping.function)
        self._start_batches()
        for action in _ACTIONS:
            await self._around.authorize(
                function.role_arn, function.name, action, self._mapping.queue_arn
            )
        most = self._wanted()
        if most < 1:
            await self._rest_until_room()
            return
        messages = await self._intake.receive(most, function.timeout_s)
        self._mapping.problem = ""
        if visible:
            await self._source.tell_dead_letters()
        if messages:
            self._scaling.busy(self._wall.monotonic())
            await self._gather(await self._intake.sifted(messages))
        else:
            await self._rest_until_news(seen, now)

    async def _survive(self, error: Exception) -> None:
        """Show what is wrong and try again later, unless it is for good."""
        if isinstance(error, AwsError) and (is_gone(error) or error.status == HTTPStatus.NOT_FOUND):
            raise error
        self._mapping.problem = f"PROBLEM: {error}"
        self._note("mapping.failed", reason=str(error))
        await first(self._woken.wait(), self._clock.wait(_RETRY_S))

    def _maximum(self) -> int:
        return min(
            self._mapping.settings.maximum_concurrency or MOST, self._around.machine.sandboxes
        )

    def _allowed(self) -> int:
        return self._scaling.allowed(self._wall.monotonic(), self._maximum())

    def _room(self) -> int:
        if self._around.machine.waiting(self._mapping.function):
            return 0
        return self._allowed() - self._flight.running

    def _wanted(self) -> int:
        """Return how many messages to receive so that all of them find a batch that may run."""
        size = self._mapping.settings.batch_size
        if self._mapping.fifo:
            return min(MOST_RECEIVED, size) if self._room() > 0 else 0
        return min(MOST_RECEIVED, self._room() * size - len(self._gathering))

    async def _gather(self, messages: Sequence[Received]) -> None:
        """Put messages into the next batches and start those that are complete."""
        if messages:
            self._gathering.add(messages)
            self._window.open(self._mapping.settings.window_s)
        self._start_batches()
        if self._mapping.fifo:  # what did not fit must not overtake what did
            await self._source.release(self._gathering.clear())

    def _start_batches(self) -> None:
        while self._room() > 0 and (batch := self._next_batch()):
            task = asyncio.ensure_future(self._deliver(batch))
            self._flight.begin(task, batch)
            task.add_done_callback(self._ended)
            if self._mapping.fifo:
                break
        if not len(self._gathering):
            self._window.close()

    def _next_batch(self) -> Batch:
        settings = self._mapping.settings
        over = not settings.window_s or self._window.is_over
        return self._gathering.take(settings.batch_size, partial=over)

    async def _deliver(self, batch: Batch) -> None:
        kept = await self._delivery.deliver(batch)
        if not kept:
            return
        self._flight.keep(kept)
        if not self._mapping.settings.partial_responses:
            self._scaling.failed(self._wall.monotonic())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._flight.end(task)
        self._woken.set()

    async def _rest_until_room(self) -> None:
        waits: list[Coroutine[Any, Any, Any]] = [self._woken.wait()]
        if self._flight.running < self._maximum():
            waits.append(self._wall.wait(_GROWTH_S))
        await first(*waits)

    async def _rest_until_news(self, seen: int, asked: float) -> None:
        """Wait until the queue, empty when it was `asked`, may have something to receive."""
        in_hand = self._flight.messages + len(self._gathering)
        if not in_hand:
            self._scaling.idle()
        seconds = [_SAFETY_S]
        if await self._source.hidden() > in_hand:
            seconds.append(_HIDDEN_S)
        seconds += [max(0.0, due - self._wall.now()) for due in self._flight.dues(asked)]
        await first(
            self._source.news.change(seen), self._woken.wait(), self._wall.wait(min(seconds))
        )

    async def _finish(self) -> None:
        """Let the running batches end; what was gathered only is visible again at once."""
        self._window.close()
        await self._flight.landed()
        try:
            await self._source.release(self._gathering.clear())
        except FAILURES as error:
            self._note("mapping.failed", reason=str(error))

    def _note(self, kind: str, **detail: Any) -> None:
        if self._mapping.settings.counted:
            detail["counted"] = True
        self._around.journal.record(
            kind,
            uuid=self._mapping.uuid,
            queue=self._mapping.queue_arn.rpartition(":")[2],
            function=self._mapping.function,
            **detail,
        )
