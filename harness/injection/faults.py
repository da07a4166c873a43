"""The faults that are in an environment now: added, counted, cleared, and all of it recorded."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from harness.errors import UsageError
from harness.injection.injection import Injection
from harness.injection.scope import Facts, covers
from harness.journal import Journal


@dataclass(slots=True)
class Armed:
    """id: by which it is cleared; covered, hits: how many calls or events so far."""

    id: str
    injection: Injection
    covered: int = 0
    hits: int = 0

    def told(self) -> dict[str, Any]:
        """Return what users are shown."""
        return {
            "id": self.id,
            **self.injection.settings(),
            "covered": self.covered,
            "hits": self.hits,
        }


class Faults:
    """What is armed, in the order in which it was added."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._numbers = itertools.count(1)
        self._armed: dict[str, Armed] = {}
        self._impossible: dict[type[Any], str] = {}

    def cannot(self, scope: type[Any], reason: str) -> None:
        """Refuse faults that act where this environment has nothing of ours."""
        self._impossible[scope] = reason

    def add(self, injection: Injection) -> Armed:
        """Arm a fault; raises `UsageError` where it can do nothing."""
        for scope, reason in self._impossible.items():
            if issubclass(injection.fault.scope, scope):
                raise UsageError(f"{injection.name} cannot be added: {reason}")
        armed = Armed(f"fault-{next(self._numbers)}", injection)
        self._armed[armed.id] = armed
        self._journal.record("fault.added", id=armed.id, **injection.settings())
        return armed

    def armed(self, scope: type[Any] = object) -> list[Armed]:
        """Return what is armed; with `scope`, the faults whose scope is one of this kind."""
        everything = self._armed.values()
        return [one for one in everything if issubclass(one.injection.fault.scope, scope)]

    def clear(self, identifier: str) -> Armed | None:
        """Disarm a fault and return it; None when there is none."""
        armed = self._armed.pop(identifier, None)
        if armed is not None:
            counts = {"covered": armed.covered, "hits": armed.hits}
            self._journal.record("fault.cleared", id=identifier, **counts)
        return armed

    def hitting(
        self, scope: type[Any], facts: Facts, **subject: str
    ) -> Iterator[tuple[Any, Random]]:
        """Count what these facts describe, and yield each fault that hits it with its draws.

        subject: what the journal knows it by (`call="…"`).
        """
        for armed in self.armed(scope):
            injection = armed.injection
            if not covers(injection.scope, facts):
                continue
            armed.covered += 1
            if injection.schedule.hits(armed.covered, armed.hits):
                armed.hits += 1
                self._note(armed, subject)
                yield injection.fault, injection.schedule.random(armed.covered)

    def _note(self, armed: Armed, subject: dict[str, str]) -> None:
        told = {"id": armed.id, "fault": armed.injection.name, "number": armed.covered}
        self._journal.record("fault.hit", **told, **subject)
