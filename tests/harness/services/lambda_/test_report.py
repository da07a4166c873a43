from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.services.lambda_.outcome import exited, raised, succeeded, timed_out
from harness.services.lambda_.report import (
    Measured,
    end_line,
    init_line,
    report_line,
    start_line,
)

WARM = Measured(duration_ms=3.014, init_ms=None, max_memory_mb=36)
COLD = Measured(duration_ms=15.74, init_ms=130.49, max_memory_mb=36)


def test_the_lines_around_an_invocation():
    assert start_line("id", "$LATEST") == "START RequestId: id Version: $LATEST"
    assert end_line("id") == "END RequestId: id"


WARM_FIELDS = [
    "REPORT RequestId: id",
    "Duration: 3.01 ms",
    "Billed Duration: 4 ms",
    "Memory Size: 128 MB",
    "Max Memory Used: 36 MB",
]
COLD_FIELDS = [
    "REPORT RequestId: id",
    "Duration: 15.74 ms",
    "Billed Duration: 147 ms",
    "Memory Size: 128 MB",
    "Max Memory Used: 36 MB",
    "Init Duration: 130.49 ms",
]


@pytest.mark.parametrize(
    ("measured", "outcome", "fields"),
    [
        (WARM, succeeded(b""), WARM_FIELDS),
        (COLD, succeeded(b""), COLD_FIELDS),
        (WARM, raised(b"{}", "ValueError"), WARM_FIELDS),
        (WARM, timed_out("id", 3), [*WARM_FIELDS, "Status: timeout"]),
        (WARM, exited("id", 1), [*WARM_FIELDS, "Status: error", "Error Type: Runtime.ExitError"]),
    ],
)
def test_the_report_line(measured, outcome, fields):
    assert report_line("id", 128, measured, outcome) == "\t".join(fields) + "\t"


@pytest.mark.parametrize(
    ("outcome", "rest"),
    [
        (timed_out("", 10), "Status: timeout"),
        (
            raised(b"{}", "Runtime.ImportModuleError"),
            "Status: error\tError Type: Runtime.ImportModuleError",
        ),
    ],
)
def test_a_failed_init_has_a_line(outcome, rest):
    line = f"INIT_REPORT Init Duration: 10000.09 ms\tPhase: init\t{rest}"
    assert init_line(10000.09, "init", outcome) == line


@given(st.floats(0, 1e6), st.none() | st.floats(0, 1e6))
def test_whole_milliseconds_are_billed_and_never_less_than_were_used(duration_ms, init_ms):
    used = duration_ms + (init_ms or 0)
    assert used <= Measured(duration_ms, init_ms, 1).billed_ms <= used + 1
