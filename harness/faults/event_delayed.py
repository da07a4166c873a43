"""An S3 event that takes its time: a minute or more now and then, says AWS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from harness.injection.delay import drawn_s
from harness.injection.departure import Departures
from harness.injection.option import option
from harness.injection.scope import DeliveryScope


@dataclass(frozen=True, slots=True)
class EventDelayed:
    """The event arrives later."""

    scope: ClassVar[type[DeliveryScope]] = DeliveryScope
    ms: float = option(60_000.0, "milliseconds that it comes later")
    jitter_ms: float = option(0.0, "up to so many more, drawn for each")

    def departures(self, planned: Departures, random: Random) -> Departures:
        seconds = drawn_s(self.ms, self.jitter_ms, random)
        return [replace(one, delay_s=one.delay_s + seconds) for one in planned]


FAULT = EventDelayed
