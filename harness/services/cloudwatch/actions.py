"""The actions of an alarm whose state changed: SNS, Lambda, and the event for EventBridge."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from harness.aws import ACCOUNT, json_answer, rest_call
from harness.call import Handler
from harness.errors import AwsError
from harness.journal import Journal
from harness.senders import FAILURES, invoke, publish, put_event
from harness.services.cloudwatch import notification
from harness.services.cloudwatch.alarm import Alarm, State
from harness.services.cloudwatch.alarms import Alarms

_PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com"


class Actions:
    """Executes through `door`; how each went is noted in the alarm's history and the journal."""

    def __init__(self, alarms: Alarms, door: Handler, region: str, journal: Journal) -> None:
        self._alarms = alarms
        self._door = door
        self._region = region
        self._journal = journal
        self._running: set[asyncio.Task[None]] = set()

    def moved(self, alarm: Alarm, old: State) -> None:
        """Act on a change of state; returns at once."""
        name, value = alarm.definition.name, alarm.state.value
        self._journal.record(
            "alarm.state_changed", alarm=name, old=old.value, new=value, reason=alarm.state.reason
        )
        arns = alarm.definition.actions(value)
        if not alarm.definition.members.get("ActionsEnabled", True):
            arns = []
        task = asyncio.ensure_future(self._act(_snapshot(alarm), alarm, old, arns))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Wait for the actions that are under way."""
        await asyncio.gather(*self._running)

    async def _act(self, then: Alarm, alarm: Alarm, old: State, arns: list[str]) -> None:
        await self._tell_eventbridge(then, old)
        for arn in arns:
            failure = await self._failure(then, old, arn)
            self._alarms.note_action(alarm, arn, failure)
            detail = {"alarm": alarm.definition.name, "target": arn, "reason": failure}
            self._journal.record("alarm.action", **detail)

    async def _failure(self, alarm: Alarm, old: State, arn: str) -> str:
        """Execute one action; return why it failed, "" when it did not."""
        try:
            service = (arn.split(":") + [""] * 3)[2]
            if service == "sns":
                await self._publish(alarm, old, arn)
            elif service == "lambda":
                await self._invoke(alarm, old, arn)
            else:
                return f"actions of {service or arn} are not emulated here"
        except FAILURES as error:
            return str(error)
        return ""

    async def _publish(self, alarm: Alarm, old: State, arn: str) -> None:
        message = notification.message(alarm, old, self._region).encode()
        subject = notification.subject(alarm, self._region)
        await publish(self._door, arn, message, subject=subject)

    async def _invoke(self, alarm: Alarm, old: State, arn: str) -> None:
        parts = arn.split(":")
        if len(parts) < 7:
            raise AwsError("ValidationError", f"{arn} is not the ARN of a function")
        qualifier = f"Qualifier={parts[7]}" if len(parts) > 7 else ""
        path = f"/2015-03-31/functions/{parts[6]}/policy"
        asked = rest_call("lambda", self._region, "GetPolicy", "GET", path, query=qualifier)
        policy = orjson.loads((await json_answer(self._door, asked))["Policy"])
        if not permits(policy):
            raise AwsError(
                "AccessDeniedException", f"{_PRINCIPAL} is not authorized to invoke {arn}", 403
            )
        await invoke(self._door, arn, notification.lambda_event(alarm, old, self._region))

    async def _tell_eventbridge(self, alarm: Alarm, old: State) -> None:
        """Put the event on the default bus; a bus that does not take it fails no action."""
        entry = {
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "Resources": [alarm.definition.arn],
            "Time": alarm.state.updated,
            "Detail": orjson.dumps(notification.detail(alarm, old)).decode(),
        }
        bus = f"arn:aws:events:{self._region}:{ACCOUNT}:event-bus/default"
        try:
            await put_event(self._door, bus, orjson.dumps(entry))
        except FAILURES as error:
            name = alarm.definition.name
            self._journal.record("alarm.event_refused", alarm=name, reason=str(error))


def _snapshot(alarm: Alarm) -> Alarm:
    """Return the alarm as it is now; it may change again before it was acted on."""
    return Alarm(alarm.definition, alarm.state, alarm.configured)


def permits(policy: Mapping[str, Any]) -> bool:
    """Return whether a function's resource policy lets alarms invoke it (pure)."""
    return any(
        statement.get("Effect") == "Allow" and _PRINCIPAL in _service(statement)
        for statement in policy.get("Statement", [])
    )


def _service(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal", {})
    service: Any = principal.get("Service") if isinstance(principal, Mapping) else principal
    return service if isinstance(service, list) else [service]
