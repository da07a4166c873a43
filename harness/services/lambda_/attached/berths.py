"""The room of an attached function: a sandbox for each replica, and not one more."""

from __future__ import annotations

from harness.services.lambda_.room import Room, Tenant


class Berths(Room):
    """bound: what is attached now. An urgent invocation waits like any other."""

    def __init__(self) -> None:
        super().__init__(0)

    def take(self, tenant: Tenant, *, urgent: bool = False) -> bool:
        if self.taken >= self.bound:
            return False
        self.taken += 1
        return True
