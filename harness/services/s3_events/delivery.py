"""On the way from a change to its destinations: delays, copies, permission, retries.

A delivery is tried again when its destination fails rather than refuses, since S3 delivers at least
once. What the environment's end interrupts is noted as undelivered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from random import Random
from typing import Any

import orjson

from harness.call import Handler
from harness.clock import Clock
from harness.errors import AwsError
from harness.injection.departure import Departure, Departures
from harness.journal import Journal
from harness.senders import FAILURES
from harness.services.s3_events.bus_event import entry
from harness.services.s3_events.change import ObjectChange
from harness.services.s3_events.configuration import Rule
from harness.services.s3_events.permissions import Permissions
from harness.services.s3_events.profile import Profile
from harness.services.s3_events.record import event
from harness.services.s3_events.senders import SENDERS

_RETRIES_S = (1.0, 4.0, 16.0)
_GRACE_S = 2.0
_ENDED = "the environment was stopped before it was delivered"
_LOST = "a fault lost it"

Wait = Callable[[], Awaitable[None]]
Disturb = Callable[[ObjectChange, Rule, Departures], Departures]


def undisturbed(change: ObjectChange, rule: Rule, planned: Departures) -> Departures:
    return planned


class Delivery:
    """Sends changes to destinations; `profile` may be replaced while it runs.

    disturb: by which faults change when, and how often, an event departs.
    """

    def __init__(
        self, door: Handler, permissions: Permissions, journal: Journal, clock: Clock
    ) -> None:
        self._door = door
        self._permissions = permissions
        self._journal = journal
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[None]] = set()
        self._ending = False
        self._retries = [partial(clock.wait, seconds) for seconds in _RETRIES_S]
        self._held: dict[tuple[str, str], asyncio.Event] = {}
        self.disturb: Disturb = undisturbed
        self.use(Profile())

    @property
    def profile(self) -> Profile:
        return self._profile

    def use(self, profile: Profile) -> None:
        """Deliver by `profile` from now on; its seed starts anew."""
        self._profile = profile
        self._random = Random(profile.seed)  # noqa: S311 - repeatable, not secret

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside the answer to the client; `close` waits for it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def deliver(self, change: ObjectChange, rule: Rule) -> None:
        """Deliver to one destination, as often and as late as profile and faults have it."""
        drawn = tuple(Departure(seconds) for seconds in self._profile.delays(self._random))
        departures = self.disturb(change, rule, drawn)
        if not departures:
            self.undelivered(change, rule, _LOST)
        place = change.bucket, rule.id
        held = self._held.pop(place, None)
        for departure in departures:
            if departure.held_s and held is None:  # what passes another one is not held itself
                wait = self._hold(place, departure.held_s)
                self.start(self._later((wait, *self._retries), change, rule))
            elif departure.delay_s:
                wait = partial(self._clock.wait, departure.delay_s)
                self.start(self._later((wait, *self._retries), change, rule))
            elif failure := await self._attempt(change, rule):
                self.start(self._later(self._retries, change, rule, failure))
        if held is not None:
            held.set()

    async def close(self) -> None:
        """Give up what waits, finish what is being sent unless its destination hangs."""
        self._ending = True
        for task in self._waiting:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GRACE_S)

    def undelivered(self, change: ObjectChange, rule: Rule, reason: str) -> None:
        """Note that an event will never reach a destination."""
        self._note("s3.undelivered", change, rule, reason=reason)

    def _hold(self, place: tuple[str, str], at_most_s: float) -> Wait:
        """Return how to wait until the next event of a bucket's rule has left; none may come."""
        gone = self._held[place] = asyncio.Event()
        call_off = self._clock.later(at_most_s, gone.set)

        async def overtaken() -> None:
            try:
                await gone.wait()
            finally:
                call_off()
                if self._held.get(place) is gone:
                    del self._held[place]

        return overtaken

    async def _later(
        self, waits: Sequence[Wait], change: ObjectChange, rule: Rule, failure: str = ""
    ) -> None:
        """Attempt after each of the waits until the event is settled."""
        try:
            for wait in waits:
                await self._pause(wait)
                failure = await self._attempt(change, rule)
                if not failure:
                    return
            self.undelivered(change, rule, failure)
        except asyncio.CancelledError:
            self.undelivered(change, rule, _ENDED)
            raise

    async def _attempt(self, change: ObjectChange, rule: Rule) -> str:
        """Return "" once the event is settled: delivered or refused; else why it may pass later."""
        try:
            if refusal := await self._permissions.refusal(rule, change.bucket):
                self.undelivered(change, rule, refusal)
                return ""
            payload, trace = self._payload(change, rule), change.request.trace
            request_id = await SENDERS[rule.service](self._door, rule.arn, payload, trace)
        except FAILURES as error:
            if _may_pass(error):
                return str(error)
            self.undelivered(change, rule, str(error))
            return ""
        self._note("s3.delivered", change, rule, request_id=request_id)
        return ""

    def _payload(self, change: ObjectChange, rule: Rule) -> bytes:
        if rule.service == "events":
            return orjson.dumps(entry(change))
        return orjson.dumps(event(change, rule.id, self._profile.plain))

    async def _pause(self, wait: Wait) -> None:
        """Wait in a way that the environment's end may interrupt."""
        task = asyncio.current_task()
        assert task is not None
        if self._ending:
            raise asyncio.CancelledError
        self._waiting.add(task)
        try:
            await wait()
        finally:
            self._waiting.discard(task)

    def _note(self, kind: str, change: ObjectChange, rule: Rule, **detail: str) -> None:
        self._journal.record(
            kind,
            call=change.request.call_id,
            bucket=change.bucket,
            key=change.key,
            event=change.event_name,
            sequencer=change.sequencer,
            rule=rule.id,
            target=rule.arn,
            **detail,
        )


def _may_pass(error: Exception) -> bool:
    """Tell whether the destination failed, and did not refuse."""
    return not isinstance(error, AwsError) or error.status >= 500 or error.status == 429
