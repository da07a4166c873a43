"""Faults from Python: what tests, and the command line, put into a running environment.

faults = Faults(environment)
with faults.injected("throttle", service="bedrock-runtime", times=2) as fault:
    ...
assert fault.hits == 2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from harness.control import unanswered
from harness.environment import Environment
from harness.errors import UsageError

_PATH = "/_harness/faults"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in an environment; covered, hits: how many calls or events, when it was asked.

    settings: what `Faults.add` would make it of again.
    """

    id: str
    settings: Mapping[str, Any]
    covered: int
    hits: int


class Faults:
    """The faults of one environment."""

    def __init__(self, environment: Environment) -> None:
        self._url = environment.endpoint_url

    def add(self, fault: str, **settings: float | str) -> Fault:
        """Add a fault by its name; raises `UsageError` where it or a setting does not exist."""
        return _fault(self._ask("POST", "", {"fault": fault, **settings}))

    def shown(self) -> list[Fault]:
        """Return what is in the environment now, with its counts."""
        return [_fault(told) for told in self._ask("GET", "")["faults"]]

    def get(self, identifier: str) -> Fault:
        """Return one of them as it is now; raises `UsageError` when it is not there."""
        for fault in self.shown():
            if fault.id == identifier:
                return fault
        raise UsageError(f"no fault {identifier!r} is in the environment")

    def clear(self, identifier: str = "") -> list[Fault]:
        """Clear one fault or all, and return them; raises `UsageError` when it is not there."""
        cleared = self._ask("DELETE", f"/{identifier}" if identifier else "")
        return [_fault(told) for told in cleared["faults"]]

    @contextmanager
    def injected(self, fault: str, **settings: float | str) -> Iterator[Injected]:
        """Add a fault for as long as the block runs."""
        injected = Injected(self, self.add(fault, **settings))
        try:
            yield injected
        finally:
            injected.clear()

    def _ask(self, method: str, path: str, content: Any = None) -> Any:
        url = f"{self._url}{_PATH}{path}"
        try:
            with httpx.Client(trust_env=False) as client:
                answer = client.request(method, url, json=content)
        except httpx.HTTPError as error:
            raise unanswered(self._url, error) from error
        if answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
            raise UsageError(answer.json()["message"])
        answer.raise_for_status()
        return answer.json()


class Injected:
    """A fault within its block; afterwards its counts stay as they were at the end."""

    def __init__(self, faults: Faults, fault: Fault) -> None:
        self._faults = faults
        self._id = fault.id
        self._last: Fault | None = None

    @property
    def hits(self) -> int:
        """Return how many calls or events it has hit."""
        return self._now().hits

    @property
    def covered(self) -> int:
        """Return how many its scope covered, hit or not."""
        return self._now().covered

    def clear(self) -> None:
        """Clear it before its block ends; harmless when that was done already."""
        if self._last is None:
            (self._last,) = self._faults.clear(self._id)

    def _now(self) -> Fault:
        return self._last or self._faults.get(self._id)


def _fault(told: Mapping[str, Any]) -> Fault:
    counted = ("id", "covered", "hits")
    settings = {name: value for name, value in told.items() if name not in counted}
    return Fault(told["id"], settings, told["covered"], told["hits"])
