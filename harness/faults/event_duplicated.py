"""An S3 event that arrives more than once: AWS delivers at least once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from harness.injection.departure import Departures
from harness.injection.option import option
from harness.injection.scope import DeliveryScope


@dataclass(frozen=True, slots=True)
class EventDuplicated:
    """The event arrives more than once, with the same sequencer."""

    scope: ClassVar[type[DeliveryScope]] = DeliveryScope
    copies: int = option(1, "how many there are besides the first", least=1, most=100)
    ms: float = option(0.0, "milliseconds from each to the next")

    def departures(self, planned: Departures, random: Random) -> Departures:
        return [
            replace(one, delay_s=one.delay_s + copy * self.ms / 1000)
            for one in planned
            for copy in range(1 + self.copies)
        ]


FAULT = EventDuplicated
