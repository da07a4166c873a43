"""How long a request may still take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

# API Gateway and the function give up after 30 s. What is not spent by then is for starting the
# sandbox, which the gateway waits for too, and for the way back.
GATEWAY_SECONDS = 30.0
RESERVED_SECONDS = 5.0


@dataclass(frozen=True)
class Deadline:
    """at: in seconds of `monotonic`."""

    at: float
    monotonic: Callable[[], float] = time.monotonic

    @classmethod
    def within(cls, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> Deadline:
        """Return the deadline of an invocation that ends in `seconds`."""
        usable = min(seconds, GATEWAY_SECONDS) - RESERVED_SECONDS
        return cls(monotonic() + usable, monotonic)

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.at - self.monotonic()
