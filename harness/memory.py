"""How much memory the environment holds, all of its processes together."""

from __future__ import annotations

import psutil


def memory_mb() -> float:
    """Return megabytes held by this process and its descendants, shared pages counted once."""
    this = psutil.Process()
    total = sum(_held(process) for process in [this, *this.children(recursive=True)])
    return round(total / 1_000_000, 1)


def _held(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0  # it ended meanwhile, or is not ours to look into
    # The proportional share exists on Linux only; unique memory is the nearest elsewhere.
    return int(getattr(memory, "pss", memory.uss))
