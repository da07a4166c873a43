"""S3 events out of order: AWS promises none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from harness.injection.departure import Departures
from harness.injection.option import option
from harness.injection.scope import DeliveryScope


@dataclass(frozen=True, slots=True)
class EventReordered:
    """The event arrives after the next one of its rule."""

    scope: ClassVar[type[DeliveryScope]] = DeliveryScope
    ms: float = option(60_000.0, "milliseconds after which it leaves when no other comes", least=1)

    def departures(self, planned: Departures, random: Random) -> Departures:
        return [replace(one, held_s=self.ms / 1000) for one in planned]


FAULT = EventReordered
