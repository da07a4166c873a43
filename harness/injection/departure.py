"""When an S3 event leaves for one destination, as far as faults may change it (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Departure:
    """delay_s: how long it waits. held_s: instead, until its rule's next has left, or so long."""

    delay_s: float = 0.0
    held_s: float = 0.0


Departures = Sequence[Departure]
