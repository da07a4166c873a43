"""What a function may use, in an engine's words (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from harness.services.lambda_.executors.share import MB_OF_ONE_CPU
from harness.services.lambda_.function import Function

USER = "993:990"
"""Lambda's own for functions: nobody who owns anything in an image."""
PERIOD_US = 100_000
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """memory_bytes: of the control group; cpu_quota_us: of each period, on all cores together."""

    memory_bytes: int
    cpu_quota_us: int


def limits_of(function: Function, cores: int) -> Limits:
    """Return the limits on a machine with that many cores.

    Files in `/tmp` are charged to the control group, and are no memory on Lambda: so the group may
    hold both, and that a function keeps to its memory is looked at (`memory_watch.py`).
    """
    share = min(function.memory_mb / MB_OF_ONE_CPU, cores)
    return Limits(
        (function.memory_mb + function.ephemeral_storage_mb) * _MB, int(share * PERIOD_US)
    )
