"""From a finished request to the rules that want to hear of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.call import Call, Reply
from harness.clock import Clock
from harness.journal import Journal
from harness.senders import FAILURES
from harness.services.s3_events.change import ObjectChange, Request, Sequencers
from harness.services.s3_events.configuration import NOTHING, Configuration, Rule
from harness.services.s3_events.delivery import Delivery
from harness.services.s3_events.objects import Objects, Stored

Details = Callable[[ObjectChange, Stored], ObjectChange]


class Notifier:
    """Evaluates the configuration of a bucket for each change, and hands over what matched."""

    def __init__(
        self, objects: Objects, delivery: Delivery, journal: Journal, clock: Clock
    ) -> None:
        self._objects = objects
        self._delivery = delivery
        self._journal = journal
        self._clock = clock
        self._sequencers = Sequencers(time.time_ns())
        self.configurations: dict[str, Configuration] = {}

    def configuration(self, bucket: str) -> Configuration:
        return self.configurations.get(bucket, NOTHING)

    def change(
        self,
        call: Call,
        reply: Reply,
        event_name: str,
        place: tuple[str, str],
        *,
        size: int | None = None,
        etag: str = "",
        version_id: str = "",
        sequencer: str = "",
    ) -> ObjectChange:
        """Return a change that `call`, answered by `reply`, has just made to the object at `place`.

        What is left out, the event does not have, or `tell` completes.
        """
        request = Request(
            call_id=call.id,
            source_ip=call.source_ip,
            trace=call.header("x-amzn-trace-id"),
            request_id=reply.header("x-amz-request-id"),
            host_id=reply.header("x-amz-id-2"),
        )
        bucket, key = place
        region, now = self.configuration(bucket).region, self._clock.now()
        return ObjectChange(
            *(event_name, bucket, key, request, now, region, size, etag, version_id, sequencer)
        )

    def sequencer(self) -> str:
        """Return the sequencer of a change that happened now."""
        return self._sequencers.next()

    def tell(self, change: ObjectChange, details: Details | None = None) -> None:
        """Deliver a change to whom it concerns, after the client has been answered.

        details: completes the change with what is stored, where its request does not say it.
        """
        if self.configuration(change.bucket).destinations:
            self._delivery.start(self._evaluate(change, details))
        else:
            self._note(change, [])

    async def _evaluate(self, change: ObjectChange, details: Details | None) -> None:
        destinations = self.configuration(change.bucket).destinations
        verdicts = [(rule, rule.mismatch(change.event_name, change.key)) for rule in destinations]
        self._note(change, verdicts)
        matched = [rule for rule, mismatch in verdicts if not mismatch]
        try:
            if matched and details is not None:
                stored = await self._objects.stored(change.bucket, change.key, change.version_id)
                change = details(change, stored) if stored else change
        except FAILURES as error:
            for rule in matched:
                self._delivery.undelivered(change, rule, str(error))
            return
        for rule in matched:
            await self._delivery.deliver(change, rule)

    def _note(self, change: ObjectChange, verdicts: list[tuple[Rule, str]]) -> None:
        self._journal.record(
            "s3.evaluated",
            call=change.request.call_id,
            bucket=change.bucket,
            key=change.key,
            event=change.event_name,
            version_id=change.version_id,
            sequencer=change.sequencer,
            rules=[
                {
                    "id": rule.id,
                    "target": rule.arn,
                    "matched": not mismatch,
                    "reason": mismatch or "event type, prefix and suffix match",
                }
                for rule, mismatch in verdicts
            ],
        )
