"""The figures as OpenMetrics text, which GitLab compares between branches and Prometheus reads."""

from __future__ import annotations

import math
from collections.abc import Iterator

from harness.gate.judgement import Judgement

_QUANTITIES = {
    "p50_s": ("gate_goal_p50_seconds", "Median of the goal's metric."),
    "p95_s": ("gate_goal_p95_seconds", "95th percentile of the goal's metric."),
    "max_s": ("gate_goal_max_seconds", "Largest value of the goal's metric."),
    "n": ("gate_goal_samples", "Samples that were judged."),
    "exceedances": ("gate_goal_exceedances", "Samples that exceeded the limit."),
    "median_ratio": ("gate_goal_ratio", "Candidate in units of the base, median over pairs."),
    "total_usd": ("gate_goal_cost_usd", "US dollars for 1,000 documents."),
}


def render(judgement: Judgement) -> str:
    return "".join(f"{line}\n" for line in _lines(judgement))


def _lines(judgement: Judgement) -> Iterator[str]:
    yield from _family("gate_exit_code", "0 pass, 1 fail, 3 inconclusive.")
    yield f"gate_exit_code {judgement.verdict.outcome.exit_code}"
    findings = judgement.verdict.findings
    for figure, (name, meaning) in _QUANTITIES.items():
        told = [(one.subject, one.figures[figure]) for one in findings if figure in one.figures]
        if told:
            yield from _family(name, meaning)
        for subject, value in told:
            if value is not None:
                yield f'{name}{{goal="{_escaped(subject)}"}} {_number(value)}'
    yield "# EOF"


def _family(name: str, meaning: str) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    yield f"# HELP {name} {meaning}"


def _number(value: float) -> str:
    """Return a rounded value: GitLab shows any difference of the text as a change."""
    return f"{value:.3g}" if math.isfinite(value) and isinstance(value, float) else _whole(value)


def _whole(value: float) -> str:
    return str(value) if math.isfinite(value) else "+Inf"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
