"""The platform's own log lines around init and invocation (aws-behaviour §1.10, §1.11; pure).

In text and in JSON. A line that is not logged, by its nature or by the system log level, is "".
"""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import orjson

from harness.clock import iso8601
from harness.services.lambda_.function import Function
from harness.services.lambda_.outcome import Outcome, known_error_type

_LEVELS = ("DEBUG", "INFO", "WARN")


@dataclass(frozen=True, slots=True)
class Measured:
    """duration_ms: handler time, with that of an init inside the invocation; memory in MB.

    init_ms: of the init phase before it; None on a warm start, and when that phase failed.
    max_memory_mb: None where nobody can look; the report leaves it out then.
    """

    duration_ms: float
    init_ms: float | None
    max_memory_mb: int | None

    @property
    def billed_ms(self) -> int:
        """Return the billed duration: on-demand functions pay for their init too."""
        return math.ceil(self.duration_ms + (self.init_ms or 0))


class Lines(Protocol):
    """now: seconds since the epoch, the time of the line."""

    def init_start(self, now: float) -> str: ...
    def init_report(self, now: float, init_ms: float, phase: str, failure: Outcome | None) -> str:
        """phase: "init" before the invocation, "invoke" within it; failure: None when it worked."""
        ...

    def start(self, now: float, request_id: str) -> str: ...
    def end(self, now: float, request_id: str, measured: Measured, outcome: Outcome) -> str: ...
    def report(self, now: float, request_id: str, measured: Measured, outcome: Outcome) -> str: ...


def lines_of(function: Function, region: str) -> Lines:
    return JsonLines(function, region) if function.log_format == "JSON" else Text(function, region)


class Text:
    def __init__(self, function: Function, region: str) -> None:
        self._function = function
        self._region = region

    def init_start(self, now: float) -> str:
        if not self._function.runtime:
            return ""
        version, arn = _runtime(self._function.runtime, self._region)
        return f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {arn}"

    def init_report(self, now: float, init_ms: float, phase: str, failure: Outcome | None) -> str:
        if failure is None:
            return ""
        fields = [f"INIT_REPORT Init Duration: {init_ms:.2f} ms", f"Phase: {phase}"]
        fields.append(f"Status: {failure.status}")
        if failure.status == "error":
            fields.append(f"Error Type: {failure.error_type}")
        return "\t".join(fields)

    def start(self, now: float, request_id: str) -> str:
        return f"START RequestId: {request_id} Version: {self._function.version}"

    def end(self, now: float, request_id: str, measured: Measured, outcome: Outcome) -> str:
        return f"END RequestId: {request_id}"

    def report(self, now: float, request_id: str, measured: Measured, outcome: Outcome) -> str:
        fields = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {measured.duration_ms:.2f} ms",
            f"Billed Duration: {measured.billed_ms} ms",
            f"Memory Size: {self._function.memory_mb} MB",
        ]
        if measured.max_memory_mb is not None:
            fields.append(f"Max Memory Used: {measured.max_memory_mb} MB")
        if measured.init_ms is not None:
            fields.append(f"Init Duration: {measured.init_ms:.2f} ms")
        if outcome.status == "timeout":
            fields.append("Status: timeout")
        elif outcome.kills:
            fields.append(f"Status: error\tError Type: {outcome.error_type}")
        return "\t".join(fields) + "\t"


class JsonLines:
    """`platform.*` records; which of them are logged is for `SystemLogLevel` to say.

    A success of what is reported again later is DEBUG, a failure is WARN, the rest INFO.
    """

    def __init__(self, function: Function, region: str) -> None:
        self._function = function
        self._region = region
        self._threshold = _LEVELS.index(function.system_log_level)

    def init_start(self, now: float) -> str:
        record = {"initializationType": "on-demand", "phase": "init"}
        if not self._function.runtime:
            return self._line(now, "DEBUG", "initStart", record)
        version, arn = _runtime(self._function.runtime, self._region)
        record |= {"runtimeVersion": version, "runtimeVersionArn": arn}
        return self._line(now, "INFO", "initStart", record)

    def init_report(self, now: float, init_ms: float, phase: str, failure: Outcome | None) -> str:
        record = {"initializationType": "on-demand", "phase": phase, **_status(failure)}
        record["metrics"] = {"durationMs": round(init_ms, 3)}
        return self._line(now, "WARN" if failure else "DEBUG", "initReport", record)

    def start(self, now: float, request_id: str) -> str:
        record = {"requestId": request_id, "version": self._function.version}
        return self._line(now, "INFO", "start", record)

    def end(self, now: float, request_id: str, measured: Measured, outcome: Outcome) -> str:
        metrics = {
            "durationMs": round(measured.duration_ms, 3),
            "producedBytes": 0 if outcome.failed else len(outcome.payload),
        }
        record = {"requestId": request_id, **_status(outcome), "metrics": metrics}
        return self._line(now, "WARN" if outcome.failed else "DEBUG", "runtimeDone", record)

    def report(self, now: float, request_id: str, measured: Measured, outcome: Outcome) -> str:
        metrics: dict[str, float] = {
            "durationMs": round(measured.duration_ms, 3),
            "billedDurationMs": measured.billed_ms,
            "memorySizeMB": self._function.memory_mb,
        }
        if measured.max_memory_mb is not None:
            metrics["maxMemoryUsedMB"] = measured.max_memory_mb
        if measured.init_ms is not None:
            metrics["initDurationMs"] = round(measured.init_ms, 3)
        record = {"requestId": request_id, **_status(outcome), "metrics": metrics}
        return self._line(now, "WARN" if outcome.failed else "INFO", "report", record)

    def _line(self, now: float, level: str, kind: str, record: Mapping[str, object]) -> str:
        if _LEVELS.index(level) < self._threshold:
            return ""
        line = {"time": iso8601(now), "type": f"platform.{kind}", "record": record}
        return orjson.dumps(line).decode()


def _status(outcome: Outcome | None) -> dict[str, object]:
    if outcome is None or not outcome.failed:
        return {"status": "success"}
    if outcome.status == "timeout":
        return {"status": "timeout"}
    return {"status": "error", "errorType": known_error_type(outcome.error_type)}


def _runtime(runtime: str, region: str) -> tuple[str, str]:
    """Return the version of a managed runtime and its ARN: those of the Python that stands in."""
    name = runtime.removeprefix("python")
    version = f"python:{name}.v{platform.python_version_tuple()[2]}"
    digest = hashlib.sha256(f"{version} {platform.python_version()}".encode()).hexdigest()
    return version, f"arn:aws:lambda:{region}::runtime:{digest}"
