from __future__ import annotations

import pytest

from harness.services.apigateway.configuration import Limit, Stage
from harness.services.apigateway.limits import ACCOUNT_BURST
from harness.services.apigateway.refusal import RefusedError
from harness.services.apigateway.throttling import Throttling

STAGE = Stage("s", defaults=Limit(rate=2, burst=3), routes={"GET /a": Limit(burst=1)})


def passed(
    throttling: Throttling, requests: int, route: str, now: float = 0.0, stage: Stage = STAGE
) -> int:
    """Return how many of as many requests at once are let through."""
    through = 0
    for _ in range(requests):
        try:
            throttling.check("api", stage, route, now)
        except RefusedError:
            continue
        through += 1
    return through


@pytest.fixture
def throttling() -> Throttling:
    return Throttling(now=0.0)


def test_a_burst_is_let_through_and_then_the_rate(throttling: Throttling):
    assert passed(throttling, 5, "$default") == 3
    assert passed(throttling, 5, "$default", now=1.0) == 2


def test_routes_do_not_share_a_bucket(throttling: Throttling):
    assert passed(throttling, 5, "$default") == 3
    assert passed(throttling, 5, "GET /b") == 3


def test_a_route_takes_what_it_does_not_set_from_the_stage(throttling: Throttling):
    assert passed(throttling, 5, "GET /a") == 1
    assert passed(throttling, 5, "GET /a", now=0.5) == 1


def test_without_settings_the_account_is_the_limit_for_all_apis(throttling: Throttling):
    plain = Stage("s")
    assert passed(throttling, 3000, "a", stage=plain) == 3000
    assert passed(throttling, 3000, "b", stage=plain) == ACCOUNT_BURST - 3000
    assert passed(throttling, 2000, "b", now=0.1, stage=plain) == 1000


def test_nothing_passes_a_limit_of_zero(throttling: Throttling):
    closed = Stage("s", defaults=Limit(rate=100, burst=0))
    assert passed(throttling, 2, "a", now=10.0, stage=closed) == 0


def test_a_new_limit_holds_at_once(throttling: Throttling):
    assert passed(throttling, 5, "$default") == 3
    wider = Stage("s", defaults=Limit(rate=2, burst=10))
    assert passed(throttling, 20, "$default", stage=wider) == 10
