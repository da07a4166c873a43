"""The rules between a queue's visibility time-out and a function's time-out (§6.3); pure."""

from __future__ import annotations

from harness.errors import AwsError
from harness.services.event_source_mapping.settings import invalid

_SPARE_S = 30
_LONGEST_S = 12 * 3600


def effective_s(queue_s: int, timeout_s: int, window_s: int) -> int:
    """Return for how long a poller hides the messages it receives.

    A batching window needs its time before the function has its own; without a window a queue
    whose time-out is too short stays so, and messages are processed twice.
    """
    needed = window_s + timeout_s
    if window_s and needed > queue_s:
        return min(_LONGEST_S, needed + _SPARE_S)
    return queue_s


def too_short(queue_s: int, timeout_s: int) -> AwsError | None:
    """Return the refusal of a mapping whose messages would be visible while they are processed."""
    if queue_s >= timeout_s:
        return None
    return invalid(
        f"Queue visibility timeout: {queue_s} seconds "
        f"is less than Function timeout: {timeout_s} seconds"
    )
