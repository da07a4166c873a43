"""Tells dead-letter queue and destination of an event's end, and the journal whether they heard."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from harness.call import Handler
from harness.clock import Clock
from harness.iam.service_roles import Authorize, anything
from harness.journal import Journal
from harness.senders import FAILURES
from harness.services.lambda_.async_event import AsyncEvent
from harness.services.lambda_.destinations.delivery import (
    object_folder,
    parse_arn,
    send_dead_letter,
    send_record,
)
from harness.services.lambda_.destinations.ending import targets
from harness.services.lambda_.function import Function

_log = logging.getLogger(__name__)
_SENDERS = {"destination": send_record, "dead_letter_queue": send_dead_letter}
# What the function's role needs for a target (aws-behaviour §3.5.1).
_ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
    "s3": "s3:PutObject",
}


class Telling:
    """`settings(name, qualifier)` returns the event invoke config; `door` leads to the targets.

    authorize: whether the function's role, which sends, may do so.
    """

    def __init__(
        self,
        door: Handler,
        settings: Callable[[str, str], Mapping[str, Any]],
        journal: Journal,
        clock: Clock,
        authorize: Authorize = anything,
    ) -> None:
        self._door = door
        self._settings = settings
        self._journal = journal
        self._clock = clock
        self._authorize = authorize

    async def tell(self, event: AsyncEvent, condition: str) -> None:
        """Send the event or its record to everybody, one after the other."""
        if event.function is None:
            return
        settings = self._settings(event.name, event.qualifier)
        for via, target in targets(settings, event.function.dead_letter_arn, condition):
            told = {"function": event.name, "request_id": event.request_id}
            told |= {"via": via, "target": target}
            try:
                await self._permit(event.function, target)
                ending = await event.ending(condition, self._clock.now())
                await _SENDERS[via](self._door, target, ending)
            except Exception as error:  # the other target is told all the same
                if not isinstance(error, FAILURES):
                    _log.exception("the end of event %s could not be told", event.request_id)
                self._journal.record("async.destination_failed", reason=str(error), **told)
            else:
                self._journal.record("async.delivered", **told)

    async def _permit(self, function: Function, target: str) -> None:
        """Raise AccessDeniedException when the function's role may not send to the target."""
        arn = parse_arn(target)
        if action := _ACTIONS.get(arn.service):
            folder = f"/{object_folder(function.name)}" if arn.service == "s3" else ""
            await self._authorize(function.role_arn, function.name, action, f"{target}{folder}")
