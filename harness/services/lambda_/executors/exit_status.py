"""How a process ended, as told by a program that started it for us (pure)."""

from __future__ import annotations

_SIGNALLED = 128
_SIGKILL = 9
KILLED = _SIGNALLED + _SIGKILL


def return_code(status: int) -> int:
    """Return it as `subprocess` has it: bubblewrap and engines tell a signal as a shell does."""
    return _SIGNALLED - status if status > _SIGNALLED else status
