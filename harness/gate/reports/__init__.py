"""A judgement as files: gate.json, the source of truth, and the same for people and for CI.

Everything is a function of goals, evidence and verdict alone, without the time of day, so whoever
judges the same evidence again gets the same bytes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.errors import UsageError
from harness.gate import aftermath, exercise, pairs, stored
from harness.gate.judgement import Judgement
from harness.gate.reports import content, junit_xml, markdown, openmetrics, page

GATE_FILE = "gate.json"
SUMMARY_FILE = "report.md"
PAGE_FILE = "report.html"
JUNIT_FILE = "junit.xml"
METRICS_FILE = "metrics.txt"
_REPORTS = (GATE_FILE, SUMMARY_FILE, PAGE_FILE, JUNIT_FILE, METRICS_FILE)
_LOGS = (exercise.LOAD_LOG, exercise.SCENARIOS_LOG, aftermath.FUNCTIONS_LOG)
_FILES = (*stored.SEALED, stored.EVIDENCE_FILE, *_REPORTS, *_LOGS)


def clear(directory: Path) -> None:
    """Remove an older run's files: an interrupted gate must not leave somebody else's verdict."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            (directory / name).unlink(missing_ok=True)
        for run in (directory / pairs.PAIRS).glob("[0-9][0-9]-*"):
            shutil.rmtree(run)
    except OSError as error:
        raise UsageError(f"{directory} cannot hold the report: {error.strerror}") from error


def write(directory: Path, judgement: Judgement) -> None:
    """Write every report; gate.json last, so that it is there only when the others are."""
    (directory / SUMMARY_FILE).write_text(markdown.render(judgement), encoding="utf-8")
    (directory / PAGE_FILE).write_text(page.render(judgement), encoding="utf-8")
    (directory / JUNIT_FILE).write_bytes(junit_xml.render(judgement))
    (directory / METRICS_FILE).write_text(openmetrics.render(judgement), encoding="utf-8")
    (directory / GATE_FILE).write_bytes(content.render(judgement))


def demand_untouched(directory: Path, judgement: Judgement) -> None:
    """Raise `UsageError` unless gate.json is there and says what its evidence yields."""
    path = directory / GATE_FILE
    if not path.exists():
        raise UsageError(f"{path} is missing; the gate did not end, run it again")
    if path.read_bytes() != content.render(judgement):
        raise UsageError(
            f"{path} does not say what its evidence yields: it was changed, or another version of "
            "the gate wrote it; run the gate again"
        )
