"""When Lambda tries an asynchronous event again (aws-behaviour §3.2, §3.3, §3.5); pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
class End:
    """condition: as an invocation record names it, "Success" included."""

    condition: str


Step = RetryAfter | End


def policy(settings: Mapping[str, Any]) -> RetryPolicy:
    """Return the policy of an event invoke config; members that are absent have AWS's defaults."""
    default = RetryPolicy()
    return RetryPolicy(
        settings.get("MaximumRetryAttempts", default.maximum_retries),
        settings.get("MaximumEventAgeInSeconds", default.maximum_age_s),
    )


def before_attempt(policy: RetryPolicy, *, reserved: int | None, age_s: float) -> End | None:
    """Decide whether an event is attempted at all; None when it is.

    reserved: the function's reserved concurrency. 0 stops it: no attempt is made (§3.6.4).
    """
    if reserved == 0:
        return End("ZeroReservedConcurrency")
    return End("EventAgeExceeded") if age_s > policy.maximum_age_s else None


def after_failure(policy: RetryPolicy, *, attempts: int, age_s: float) -> Step:
    """Decide after a function error; `attempts` counts those made, `age_s` since acceptance.

    A retry that could not start within the maximum age is not waited for.
    """
    if attempts > policy.maximum_retries:
        return End("RetriesExhausted")
    return _retry(_FUNCTION_ERROR_WAITS_S[attempts - 1], policy, age_s)


def after_throttle(policy: RetryPolicy, *, throttles: int, age_s: float) -> Step:
    """Decide after the `throttles`-th throttle or system error in a row."""
    first, longest = _BACK_OFF_S
    return _retry(min(longest, first * 2.0 ** min(throttles - 1, 20)), policy, age_s)


def _retry(wait_s: float, policy: RetryPolicy, age_s: float) -> Step:
    if age_s + wait_s > policy.maximum_age_s:
        return End("EventAgeExceeded")
    return RetryAfter(wait_s)
