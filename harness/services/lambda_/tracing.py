"""Traces of invocations: what a function finds in its header, and Lambda's own segments."""

from __future__ import annotations

from collections.abc import Callable

from harness.clock import Clock
from harness.services.lambda_ import trace
from harness.services.lambda_.function import Function
from harness.services.lambda_.outcome import Outcome
from harness.services.lambda_.sampling import ACTIVE, Sampling
from harness.services.lambda_.segments import Span, Times, documents


class Tracing:
    """put: takes the documents of segments, and never waits."""

    def __init__(self, put: Callable[..., None], clock: Clock) -> None:
        self._put = put
        self._clock = clock
        self._sampling = Sampling(clock)

    def begin(self, function: Function, header: str) -> tuple[str, Span | None]:
        """Return the header for an invocation that came with `header`, and what is traced of it.

        A function in `PassThrough` only hands on: its calls are caused by what caused it.
        """
        sampled = self._sampling.takes(function, header)
        before = trace.parent(header)
        if not sampled or function.tracing != ACTIVE:
            return trace.handed_on(header, before or trace.segment_id(), sampled=sampled), None
        span = Span(
            trace_id=trace.root(header),
            parent=before,
            service=trace.segment_id(),
            function=trace.segment_id(),
            initialization=trace.segment_id(),
            invocation=trace.segment_id(),
            accepted=self._clock.now(),
        )
        return trace.handed_on(header, span.function, sampled=True), span

    def end(
        self,
        span: Span,
        function: Function,
        request_id: str,
        outcome: Outcome,
        *,
        began: float,
        init_ms: float | None,
    ) -> None:
        """Send Lambda's segments of an invocation whose handler `began` then and ended now."""
        init_s = None if init_ms is None else init_ms / 1000
        times = Times(began, self._clock.now(), init_s)
        self._put(*documents(span, function, request_id, times, outcome))
