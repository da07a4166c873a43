"""When Lambda tries an asynchronous event again (aws-behaviour §3.2, §3.3); pure."""

from __future__ import annotations

from dataclasses import dataclass

_FUNCTION_ERROR_WAITS_S = (60.0, 120.0)
_BACK_OFF_S = (1.0, 300.0)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """What PutFunctionEventInvokeConfig sets; the defaults are AWS's."""

    maximum_retries: int = 2
    maximum_age_s: float = 21_600


@dataclass(frozen=True, slots=True)
class RetryAfter:
    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """condition: as a destination record names it."""

    condition: str


def after_failure(policy: RetryPolicy, *, attempts: int, age_s: float) -> RetryAfter | GiveUp:
    """Decide after a function error; `attempts` counts those made, `age_s` since acceptance.

    A retry that could not start within the maximum age is not waited for.
    """
    if attempts > policy.maximum_retries:
        return GiveUp("RetriesExhausted")
    wait = _FUNCTION_ERROR_WAITS_S[attempts - 1]
    if age_s + wait > policy.maximum_age_s:
        return GiveUp("EventAgeExceeded")
    return RetryAfter(wait)


def after_throttle(policy: RetryPolicy, *, throttles: int, age_s: float) -> RetryAfter | GiveUp:
    """Decide after the `throttles`-th throttle or system error in a row."""
    first, longest = _BACK_OFF_S
    wait = min(longest, first * 2.0 ** min(throttles - 1, 20))
    if age_s + wait > policy.maximum_age_s:
        return GiveUp("EventAgeExceeded")
    return RetryAfter(wait)
