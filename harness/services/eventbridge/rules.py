"""The rules of an event bus with their targets, asked of the control plane once per change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from harness.aws import json_answer, json_call
from harness.call import Handler
from harness.event_pattern import matches


@dataclass(frozen=True, slots=True)
class BusRule:
    """pattern: None for a rule that no event matches. schedule: its ScheduleExpression, "" without.

    targets: as PutTargets took them.
    """

    name: str
    arn: str
    enabled: bool
    pattern: Mapping[str, Any] | None
    schedule: str
    targets: tuple[Mapping[str, Any], ...]

    def wants(self, event: Mapping[str, Any]) -> bool:
        return self.enabled and self.pattern is not None and matches(self.pattern, event)


class BusRules:
    """Remembers the rules of every bus until one may have changed."""

    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region
        self._known: dict[str, tuple[BusRule, ...]] = {}

    async def of(self, bus: str) -> tuple[BusRule, ...]:
        """Return the rules of a bus; raises `AwsError` when there is no such bus."""
        known = self._known
        if bus not in known:
            known[bus] = tuple([await self._rule(bus, found) for found in await self._list(bus)])
        return known[bus]

    def forget(self) -> None:
        """Ask again from now on.

        What is being asked at this moment ends up in the dictionary dropped here.
        """
        self._known = {}

    async def _list(self, bus: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            answer = await self._ask("ListRules", {"EventBusName": bus, **token})
            found += answer["Rules"]
            if not answer.get("NextToken"):
                return found
            token = {"NextToken": answer["NextToken"]}

    async def _rule(self, bus: str, found: Mapping[str, Any]) -> BusRule:
        name, pattern = found["Name"], found.get("EventPattern")
        targets = await self._ask("ListTargetsByRule", {"EventBusName": bus, "Rule": name})
        return BusRule(
            name=name,
            arn=found["Arn"],
            enabled=found.get("State", "ENABLED") != "DISABLED",
            pattern=orjson.loads(pattern) if pattern else None,
            schedule=found.get("ScheduleExpression") or "",
            targets=tuple(targets["Targets"]),
        )

    async def _ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        call = json_call("events", self._region, f"AWSEvents.{operation}", request)
        return await json_answer(self._control_plane, call)
