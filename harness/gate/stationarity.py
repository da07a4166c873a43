"""Whether a service got slower while it was watched: then a short run says little of a long one."""

from __future__ import annotations

from collections.abc import Sequence

from harness.gate.quantile import quantile

GROWTH = 1.25
SHARE_OF_LIMIT = 0.05


def drift(values: Sequence[float], limit: float) -> str | None:
    """Return how values, in the order of time, grew; None when they did not, or not noticeably.

    The medians of first and last third are compared. Growth below a twentieth of the limit is none:
    a median that went from 20 to 30 ms does not matter to a limit of 5 s.
    """
    third = len(values) // 3
    first, last = quantile(values[:third], 0.5), quantile(values[len(values) - third :], 0.5)
    if first is None or last is None:
        return None
    if last > first * GROWTH and last - first > SHARE_OF_LIMIT * limit:
        return f"the median grew from {first:.3f} s to {last:.3f} s while it was measured"
    return None
