"""What a module in `harness/faults/` provides: `FAULT`, a dataclass whose fields are its options.

The first line of its docstring says what a client sees. Where a fault acts is told by its `scope`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Protocol

from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.database.contact import Exchange, Opening
from harness.injection.departure import Departures


@dataclass(frozen=True, slots=True)
class Hit:
    """random: seeded for this hit alone; clock: no time scale reaches it.

    crash: ends the process of the sandbox that makes the call. beside: runs something that need not
    end before the call is answered.
    """

    random: Random
    clock: Clock
    crash: Callable[[], Awaitable[None]]
    beside: Callable[[Coroutine[Any, Any, None]], None]


class Fault(Protocol):
    """scope: the dataclass of patterns by which users choose what it hits."""

    scope: ClassVar[type[Any]]


class CallFault(Fault, Protocol):
    """A fault around calls that clients make; its scope is `CallScope`."""

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        """Answer `call`; `proceed` carries it out."""
        ...


class DeliveryFault(Fault, Protocol):
    """A fault of S3 events on their way to one destination; its scope is `DeliveryScope`."""

    def departures(self, planned: Departures, random: Random) -> Departures:
        """Return when the event leaves, instead of as `planned`; () when it never does."""
        ...


class OpeningFault(Fault, Protocol):
    """A fault of connections to the database as they are opened; its scope is `OpeningScope`."""

    def opening(self, planned: Opening) -> Opening: ...


class ExchangeFault(Fault, Protocol):
    """A fault of what is asked of the database; its scope is `ExchangeScope`."""

    def exchange(self, planned: Exchange, random: Random) -> Exchange: ...


def summary(fault: type[Fault]) -> str:
    """Return the one line that says what a client sees."""
    return (fault.__doc__ or "").partition("\n")[0]
