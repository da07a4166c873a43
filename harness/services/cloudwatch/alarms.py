"""The alarms of the account and the operations on them; who evaluates them is `evaluation.py`.

They are kept here and not in the control plane: moto creates every alarm as OK, sets the state back
when an alarm is changed and has no history, so none of its answers could be passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from harness.clock import Clock
from harness.errors import AwsError
from harness.services.cloudwatch import refusal
from harness.services.cloudwatch.alarm import INITIAL_REASON, Alarm, State
from harness.services.cloudwatch.metric import dimensions
from harness.services.cloudwatch.page import page
from harness.services.cloudwatch.put_metric_alarm import definition

_PAGE = 100
Changed = Callable[[Alarm], None]
Transition = Callable[[Alarm, State], None]


class Alarms:
    """Every metric alarm by its name."""

    def __init__(self, clock: Clock, region: str) -> None:
        self._clock = clock
        self._region = region
        self._changed: Changed = lambda _alarm: None
        self._moved: Transition = lambda _alarm, _old: None
        self._alarms: dict[str, Alarm] = {}

    def follow(self, changed: Changed, moved: Transition) -> None:
        """Call changed(alarm) when one has to be looked at anew, and moved(alarm, old state) when
        its state was changed, by an evaluation or by SetAlarmState.
        """
        self._changed, self._moved = changed, moved

    def __iter__(self) -> Iterator[Alarm]:
        return iter(list(self._alarms.values()))

    def get(self, name: str) -> Alarm | None:
        return self._alarms.get(name)

    def put(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Create an alarm, or change it and leave its state as it is."""
        defined, now = definition(request, self._region), self._clock.now()
        alarm = self._alarms.get(defined.name)
        if alarm is None:
            state = State("INSUFFICIENT_DATA", INITIAL_REASON, "", now, now)
            alarm = self._alarms[defined.name] = Alarm(defined, state, now)
            self._note(alarm, "ConfigurationUpdate", f'Alarm "{defined.name}" created')
        else:
            kept = alarm.definition.members.get("Tags", [])
            members = {**defined.members, "Tags": kept}
            alarm.definition = definition(members, self._region)
            alarm.configured = now
            self._note(alarm, "ConfigurationUpdate", f'Alarm "{defined.name}" updated')
        alarm.evaluated = 0
        self._changed(alarm)
        return {}

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Delete all of the named alarms, or none of them when one does not exist."""
        names = request["AlarmNames"]
        if unknown := [name for name in names if name not in self._alarms]:
            raise AwsError("ResourceNotFound", f"Unknown alarm: {', '.join(unknown)}", 404)
        for name in dict.fromkeys(names):
            del self._alarms[name]
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if "ChildrenOfAlarmName" in request or "ParentsOfAlarmName" in request:
            raise refusal.not_emulated("the tree of composite alarms")
        metric_alarms = "MetricAlarm" in request.get("AlarmTypes", ["MetricAlarm"])
        found = [alarm for alarm in self if metric_alarms and _asked_for(alarm, request)]
        found.sort(key=lambda alarm: alarm.definition.name)
        size = request.get("MaxRecords", 50)
        shown, token = page(found, request.get("NextToken"), size, "DescribeAlarms")
        described = [alarm.described() for alarm in shown]
        return {"MetricAlarms": described, "CompositeAlarms": [], "NextToken": token}

    def describe_for_metric(self, request: Mapping[str, Any]) -> dict[str, Any]:
        found = [alarm.described() for alarm in self if _watches(alarm, request)]
        return {"MetricAlarms": found}

    def describe_history(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return a page of what happened, newest first unless asked for otherwise."""
        name = request.get("AlarmName", "")
        items = [
            item
            for alarm in self
            if name in ("", alarm.definition.name)
            for item in alarm.history
            if _within(item, request)
        ]
        items.sort(key=lambda item: item["Timestamp"])
        if request.get("ScanBy") != "TimestampAscending":
            items.reverse()
        size = request.get("MaxRecords", _PAGE)
        shown, token = page(items, request.get("NextToken"), size, "DescribeAlarmHistory")
        return {"AlarmHistoryItems": list(shown), "NextToken": token}

    def enable_actions(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._set_actions(request, enabled=True)

    def disable_actions(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._set_actions(request, enabled=False)

    def _set_actions(self, request: Mapping[str, Any], *, enabled: bool) -> dict[str, Any]:
        """Switch the actions of the alarms that exist, as AWS does without a word on the others."""
        for name in request["AlarmNames"]:
            if alarm := self._alarms.get(name):
                members = {**alarm.definition.members, "ActionsEnabled": enabled}
                alarm.definition = definition(members, self._region)
        return {}

    def set_state(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Put an alarm into a state until it is evaluated the next time."""
        alarm = self._alarms.get(request["AlarmName"])
        if alarm is None:
            raise AwsError("ResourceNotFound", "The specified alarm does not exist.", 404)
        data = request.get("StateReasonData", "")
        try:
            orjson.loads(data or "{}")
        except orjson.JSONDecodeError:
            raise AwsError("InvalidFormat", "StateReasonData is not valid JSON") from None
        self.move(alarm, request["StateValue"], request["StateReason"], data)
        alarm.evaluated = 0
        self._changed(alarm)
        return {}

    def move(self, alarm: Alarm, value: str, reason: str, data: str) -> None:
        """Note the state an alarm is in; a change of it is history and is acted on."""
        old, now = alarm.state, self._clock.now()
        transitioned = now if value != old.value else old.transitioned
        alarm.state = State(value, reason, data, now, transitioned)
        if value != old.value:
            summary = f"Alarm updated from {old.value} to {value}"
            changes = {"oldState": _state(old), "newState": _state(alarm.state)}
            self._note(alarm, "StateUpdate", summary, changes)
            self._moved(alarm, old)

    def note_action(self, alarm: Alarm, arn: str, failure: str) -> None:
        """Add to the history how an action went; failure: "" when it succeeded."""
        done = "Failed to execute" if failure else "Successfully executed"
        state = "Failed" if failure else "Succeeded"
        detail = {
            "actionState": state,
            "stateUpdateTimestamp": int(alarm.state.updated * 1000),
            "notificationResource": arn,
            "error": failure or None,
        }
        self._note(alarm, "Action", f"{done} action {arn}", detail)

    def _note(
        self, alarm: Alarm, kind: str, summary: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        alarm.history.append(
            {
                "AlarmName": alarm.definition.name,
                "AlarmType": "MetricAlarm",
                "Timestamp": self._clock.now(),
                "HistoryItemType": kind,
                "HistorySummary": summary,
                "HistoryData": orjson.dumps({"version": "1.0", **(detail or {})}).decode(),
            }
        )

    def tags(self, arn: str) -> list[dict[str, str]] | None:
        """Return the tags of the alarm with an ARN, None when there is no such alarm."""
        found = [alarm for alarm in self if alarm.definition.arn == arn]
        return list(found[0].definition.members.get("Tags", [])) if found else None

    def set_tags(self, arn: str, tags: list[dict[str, str]]) -> None:
        for alarm in self:
            if alarm.definition.arn == arn:
                members = {**alarm.definition.members, "Tags": tags}
                alarm.definition = definition(members, self._region)


def _state(state: State) -> dict[str, Any]:
    data = orjson.Fragment(state.data) if state.data else None
    found = {"stateValue": state.value, "stateReason": state.reason, "stateReasonData": data}
    return {name: value for name, value in found.items() if value is not None}


def _asked_for(alarm: Alarm, request: Mapping[str, Any]) -> bool:
    defined = alarm.definition
    prefix = request.get("ActionPrefix", "")
    actions = [arn for state in ("OK", "ALARM", "") for arn in defined.actions(state)]
    return (
        defined.name in (request.get("AlarmNames") or [defined.name])
        and defined.name.startswith(request.get("AlarmNamePrefix", ""))
        and request.get("StateValue", alarm.state.value) == alarm.state.value
        and (not prefix or any(arn.startswith(prefix) for arn in actions))
    )


def _watches(alarm: Alarm, request: Mapping[str, Any]) -> bool:
    members = alarm.definition.members
    names = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")
    asked = {name: request[name] for name in names if name in request}
    return all(members.get(name) == value for name, value in asked.items()) and (
        "Dimensions" not in request
        or dimensions(request["Dimensions"]) == dimensions(members.get("Dimensions", ()))
    )


def _within(item: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    time = item["Timestamp"]
    return bool(
        request.get("StartDate", time) <= time <= request.get("EndDate", time)
        and request.get("HistoryItemType", item["HistoryItemType"]) == item["HistoryItemType"]
    )
