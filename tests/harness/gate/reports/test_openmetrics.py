from __future__ import annotations

import re
from dataclasses import replace

from harness.gate.evidence import Load
from harness.gate.judgement import Judgement
from harness.gate.reports.openmetrics import render
from harness.gate.samples import UNFINISHED
from tests.harness.gate.handmade import PLAN
from tests.harness.gate.test_pairs import NO_SLOWER, pair

LINE = re.compile(
    r'(# (TYPE|HELP) [a-z0-9_]+ .+|[a-z0-9_]+(\{goal="([^"\\\n]|\\.)*"\})? (\+Inf|[\d.e+-]+)|# EOF)'
)


def test_every_line_is_openmetrics_and_the_last_is_the_end(goals, evidence):
    lines = render(Judgement.of(goals, evidence)).splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert lines[-1] == "# EOF"
    assert 'gate_goal_p50_seconds{goal="quick"} 0.05' in lines
    assert 'gate_goal_samples{goal="quick"} 100' in lines
    assert "gate_exit_code 0" in lines


def test_families_are_declared_once_and_before_their_values(goals, evidence):
    lines = render(Judgement.of(goals, evidence)).splitlines()
    declared = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(declared) == len(set(declared))
    assert {line.partition("{")[0].split()[0] for line in lines if line[0] != "#"} == set(declared)


def test_names_are_escaped_and_endless_times_are_infinite(goal, goals, evidence):
    quoted = goal.model_copy(update={"name": 'a "b" \\ c'})
    lost = tuple(replace(sample, outcome=UNFINISHED) for sample in evidence.load.samples)
    declared = goals.model_copy(update={"goal": [quoted]})
    text = render(Judgement.of(declared, replace(evidence, load=Load(PLAN, 0, lost))))
    assert 'gate_goal_max_seconds{goal="a \\"b\\" \\\\ c"} +Inf' in text.splitlines()


def test_a_comparison_has_its_ratio(goals, evidence):
    compared = replace(evidence, base={}, pairs=tuple(pair(times) for times in (1.5, 1.2, 1.1)))
    declared = goals.model_copy(update={"regression": [NO_SLOWER]})
    assert 'gate_goal_ratio{goal="no slower"} 1.2' in render(Judgement.of(declared, compared))
