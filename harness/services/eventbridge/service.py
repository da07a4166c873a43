"""An event that was put goes to the targets of the rules that match, a schedule to its rule's.

The buses, rules and targets are the control plane's; delivering is ours, since moto would run a
function itself or fail at it, and runs no schedule at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import orjson

from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.iam.request_body import request_body
from harness.journal import Journal
from harness.senders import FAILURES
from harness.services.eventbridge.event import DEFAULT_BUS, bus_name, envelope, is_entry, refusal
from harness.services.eventbridge.rules import BusRule, BusRules
from harness.services.eventbridge.schedule import check_schedule, scheduled_event
from harness.services.eventbridge.targets import send
from harness.services.eventbridge.timetable import Timetable

_READING = ("List", "Describe", "Test", "PutEvents")
_SCHEDULING = ("PutRule", "DeleteRule", "EnableRule", "DisableRule")
_MOST_ENTRIES = 10
_GRACE_S = 2.0


class EventBridge:
    """Claims PutEvents: an event is accepted once its rules are known, and delivered after that.

    Claims PutRule to refuse schedules that EventBridge refuses.
    """

    name = "eventbridge"

    def __init__(
        self, door: Handler, control_plane: Handler, journal: Journal, clock: Clock, region: str
    ) -> None:
        self._door = door
        self._control_plane = control_plane
        self._journal = journal
        self._clock = clock
        self._region = region
        self._rules = BusRules(control_plane, region)
        self._timetable = Timetable(self._default_rules, clock, self._run)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def claims(self, call: Call) -> bool:
        return call.service == "events" and call.operation in ("PutEvents", "PutRule")

    async def handle(self, call: Call) -> Reply:
        if call.operation == "PutRule":
            check_schedule(await request_body(call))
            return await self._control_plane(call)
        return await self._put_events(call)

    async def _put_events(self, call: Call) -> Reply:
        entries = await _entries(call)
        accepted = [await self._accept(entry) for entry in entries]
        failed = sum("ErrorCode" in answer for answer in accepted)
        body = orjson.dumps({"FailedEntryCount": failed, "Entries": accepted})
        headers = [("content-type", "application/x-amz-json-1.1"), ("x-amzn-requestid", call.id)]
        return Reply(200, headers, body)

    def notice(self, call: Call) -> None:
        """Forget what a call that has been answered may have changed."""
        if call.service == "events" and not call.operation.startswith(_READING):
            self._rules.forget()
            if call.operation in _SCHEDULING:
                self._timetable.change()

    async def close(self) -> None:
        """Hand accepted events to their targets, unless one hangs."""
        await self._timetable.close()
        if self._sending:
            await asyncio.wait(self._sending, timeout=_GRACE_S)

    async def _accept(self, entry: Mapping[str, Any]) -> dict[str, str]:
        if refused := refusal(entry):
            return refused
        event = envelope(entry, str(uuid4()), self._region, self._clock.now())
        rules = [rule for rule in await self._rules.of(bus_name(entry)) if rule.wants(event)]
        self._send(event, rules)
        return {"EventId": event["id"]}

    def _send(self, event: Mapping[str, Any], rules: list[BusRule]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(self._deliver(event, rules))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return task

    async def _default_rules(self) -> Sequence[BusRule]:
        try:
            return await self._rules.of(DEFAULT_BUS)
        except FAILURES as error:
            self._journal.record("events.unscheduled", reason=str(error))
            return ()

    def _run(self, rule: BusRule, due: float) -> None:
        """Send the event of a rule whose time has come, unless the last one still hangs."""
        event = scheduled_event(rule.arn, str(uuid4()), self._region, due)
        self._running = {name: task for name, task in self._running.items() if not task.done()}
        if rule.name not in self._running:
            self._running[rule.name] = self._send(event, [rule])
        else:
            reason = "the event of this schedule before it is still being delivered"
            self._journal.record(
                "events.undelivered", id=event["id"], rule=rule.name, reason=reason
            )

    async def _deliver(self, event: Mapping[str, Any], rules: list[BusRule]) -> None:
        for rule in rules:
            for target in rule.targets:
                detail = {"id": event["id"], "rule": rule.name, "target": target["Arn"]}
                try:
                    request_id = await send(self._door, target, event)
                    self._journal.record("events.delivered", request_id=request_id, **detail)
                except FAILURES as error:
                    self._journal.record("events.undelivered", reason=str(error), **detail)


async def _entries(call: Call) -> list[Mapping[str, Any]]:
    """Return what PutEvents is asked to put; raises `AwsError` as EventBridge does."""
    try:
        request = orjson.loads(await call.body.read())
    except orjson.JSONDecodeError:
        raise AwsError("SerializationException", "the request is not JSON", 400) from None
    entries = request.get("Entries") if isinstance(request, dict) else None
    if not isinstance(entries, list) or not all(is_entry(entry) for entry in entries):
        raise AwsError("SerializationException", "Entries is not a list of entries", 400)
    if not 1 <= len(entries) <= _MOST_ENTRIES:
        bound = (
            f"less than or equal to {_MOST_ENTRIES}" if entries else "greater than or equal to 1"
        )
        message = (
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
            f"Member must have length {bound}"
        )
        raise AwsError("ValidationException", message, 400)
    return entries
