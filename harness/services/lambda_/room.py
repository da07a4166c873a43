"""How many sandboxes this machine runs at the same time, all functions together.

It makes invocations wait and never throttles. Nobody waits for ever:
- a function without a sandbox always gets one, beyond the bound if need be, so a function that
  waits for another one gets its answer;
- an invocation made by a running invocation that waits for it takes its place (`urgent`);
- idle sandboxes of other functions are ended to make room, the longest unused first: those that
  were not used for a while, others only if that makes the shares more equal. Else two functions
  that take turns would end each other's sandboxes all the time, and every run were a cold start;
- a place that becomes free goes to the function that waits with the fewest sandboxes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

# Unused for so long, a sandbox is likely not to be needed again soon.
KEPT_S = 10.0


class Tenant(Protocol):
    """A function version's pool, as far as room is concerned."""

    alive: int

    @property
    def waiting(self) -> int: ...

    @property
    def idle_since(self) -> float | None:
        """Return when the sandbox that could be ended became idle; None when there is none."""
        ...

    def evict(self) -> None:
        """End that sandbox; its place is given back before this returns."""
        ...

    def call_next(self) -> None:
        """Let the first in line try again."""
        ...


def next_in_line(own: Tenant | None, tenants: Iterable[Tenant]) -> Tenant | None:
    """Return who gets a free place: the poorest, unless `own`, whose sandbox it is, is as poor.

    Ending a sandbox to start another costs a cold start: it must make the shares more equal.
    """
    in_line = [tenant for tenant in tenants if tenant.waiting]
    if not in_line:
        return None
    poorest = min(in_line, key=lambda tenant: tenant.alive)
    if own is not None and own.waiting and own.alive <= poorest.alive + 1:
        return own
    return poorest


class Room:
    """bound: sandboxes at the same time; taken: that exist; waiting: invocations in line.

    The pools keep `waiting` up to date, so an answer costs nothing when nobody waits.
    now: seconds on the loop's clock, as `Tenant.idle_since` has them.
    """

    def __init__(self, bound: int, now: Callable[[], float] | None = None) -> None:
        self.bound = bound
        self.taken = 0
        self.waiting = 0
        self._tenants: list[Tenant] = []
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._later: asyncio.TimerHandle | None = None

    def enter(self, tenant: Tenant) -> None:
        self._tenants.append(tenant)

    def leave(self, tenant: Tenant) -> None:
        self._tenants.remove(tenant)

    def take(self, tenant: Tenant, *, urgent: bool = False) -> bool:
        """Take a place for one more sandbox of `tenant`, if there is one for it."""
        free = self.taken < self.bound or self._make_room(tenant)
        if not (free or urgent or tenant.alive == 0):
            return False
        self.taken += 1
        return True

    def _make_room(self, asking: Tenant) -> bool:
        idle = [
            (tenant.idle_since, number)
            for number, tenant in enumerate(self._tenants)
            if tenant is not asking and tenant.idle_since is not None
        ]
        for since, number in sorted(idle):
            tenant = self._tenants[number]
            if asking.alive == 0 or tenant.alive > asking.alive + 1 or self._age(since) >= KEPT_S:
                tenant.evict()
                if self.waiting:
                    self._look_again(0.0)
                return True
        if idle:
            self._look_again(KEPT_S - self._age(min(idle)[0]))
        return False

    def _age(self, since: float) -> float:
        return self._now() - since

    def _look_again(self, seconds: float) -> None:
        """Let somebody try again then, when the longest unused sandbox may be ended."""
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(seconds, self._call_poorest)

    def _call_poorest(self) -> None:
        self._later = None
        if chosen := next_in_line(None, self._tenants):
            chosen.call_next()

    def close(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None

    @property
    def crowded(self) -> bool:
        """Tell whether there are more sandboxes than there should be, and nobody needs them."""
        return self.taken > self.bound and self.waiting == 0

    def give(self) -> None:
        """Take back the place of a sandbox that has ended, without offering it to anybody."""
        self.taken -= 1

    def offer(self, own: Tenant | None = None) -> None:
        """Call whoever may use what became free: a place, or an idle sandbox of `own`."""
        if self.waiting == 0 or (own is None and self.taken >= self.bound):
            return
        if own is not None and own.waiting and self.taken < self.bound:
            own.call_next()
        elif chosen := next_in_line(own, self._tenants):
            chosen.call_next()
