"""How faults meet the connections to the database; is what its proxy asks."""

from __future__ import annotations

from harness.database.contact import Exchange, Opening
from harness.injection.faults import Faults
from harness.injection.scope import ExchangeScope, OpeningScope


class DatabaseFaults:
    """Of several faults each changes what the one before left."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def opening(self, planned: Opening) -> Opening:
        for fault, _ in self._faults.hitting(OpeningScope, {}, database="opening"):
            planned = fault.opening(planned)
        return planned

    def exchange(self, planned: Exchange) -> Exchange:
        for fault, random in self._faults.hitting(ExchangeScope, {}, database="exchange"):
            planned = fault.exchange(planned, random)
        return planned
