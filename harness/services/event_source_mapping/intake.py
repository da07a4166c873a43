"""What a poller takes out of its queue: messages for as long as they need, filtered."""

from __future__ import annotations

from typing import Any

import orjson

from harness.clock import Clock
from harness.services.event_source_mapping.delivery import Delivery, Note
from harness.services.event_source_mapping.gathering import Received
from harness.services.event_source_mapping.mapping import EventSourceMapping
from harness.services.event_source_mapping.record import record, wanted
from harness.services.event_source_mapping.source import Source
from harness.services.event_source_mapping.visibility import effective_s

# The control plane gives back a FIFO batch in the wrong order unless it is told to: we tell it in
# time, and it does so by itself only when we are gone.
_FIFO_SPARE_S = 30


class Intake:
    """wall: what visibility time-outs go by. note(kind, **detail): writes to the journal."""

    def __init__(
        self,
        mapping: EventSourceMapping,
        source: Source,
        delivery: Delivery,
        wall: Clock,
        note: Note,
    ) -> None:
        self._mapping = mapping
        self._source = source
        self._delivery = delivery
        self._wall = wall
        self._note = note

    async def receive(self, most: int, timeout_s: int) -> list[Received]:
        """Return up to `most` messages for a function with the time-out, () when there are none."""
        queue_s = int((await self._source.attributes())["VisibilityTimeout"])
        visibility_s = effective_s(queue_s, timeout_s, self._mapping.settings.window_s)
        spare_s = _FIFO_SPARE_S if self._mapping.fifo else 0
        messages = await self._source.receive(most, visibility_s + spare_s)
        visible_at = self._wall.now() + visibility_s
        if messages:
            self._note("mapping.received", message_ids=[m["MessageId"] for m in messages])
        return [self._received(message, visible_at) for message in messages]

    async def sifted(self, messages: list[Received]) -> list[Received]:
        """Return the messages that a filter wants, having deleted the others."""
        patterns = self._mapping.settings.patterns
        if not patterns:
            return messages
        kept = [m for m in messages if wanted(orjson.loads(m.record), patterns)]
        unwanted = [message for message in messages if message not in kept]
        await self._delivery.delete(unwanted, reason="filtered out")
        return kept

    def _received(self, message: dict[str, Any], visible_at: float) -> Received:
        made = record(message, self._mapping.queue_arn)
        return Received(
            made["messageId"],
            made["receiptHandle"],
            orjson.dumps(made),
            visible_at,
            made["attributes"].get("AWSTraceHeader", ""),
        )
