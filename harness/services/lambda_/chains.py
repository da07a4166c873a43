"""Which invocation waits for which: told by the trace header that SDKs hand on in a function.

An invocation by a running one that waits for it may take the place of its caller on this machine:
otherwise functions that call one another could wait for each other's places for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from harness.services.lambda_.trace import root


class Chains:
    """Counts by the root of the trace, which a whole chain of calls shares."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._called: Counter[str] = Counter()

    @contextmanager
    def running(self, trace: str) -> Iterator[None]:
        """Count an invocation that runs, so those it makes are known."""
        with _counted(self._running, root(trace)):
            yield

    @contextmanager
    def called(self, trace: str) -> Iterator[bool]:
        """Tell whether an invocation may take a caller's place: each running one has but one."""
        chain = root(trace)
        if self._called[chain] >= self._running[chain]:
            yield False
            return
        with _counted(self._called, chain):
            yield True


@contextmanager
def _counted(counter: Counter[str], key: str) -> Iterator[None]:
    counter[key] += 1
    try:
        yield
    finally:
        counter[key] -= 1
        if not counter[key]:
            del counter[key]
