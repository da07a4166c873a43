"""What AWS would refuse, decided by numbers and a clock (aws-behaviour §4)."""

from __future__ import annotations

import pytest

from harness.clock import ManualClock
from harness.errors import AwsError
from harness.services.lambda_.throttle import ACCOUNT_LIMIT, Throttle


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def throttle(clock: ManualClock) -> Throttle:
    return Throttle(lambda: ACCOUNT_LIMIT, clock)


def reason(act) -> str:
    with pytest.raises(AwsError) as caught:
        act()
    assert (caught.value.code, caught.value.status) == ("TooManyRequestsException", 429)
    assert caught.value.fields["Type"] == "User"
    assert caught.value.headers == {"retry-after": "1"}
    return caught.value.fields["Reason"]


@pytest.mark.parametrize("reserved", [0, 1, 3])
def test_reserved_concurrency_is_a_ceiling(throttle, reserved):
    for _ in range(reserved):
        throttle.enter("f", reserved)
    found = reason(lambda: throttle.enter("f", reserved))
    assert found == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert throttle.running("f") == reserved
    if reserved:
        throttle.leave("f", reserved)
        throttle.enter("f", reserved)


def test_what_is_not_reserved_is_everybody_s(clock):
    throttle = Throttle(lambda: 2, clock)
    throttle.enter("a", None)
    throttle.enter("b", None)
    assert reason(lambda: throttle.enter("c", None)) == "ConcurrentInvocationLimitExceeded"
    throttle.enter("d", 1)
    throttle.leave("a", None)
    throttle.enter("c", None)


def test_a_function_scales_by_a_thousand_and_then_a_hundred_each_second(clock):
    throttle = Throttle(lambda: 10_000, clock)
    for _ in range(1000):
        throttle.enter("f", None)
    assert reason(lambda: throttle.enter("f", None)) == "ConcurrentInvocationLimitExceeded"
    throttle.enter("other", None)
    clock.advance(1.0)
    for _ in range(100):
        throttle.enter("f", None)
    reason(lambda: throttle.enter("f", None))
    throttle.leave("f", None)
    throttle.enter("f", None)  # an environment that is there already costs no rate


def test_environments_that_nobody_used_are_gone(clock):
    throttle = Throttle(lambda: 10_000, clock)
    for _ in range(1000):
        throttle.enter("f", None)
    for _ in range(1000):
        throttle.leave("f", None)
    clock.advance(5.0)
    for _ in range(1000):
        throttle.enter("f", None)
    for _ in range(1000):
        throttle.leave("f", None)
    clock.advance(601.0)
    for _ in range(1000):
        throttle.enter("f", None)
    reason(lambda: throttle.enter("f", None))


@pytest.mark.parametrize(
    ("reserved", "burst", "expected"),
    [
        (2, 20, "ReservedFunctionInvocationRateLimitExceeded"),
        (None, 10_000, "FunctionInvocationRateLimitExceeded"),
    ],
)
def test_ten_synchronous_requests_a_second_for_each_execution(
    clock, throttle, reserved, burst, expected
):
    for _ in range(burst):
        throttle.count_request("f", reserved)
    assert reason(lambda: throttle.count_request("f", reserved)) == expected
    clock.advance(1.0)
    throttle.count_request("f", reserved)


def test_a_new_reservation_counts_at_once(throttle):
    for _ in range(10):
        throttle.count_request("f", 1)
    reason(lambda: throttle.count_request("f", 1))
    throttle.count_request("f", 5)


def test_a_stopped_function_is_refused_for_its_concurrency(throttle):
    throttle.count_request("f", 0)
    assert reason(lambda: throttle.enter("f", 0)).startswith("ReservedFunctionConcurrent")
