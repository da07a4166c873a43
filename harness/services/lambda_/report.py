"""The platform's own log lines around an invocation (aws-behaviour §1.10), text format (pure)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.services.lambda_.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Measured:
    """duration_ms: handler time; init_ms: None on a warm start; memory in MB."""

    duration_ms: float
    init_ms: float | None
    max_memory_mb: int

    @property
    def billed_ms(self) -> int:
        """Return the billed duration: on-demand functions pay for their init too."""
        return math.ceil(self.duration_ms + (self.init_ms or 0))


def start_line(request_id: str, version: str) -> str:
    return f"START RequestId: {request_id} Version: {version}"


def end_line(request_id: str) -> str:
    return f"END RequestId: {request_id}"


def report_line(request_id: str, memory_mb: int, measured: Measured, outcome: Outcome) -> str:
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {measured.duration_ms:.2f} ms",
        f"Billed Duration: {measured.billed_ms} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {measured.max_memory_mb} MB",
    ]
    if measured.init_ms is not None:
        fields.append(f"Init Duration: {measured.init_ms:.2f} ms")
    if outcome.status == "timeout":
        fields.append("Status: timeout")
    elif outcome.kills:
        fields.append(f"Status: error\tError Type: {outcome.error_type}")
    return "\t".join(fields) + "\t"


def init_line(init_ms: float, phase: str, outcome: Outcome) -> str:
    """Return the line of a failed init; a successful one has none."""
    fields = [f"INIT_REPORT Init Duration: {init_ms:.2f} ms", f"Phase: {phase}"]
    fields.append(f"Status: {outcome.status}")
    if outcome.status == "error":
        fields.append(f"Error Type: {outcome.error_type}")
    return "\t".join(fields)
