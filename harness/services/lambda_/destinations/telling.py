"""Tells dead-letter queue and destination of an event's end, and the journal whether they heard."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from harness.call import Handler
from harness.clock import Clock
from harness.errors import AwsError, HarnessError
from harness.http1 import ProtocolError
from harness.journal import Journal
from harness.services.lambda_.async_event import AsyncEvent
from harness.services.lambda_.destinations.delivery import send_dead_letter, send_record
from harness.services.lambda_.destinations.ending import targets

_log = logging.getLogger(__name__)
_EXPECTED = (AwsError, HarnessError, ProtocolError, ConnectionError)
_SENDERS = {"destination": send_record, "dead_letter_queue": send_dead_letter}


class Telling:
    """`settings(name, qualifier)` returns the event invoke config; `door` leads to the targets."""

    def __init__(
        self,
        door: Handler,
        settings: Callable[[str, str], Mapping[str, Any]],
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._door = door
        self._settings = settings
        self._journal = journal
        self._clock = clock

    async def tell(self, event: AsyncEvent, condition: str) -> None:
        """Send the event or its record to everybody, one after the other."""
        if event.function is None:
            return
        settings = self._settings(event.name, event.qualifier)
        for via, target in targets(settings, event.function.dead_letter_arn, condition):
            told = {"function": event.name, "request_id": event.request_id}
            told |= {"via": via, "target": target}
            try:
                ending = await event.ending(condition, self._clock.now())
                await _SENDERS[via](self._door, target, ending)
            except Exception as error:  # the other target is told all the same
                if not isinstance(error, _EXPECTED):
                    _log.exception("the end of event %s could not be told", event.request_id)
                self._journal.record("async.destination_failed", reason=str(error), **told)
            else:
                self._journal.record("async.delivered", **told)
