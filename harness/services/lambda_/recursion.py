"""Stops recursive loops: a function that was invoked 16 times in one chain (aws-behaviour §3.7)."""

from __future__ import annotations

from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.lambda_ import trace

LIMIT = 16
STOPPED = (
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web "
    "Services resources and stopped your function's invocation."
)


class RecursiveInvocationError(AwsError):
    """The invocation is one too many of its chain."""

    def __init__(self) -> None:
        super().__init__("RecursiveInvocationException", STOPPED, 400, {"Type": "User"})


class Recursion:
    """What PutFunctionRecursionConfig sets, and the decision it is about."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._allowed: set[str] = set()

    def loop(self, function: str) -> str:
        """Return "Allow" or "Terminate", the default."""
        return "Allow" if function in self._allowed else "Terminate"

    def set_loop(self, function: str, loop: str) -> None:
        if loop == "Allow":
            self._allowed.add(function)
        else:
            self._allowed.discard(function)

    def forget(self, function: str) -> None:
        self._allowed.discard(function)

    def enter(self, function: str, request_id: str, header: str) -> str:
        """Return the trace header for an invocation that came with `header`.

        Raises `RecursiveInvocationError` when it would be the 17th of this function in its chain.
        """
        before = trace.lineage(header).get(trace.identity(function), 0) if header else 0
        if before >= LIMIT and function not in self._allowed:
            self._journal.record(
                "invocation.recursive", function=function, request_id=request_id, invokes=before
            )
            raise RecursiveInvocationError
        return trace.continued(header, function, self._clock.now())
