from __future__ import annotations

import re
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.services.lambda_.outcome import exited, init_failed, raised, succeeded, timed_out
from harness.services.lambda_.report import Measured, lines_of
from tests.harness.services.lambda_.examples import REGION, function

NOW = 1_700_000_000.5
WARM = Measured(duration_ms=3.014, init_ms=None, max_memory_mb=36)
COLD = Measured(duration_ms=15.74, init_ms=130.49, max_memory_mb=36)
IMPORT = init_failed(b"{}", "Runtime.ImportModuleError")
TEXT = lines_of(function(MemorySize=128), REGION)


def json_lines(**logging: str):
    return lines_of(
        function(MemorySize=128, LoggingConfig={"LogFormat": "JSON", **logging}), REGION
    )


def decoded(line: str, kind: str) -> dict[str, object]:
    event = orjson.loads(line)
    assert (event["time"], event["type"]) == ("2023-11-14T22:13:20.500Z", f"platform.{kind}")
    record: dict[str, object] = event["record"]
    return record


def test_the_lines_around_an_invocation():
    assert TEXT.start(NOW, "id") == "START RequestId: id Version: $LATEST"
    assert TEXT.end(NOW, "id", WARM, succeeded(b"")) == "END RequestId: id"


def test_memory_that_nobody_could_see_is_not_reported():
    unseen = replace(WARM, max_memory_mb=None)
    assert "Max Memory Used" not in TEXT.report(NOW, "id", unseen, succeeded(b""))
    record = decoded(json_lines().report(NOW, "id", unseen, succeeded(b"")), "report")
    assert record["metrics"].keys() == {"durationMs", "billedDurationMs", "memorySizeMB"}


def test_the_line_of_a_managed_runtime():
    line = r"INIT_START Runtime Version: python:3\.12\.v\d+\tRuntime Version ARN: arn:aws:lambda:"
    assert re.fullmatch(line + rf"{REGION}::runtime:[0-9a-f]{{64}}", TEXT.init_start(NOW))


def test_an_image_has_no_runtime_version():
    image = function(Runtime="")
    assert lines_of(image, REGION).init_start(NOW) == ""


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
        (WARM, IMPORT, [*WARM_FIELDS, "Status: error", "Error Type: Runtime.ImportModuleError"]),
    ],
)
def test_the_report_line(measured, outcome, fields):
    assert TEXT.report(NOW, "id", measured, outcome) == "\t".join(fields) + "\t"


@pytest.mark.parametrize("phase", ["init", "invoke"])
@pytest.mark.parametrize(
    ("outcome", "rest"),
    [
        (timed_out("", 10), "Status: timeout"),
        (IMPORT, "Status: error\tError Type: Runtime.ImportModuleError"),
    ],
)
def test_a_failed_init_has_a_line(outcome, rest, phase):
    line = f"INIT_REPORT Init Duration: 10000.09 ms\tPhase: {phase}\t{rest}"
    assert TEXT.init_report(NOW, 10000.09, phase, outcome) == line


def test_a_good_init_has_none():
    assert TEXT.init_report(NOW, 100.0, "init", None) == ""


def test_the_records_of_a_cold_invocation():
    """aws-behaviour §1.11."""
    lines = json_lines(SystemLogLevel="DEBUG")
    start = decoded(lines.init_start(NOW), "initStart")
    assert (start["initializationType"], start["phase"]) == ("on-demand", "init")
    assert str(start["runtimeVersion"]).startswith("python:3.12.v")
    assert decoded(lines.init_report(NOW, 130.49, "init", None), "initReport") == {
        "initializationType": "on-demand",
        "phase": "init",
        "status": "success",
        "metrics": {"durationMs": 130.49},
    }
    assert decoded(lines.start(NOW, "id"), "start") == {"requestId": "id", "version": "$LATEST"}
    assert decoded(lines.end(NOW, "id", COLD, succeeded(b"12")), "runtimeDone") == {
        "requestId": "id",
        "status": "success",
        "metrics": {"durationMs": 15.74, "producedBytes": 2},
    }
    assert decoded(lines.report(NOW, "id", COLD, succeeded(b"12")), "report") == {
        "requestId": "id",
        "status": "success",
        "metrics": {
            "durationMs": 15.74,
            "billedDurationMs": 147,
            "memorySizeMB": 128,
            "maxMemoryUsedMB": 36,
            "initDurationMs": 130.49,
        },
    }


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (timed_out("id", 3), {"status": "timeout"}),
        (exited("id", 1), {"status": "error", "errorType": "Runtime.ExitError"}),
        (raised(b"{}", "ValueError"), {"status": "error", "errorType": "Runtime.Unknown"}),
    ],
)
def test_the_record_of_a_failure(outcome, status):
    record = decoded(json_lines().report(NOW, "id", WARM, outcome), "report")
    assert {name: record[name] for name in record if name in ("status", "errorType")} == status


@pytest.mark.parametrize(
    ("level", "outcome", "logged"),
    [
        ("DEBUG", succeeded(b""), ["initStart", "initReport", "start", "runtimeDone", "report"]),
        ("INFO", succeeded(b""), ["initStart", "start", "report"]),
        ("WARN", succeeded(b""), []),
        ("INFO", IMPORT, ["initStart", "initReport", "start", "runtimeDone", "report"]),
        ("WARN", IMPORT, ["initReport", "runtimeDone", "report"]),
    ],
)
def test_the_system_log_level(level, outcome, logged):
    lines = json_lines(SystemLogLevel=level)
    failure = outcome if outcome.failed else None
    written = [
        lines.init_start(NOW),
        lines.init_report(NOW, 1.0, "init", failure),
        lines.start(NOW, "id"),
        lines.end(NOW, "id", WARM, outcome),
        lines.report(NOW, "id", WARM, outcome),
    ]
    types = [orjson.loads(line)["type"] for line in written if line]
    assert types == [f"platform.{kind}" for kind in logged]


@given(st.floats(0, 1e6), st.none() | st.floats(0, 1e6))
def test_whole_milliseconds_are_billed_and_never_less_than_were_used(duration_ms, init_ms):
    used = duration_ms + (init_ms or 0)
    assert used <= Measured(duration_ms, init_ms, 1).billed_ms <= used + 1
