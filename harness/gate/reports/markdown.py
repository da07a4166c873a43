"""report.md: the judgement for people, in a terminal, a merge request or a step summary."""

from __future__ import annotations

import math
from typing import Any

from harness.gate.host import noise
from harness.gate.judgement import Judgement
from harness.gate.junit import PASSED
from harness.gate.reports.claims import compared
from harness.gate.verdict import Finding, Outcome, Verdict

NAMES_SHOWN = 5
_MESSAGE_SHOWN = 300
_SIGNS = {Outcome.PASS: "✅", Outcome.FAIL: "❌", Outcome.INCONCLUSIVE: "❔"}


def render(judgement: Judgement) -> str:
    lines = [
        f"# Gate: {judgement.verdict.outcome}",
        "",
        f"{judgement.commit[0].upper()}{judgement.commit[1:]}, {judgement.scope}.",
        "Times hold on this machine against the emulated AWS, not on AWS.",
        "",
        "| | finding | why |",
        "|---|---|---|",
        *[_row(finding) for finding in judgement.verdict.findings],
        "",
        *_failures(judgement),
        *_times(judgement.verdict),
        *_claims(judgement),
        *_not_exercised(judgement),
        _machine(judgement),
    ]
    return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    return f"| {_SIGNS[finding.outcome]} {finding.outcome} | {finding.subject} | {finding.reason} |"


def _failures(judgement: Judgement) -> list[str]:
    """List the scenarios that did not pass, together where one reason explains many."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for scenario in judgement.evidence.suite.scenarios:
        if scenario.outcome != PASSED:
            reasons.setdefault((scenario.outcome, scenario.message), []).append(scenario.name)
    lines = [_reason(*key, names) for key, names in reasons.items()]
    return [*lines, ""] if lines else []


def _reason(outcome: str, message: str, names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:NAMES_SHOWN])
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"- {outcome}: {message[:_MESSAGE_SHOWN]}: {shown}{more}"


def _times(verdict: Verdict) -> list[str]:
    """Show the measured times of every goal about one, with the interval of its quantile."""
    rows = [_times_row(one) for one in verdict.findings if one.figures.get("p50_s") is not None]
    if not rows:
        return []
    head = "| goal | samples | p50 | p95 | interval of the quantile | longest |"
    return [head, "|---|---|---|---|---|---|", *rows, ""]


def _times_row(finding: Finding) -> str:
    figures = finding.figures
    cells = [
        finding.subject,
        str(figures["n"]),
        seconds(figures["p50_s"]),
        seconds(figures["p95_s"]),
        _interval(figures),
        seconds(figures["max_s"]),
    ]
    return f"| {' | '.join(cells)} |"


def _interval(figures: dict[str, Any]) -> str:
    if "quantile_interval_s" not in figures:
        return ""
    low, high = figures["quantile_interval_s"]
    return f"{seconds(low)} - {seconds(high)}"


def seconds(value: float | None) -> str:
    """Return a time for people, "?" for one that the samples do not tell."""
    if value is None:
        return "?"
    return f"{value:.3f} s" if math.isfinite(value) else "never"


def _claims(judgement: Judgement) -> list[str]:
    if not judgement.goals.claim:
        return []
    rows = [
        f"| {one.claim.what} | {one.claim.before} | {one.claim.after} | {one.measured} |"
        for one in compared(judgement.goals, judgement.evidence)
    ]
    return ["| claimed | before | after | measured here |", "|---|---|---|---|", *rows, ""]


def _not_exercised(judgement: Judgement) -> list[str]:
    rows = [f"- {gap.what}: {gap.why[:_MESSAGE_SHOWN]}" for gap in judgement.gaps]
    return ["Not exercised:", "", *rows, ""]


def _machine(judgement: Judgement) -> str:
    machine, host = judgement.evidence.machine, judgement.evidence.host
    disturbed = noise(host)
    quiet = f"Disturbed: {disturbed}." if disturbed else "Not noticeably disturbed by others."
    return (
        f"{machine['cpu']}, {machine['cores']} cores, load average {host.before.load_average:.1f} "
        f"before and {host.after.load_average:.1f} after the load. {quiet}"
    )
