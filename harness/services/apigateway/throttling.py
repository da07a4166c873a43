"""When the gateway refuses a request because there are too many: 429.

Each route of a stage has a token bucket of its own, filled by the rate and as deep as the burst of
its settings, of the stage's default ones or of the account, member by member. One bucket more is
the account's, for all APIs of the region together (aws-behaviour §7.1).
"""

from __future__ import annotations

from harness.services.apigateway.configuration import Limit, Stage
from harness.services.apigateway.limits import ACCOUNT_BURST, ACCOUNT_RATE
from harness.services.apigateway.refusal import Refusal, RefusedError
from harness.token_bucket import TokenBucket

_ACCOUNT = Limit(ACCOUNT_RATE, ACCOUNT_BURST)


class Throttling:
    """Counts requests; a route whose limit is changed starts with a full bucket."""

    def __init__(self, now: float) -> None:
        self._account = TokenBucket(ACCOUNT_BURST, ACCOUNT_RATE, now)
        self._routes: dict[tuple[str, str, str], tuple[tuple[float, float], TokenBucket]] = {}

    def check(self, api_id: str, stage: Stage, route_key: str, now: float) -> None:
        """Count a request; raises `RefusedError` (429) when it is one too many."""
        route = self._bucket((api_id, stage.name, route_key), _limit(stage, route_key), now)
        if not (route.take(now) and self._account.take(now)):
            raise RefusedError(Refusal.TOO_MANY_REQUESTS)

    def _bucket(
        self, key: tuple[str, str, str], limit: tuple[float, float], now: float
    ) -> TokenBucket:
        known = self._routes.get(key)
        if known is None or known[0] != limit:
            known = self._routes[key] = limit, TokenBucket(*limit, now)
        return known[1]


def _limit(stage: Stage, route_key: str) -> tuple[float, float]:
    """Return (burst, rate): what the route sets, else the stage, else the account."""
    settings = (stage.routes.get(route_key, Limit()), stage.defaults, _ACCOUNT)
    bursts = (one.burst for one in settings if one.burst is not None)
    rates = (one.rate for one in settings if one.rate is not None)
    return next(bursts), next(rates)
