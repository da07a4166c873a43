"""Which invocations X-Ray gets a trace of (pure but for the clock and chance that are passed in).

The first of each second and five percent of the others, where no one before has decided; a
function in `PassThrough` begins no trace (aws-behaviour is silent; Lambda's guide, services-xray).
"""

from __future__ import annotations

import random
from collections.abc import Callable

from harness.clock import Clock
from harness.services.lambda_ import trace
from harness.services.lambda_.function import Function

ACTIVE = "Active"
RATE = 0.05


class Sampling:
    """chance: returns a number from 0 up to 1."""

    def __init__(self, clock: Clock, chance: Callable[[], float] = random.random) -> None:
        self._clock = clock
        self._chance = chance
        self._sampled: dict[str, int] = {}

    def takes(self, function: Function, header: str) -> bool:
        """Tell whether an invocation of `function` that came with `header` is traced."""
        decided = trace.sampled(header)
        if decided is not None:
            return decided
        if function.tracing != ACTIVE:
            return False
        second = int(self._clock.monotonic())
        if self._sampled.get(function.name) != second:
            self._sampled[function.name] = second
            return True
        return self._chance() < RATE
