"""What a queue's settings do to its function on AWS (aws-behaviour §6.3, §12.28, §12.29); pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import orjson

_FEWEST_RECEIVES = 5


def findings(
    queue: str, attributes: Mapping[str, str], function: str, timeout_s: int
) -> Iterator[str]:
    """Yield a sentence for each setting that processes messages twice or gives them up early."""
    visibility_s = int(attributes["VisibilityTimeout"])
    if visibility_s < timeout_s:
        yield (
            f"queue {queue} shows its messages again after {visibility_s} s, while {function} may "
            f"take {timeout_s} s: they are processed twice; AWS recommends {6 * timeout_s} s"
        )
    policy = orjson.loads(attributes.get("RedrivePolicy") or "{}")
    receives = int(policy.get("maxReceiveCount", _FEWEST_RECEIVES))
    if receives < _FEWEST_RECEIVES:
        yield (
            f"queue {queue} gives a message up after maxReceiveCount {receives}: throttling of "
            f"{function} alone can send good messages to the dead-letter queue; "
            f"AWS recommends {_FEWEST_RECEIVES} or more"
        )
