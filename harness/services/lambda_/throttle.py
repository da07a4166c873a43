"""When AWS would refuse an invocation: concurrency, scaling rate and request rate (§4); pure.

Nothing here waits or knows this machine: its own bound is `room.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.clock import Clock
from harness.services.lambda_.refusal import throttled
from harness.token_bucket import TokenBucket

ACCOUNT_LIMIT = 1000
_NEW_ENVIRONMENTS = 1000  # at once, and again every 10 s
_SCALING_PERIOD_S = 10.0
_REQUESTS_PER_EXECUTION = 10  # each second, synchronous ones only
_FORGOTTEN_S = 600.0  # an idle function's environments are gone by then


@dataclass(slots=True)
class _Use:
    """What one function uses; environments: how many it has been scaled to."""

    scaling: TokenBucket
    requests: TokenBucket
    limit: int
    running: int = 0
    environments: int = 0
    idle_since: float = 0.0


class Throttle:
    """Counts what runs, by function name; `unreserved()` is what the account leaves to all."""

    def __init__(self, unreserved: Callable[[], int], clock: Clock) -> None:
        self._unreserved = unreserved
        self._clock = clock
        self._uses: dict[str, _Use] = {}
        self._running_unreserved = 0

    @property
    def allocated(self) -> int:
        """Return how much of the account is reserved or provisioned."""
        return ACCOUNT_LIMIT - self._unreserved()

    def running(self, name: str) -> int:
        use = self._uses.get(name)
        return use.running if use else 0

    def count_request(self, name: str, reserved: int | None) -> None:
        """Count a synchronous request; raises TooManyRequestsException when there are too many."""
        if not self._use(name, reserved).requests.take(self._clock.monotonic()) and reserved != 0:
            kind = "Function" if reserved is None else "ReservedFunction"
            raise throttled(f"{kind}InvocationRateLimitExceeded")

    def enter(self, name: str, reserved: int | None) -> None:
        """Count an invocation as running; raises TooManyRequestsException instead."""
        use = self._use(name, reserved)
        if reserved is not None and use.running >= reserved:
            raise throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        if reserved is None and self._running_unreserved >= self._unreserved():
            raise throttled("ConcurrentInvocationLimitExceeded")
        self._scale(use)
        use.running += 1
        self._running_unreserved += reserved is None

    def _scale(self, use: _Use) -> None:
        now = self._clock.monotonic()
        if use.running == 0 and now - use.idle_since > _FORGOTTEN_S:
            use.environments = 0
        if use.running < use.environments:
            return
        if not use.scaling.take(now):
            raise throttled("ConcurrentInvocationLimitExceeded")
        use.environments += 1

    def leave(self, name: str, reserved: int | None) -> None:
        """Count an invocation as ended; `reserved` as it was when it entered."""
        use = self._uses[name]
        use.running -= 1
        self._running_unreserved -= reserved is None
        if use.running == 0:
            use.idle_since = self._clock.monotonic()

    def _use(self, name: str, reserved: int | None) -> _Use:
        limit = ACCOUNT_LIMIT if reserved is None else reserved
        use = self._uses.get(name)
        if use is None or use.limit != limit:
            now = self._clock.monotonic()
            rate: float = _REQUESTS_PER_EXECUTION * limit
            requests = TokenBucket(rate, rate, now)
            if use is None:
                rate = _NEW_ENVIRONMENTS / _SCALING_PERIOD_S
                use = _Use(TokenBucket(_NEW_ENVIRONMENTS, rate, now), requests, limit)
                self._uses[name] = use
            use.requests, use.limit = requests, limit
        return use
