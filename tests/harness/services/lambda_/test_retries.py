from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.services.lambda_.retries import (
    End,
    RetryAfter,
    RetryPolicy,
    after_failure,
    after_throttle,
)

DEFAULT = RetryPolicy()


@pytest.mark.parametrize(
    ("policy", "attempts", "age_s", "decision"),
    [
        (DEFAULT, 1, 0.0, RetryAfter(60)),
        (DEFAULT, 2, 60.0, RetryAfter(120)),
        (DEFAULT, 3, 180.0, End("RetriesExhausted")),
        (RetryPolicy(maximum_retries=1), 2, 60.0, End("RetriesExhausted")),
        (RetryPolicy(maximum_retries=0), 1, 0.0, End("RetriesExhausted")),
        (RetryPolicy(maximum_age_s=60), 1, 0.0, RetryAfter(60)),
        (RetryPolicy(maximum_age_s=60), 1, 0.1, End("EventAgeExceeded")),
        (RetryPolicy(maximum_age_s=179), 2, 60.0, End("EventAgeExceeded")),
    ],
)
def test_after_a_function_error(policy, attempts, age_s, decision):
    assert after_failure(policy, attempts=attempts, age_s=age_s) == decision


@pytest.mark.parametrize(
    ("throttles", "wait"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (11, 300), (5000, 300)]
)
def test_after_a_throttle_the_waits_double_up_to_five_minutes(throttles, wait):
    assert after_throttle(DEFAULT, throttles=throttles, age_s=0.0) == RetryAfter(wait)


def test_a_throttled_event_grows_too_old():
    assert after_throttle(DEFAULT, throttles=20, age_s=21_301.0) == End("EventAgeExceeded")
    assert after_throttle(DEFAULT, throttles=20, age_s=21_300.0) == RetryAfter(300)


@given(st.integers(1, 3), st.floats(0, 30_000), st.integers(0, 2), st.floats(60, 21_600))
def test_no_retry_starts_beyond_the_maximum_age(attempts, age_s, retries, maximum_age_s):
    policy = RetryPolicy(retries, maximum_age_s)
    decision = after_failure(policy, attempts=attempts, age_s=age_s)
    assert isinstance(decision, End) or age_s + decision.seconds <= maximum_age_s
