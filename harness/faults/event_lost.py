"""An S3 event that never arrives."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from harness.injection.departure import Departures
from harness.injection.scope import DeliveryScope


@dataclass(frozen=True, slots=True)
class EventLost:
    """The event does not arrive, and nobody is told."""

    scope: ClassVar[type[DeliveryScope]] = DeliveryScope

    def departures(self, planned: Departures, random: Random) -> Departures:
        return ()


FAULT = EventLost
