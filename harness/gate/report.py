"""A verdict as gate.json, the source of truth, and as a Markdown summary for people."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from harness.errors import UsageError
from harness.gate import exercise
from harness.gate.evidence import SAMPLES_FILE, SCENARIOS_FILE, Evidence
from harness.gate.goals import Goals
from harness.gate.junit import PASSED
from harness.gate.verdict import Finding, Outcome, Verdict

SCHEMA_VERSION = 1
NAMES_SHOWN = 5
GATE_FILE = "gate.json"
SUMMARY_FILE = "gate.md"
_LOGS = (exercise.LOAD_LOG, exercise.SCENARIOS_LOG)
_FILES = (SAMPLES_FILE, SCENARIOS_FILE, *_LOGS, GATE_FILE, SUMMARY_FILE)
_SIGNS = {Outcome.PASS: "✅", Outcome.FAIL: "❌", Outcome.INCONCLUSIVE: "❔"}


def clear(directory: Path) -> None:
    """Remove an older run's files: an interrupted gate must not leave somebody else's verdict."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            (directory / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{directory} cannot hold the report: {error.strerror}") from error


def write(directory: Path, goals: Goals, evidence: Evidence, verdict: Verdict) -> str:
    """Write gate.json and the summary, and return the summary."""
    content = orjson.dumps(as_json(goals, evidence, verdict), option=orjson.OPT_INDENT_2)
    summary = as_markdown(evidence, verdict)
    (directory / GATE_FILE).write_bytes(content)
    (directory / SUMMARY_FILE).write_text(summary, encoding="utf-8")
    return summary


def as_json(goals: Goals, evidence: Evidence, verdict: Verdict) -> dict[str, Any]:
    """Return the content of gate.json; the raw samples stay beside it in their own file."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "verdict": verdict.outcome,
        "scope": scope(evidence),
        "findings": [asdict(finding) for finding in verdict.findings],
        "subject": evidence.subject,
        "machine": evidence.machine,
        "goals": goals.model_dump(),
        "load": {
            **asdict(evidence.load.plan),
            "seed": evidence.seed,
            "arrivals": len(evidence.load.samples),
            "exit_code": evidence.load.exit_code,
        },
        "scenarios": [asdict(scenario) for scenario in evidence.suite.scenarios],
    }


def scope(evidence: Evidence) -> str:
    """Return what the verdict is about, and what it is not."""
    image = evidence.subject["image"]
    runtime = evidence.subject["runtime"]
    if image is None:
        return f"{runtime} runtime, image not exercised: this does not clear an image for promotion"
    return f"{runtime} runtime, image {image}"


def as_markdown(evidence: Evidence, verdict: Verdict) -> str:
    lines = [
        f"# Gate: {verdict.outcome}",
        "",
        f"{_commit(evidence)}, {scope(evidence)}.",
        "Times hold on this machine against the emulated AWS, not on AWS.",
        "",
        "| | finding | why |",
        "|---|---|---|",
        *[_row(finding) for finding in verdict.findings],
        "",
        *_failures(evidence),
        *_times(verdict),
        _machine(evidence.machine),
    ]
    return "\n".join(lines) + "\n"


def _commit(evidence: Evidence) -> str:
    commit = evidence.subject["commit"]
    if commit is None:
        return "No commit"
    changed = " with uncommitted changes" if evidence.subject["dirty"] else ""
    return f"Commit `{commit[:12]}`{changed}"


def _row(finding: Finding) -> str:
    return f"| {_SIGNS[finding.outcome]} {finding.outcome} | {finding.subject} | {finding.reason} |"


def _failures(evidence: Evidence) -> list[str]:
    """List the scenarios that did not pass, together where one reason explains many."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for scenario in evidence.suite.scenarios:
        if scenario.outcome != PASSED:
            reasons.setdefault((scenario.outcome, scenario.message), []).append(scenario.name)
    lines = [_reason(*key, names) for key, names in reasons.items()]
    return [*lines, ""] if lines else []


def _reason(outcome: str, message: str, names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:NAMES_SHOWN])
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"- {outcome}: {message}: {shown}{more}"


def _times(verdict: Verdict) -> list[str]:
    """Show the measured times of every goal, with the interval of its quantile."""
    rows = [_times_row(finding) for finding in verdict.findings if finding.figures.get("n")]
    if not rows:
        return []
    return [
        "| goal | samples | p50 | at the quantile | its interval | longest | generator late |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]


def _times_row(finding: Finding) -> str:
    figures = finding.figures
    low, high = figures["quantile_interval_s"]
    cells = [
        finding.subject,
        str(figures["n"]),
        _seconds(figures["p50_s"]),
        _seconds(figures["quantile_s"]),
        f"{_seconds(low)} - {_seconds(high)}",
        _seconds(figures["max_s"]),
        _seconds(figures["lag_p99_s"]),
    ]
    return f"| {' | '.join(cells)} |"


def _seconds(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:.3f} s" if math.isfinite(value) else "never"


def _machine(machine: dict[str, Any]) -> str:
    load = machine["load_average"][0]
    return f"{machine['cpu']}, {machine['cores']} cores, load average {load:.1f} at the start."
