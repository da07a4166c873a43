"""Which calls of Bedrock are made again, and how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from processor.backoff import full_jitter
from processor.errors import TransientError

# A quota frees itself within a minute, so throttling is waited out as long as there is time. A
# service that fails or is silent is given up after as many calls, and named.
FAILED_CALLS = 3
_THROTTLED = frozenset(
    {"ThrottlingException", "ModelNotReadyException", "TooManyRequestsException"}
)
_FAILED = frozenset(
    {"InternalServerException", "ServiceUnavailableException", "ModelTimeoutException"}
)

Answer = TypeVar("Answer")


def answer(
    call: Callable[[], Answer],
    *,
    deadline: float,
    monotonic: Callable[[], float],
    random: Callable[[], float],
    pause: Callable[[float], object],
    throttled: Callable[[], object] = lambda: None,
) -> Answer:
    """Return what `call` returns in the end; raises `TransientError` if Bedrock does not answer.

    call: makes a single attempt. deadline: by `monotonic`; no call begins later. pause(seconds):
    waits; what it raises ends the attempts. throttled: told of each refusal for now.
    """
    waits = full_jitter(random)
    failed = 0
    while True:
        try:
            return call()
        except (BotoCoreError, ClientError) as error:
            if _is_throttled(error):
                throttled()
            else:
                failed += 1
            wait = next(waits)
            late = monotonic() + wait > deadline
            if late or failed == FAILED_CALLS or not _may_pass(error):
                raise TransientError("Bedrock", error) from error
        pause(wait)


def _is_throttled(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _THROTTLED


def _may_pass(error: Exception) -> bool:
    """Tell whether the same call may succeed in a moment; any failure to connect may."""
    if not isinstance(error, ClientError):
        return True
    # What stands before the service answers by status alone.
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or error.response["Error"]["Code"] in _THROTTLED | _FAILED
