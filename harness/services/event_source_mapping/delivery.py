"""One batch from its invocation to the deletion of its messages (aws-behaviour §6.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from harness.aws import rest_call
from harness.call import Call, Reply
from harness.errors import AwsError
from harness.senders import FAILURES, invocations
from harness.services.event_source_mapping.gathering import Batch, Received, event
from harness.services.event_source_mapping.mapping import EventSourceMapping
from harness.services.event_source_mapping.results import failed
from harness.services.event_source_mapping.source import Source
from harness.services.event_source_mapping.surroundings import Surroundings
from harness.waiting import first

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0

Note = Callable[..., None]


class Delivery:
    """Invokes a mapping's function with batches, as Lambda's own pollers do.

    note(kind, **detail): writes to the journal. stopping: set when a throttled batch shall not be
    tried again.
    """

    def __init__(
        self,
        mapping: EventSourceMapping,
        source: Source,
        around: Surroundings,
        note: Note,
        stopping: asyncio.Event,
    ) -> None:
        self._mapping = mapping
        self._source = source
        self._around = around
        self._note = note
        self._stopping = stopping

    async def deliver(self, batch: Batch) -> Batch:
        """Return the messages that were not processed: they stay until they are visible again."""
        ids = [message.message_id for message in batch]
        call = self._invocation(batch)
        reply = await self._invoked(call, batch, ids)
        if reply is None:
            return batch
        left = self._failed(reply.header("x-amz-function-error"), await reply.read(), ids)
        done = tuple(message for message in batch if message.message_id not in left)
        kept = tuple(message for message in batch if message.message_id in left)
        await self.delete(done, request_id=call.id)
        if kept:
            reason = reply.header("x-amz-function-error") or "batchItemFailures"
            self._failure(kept, reason, request_id=call.id)
        return kept

    async def delete(self, messages: Sequence[Received], **detail: Any) -> None:
        """Delete messages that are done with; one that cannot be deleted comes again."""
        if not messages:
            return
        try:
            reasons = await self._source.delete(messages)
        except FAILURES as error:
            reasons = [str(error)]
        ids = [message.message_id for message in messages]
        if reasons:
            self._note("mapping.failed", message_ids=ids, reason=reasons[0], **detail)
        else:
            self._note("mapping.deleted", message_ids=ids, **detail)

    async def _invoked(self, call: Call, batch: Batch, ids: list[str]) -> Reply | None:
        """Invoke, and again while throttled; None once the messages' visibility has run out."""
        wait_s = _FIRST_WAIT_S
        while True:
            self._note("mapping.invoked", request_id=call.id, message_ids=ids)
            try:
                return await self._around.door(call)
            except FAILURES as error:
                if not _may_pass(error) or self._too_late(batch):
                    self._failure(batch, str(error), request_id=call.id)
                    return None
                self._note(
                    "mapping.retried",
                    request_id=call.id,
                    message_ids=ids,
                    reason=str(error),
                    seconds=wait_s,
                )
            await first(self._around.clock.wait(wait_s), self._stopping.wait())
            wait_s = min(_LONGEST_WAIT_S, 2 * wait_s)

    def _too_late(self, batch: Batch) -> bool:
        until = min(message.visible_at for message in batch)
        return self._stopping.is_set() or self._around.wall.now() >= until

    def _invocation(self, batch: Batch) -> Call:
        trace = next((message.trace for message in batch if message.trace), "")
        return rest_call(
            "lambda",
            self._mapping.queue_arn.split(":")[3],
            "Invoke",
            "POST",
            invocations(self._mapping.function_arn),
            body=event(batch),
            headers=(("x-amzn-trace-id", trace),) if trace else (),
        )

    def _failed(self, function_error: str, response: bytes, ids: list[str]) -> set[str]:
        if function_error:
            return set(ids)
        return failed(response, ids) if self._mapping.settings.partial_responses else set()

    def _failure(self, messages: Sequence[Received], reason: str, **detail: Any) -> None:
        ids = [message.message_id for message in messages]
        again = min(message.visible_at for message in messages)
        self._note("mapping.failed", message_ids=ids, reason=reason, visible_at=again, **detail)


def _may_pass(error: Exception) -> bool:
    """Tell whether an invocation may succeed later: function pending, throttled, service failed."""
    return not isinstance(error, AwsError) or error.status in (409, 429) or error.status >= 500
