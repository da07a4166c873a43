from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.gate import goals

GOAL = """
[[goal]]
name = "quick"
source = "a report"
metric = "upload.latency"
quantile = 0.95
limit_s = 5.0
alpha = 0.05
"""


def write(directory: Path, text: str) -> Path:
    path = directory / "goals.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_what_is_declared(tmp_path):
    (goal,) = goals.load(write(tmp_path, GOAL)).goal
    assert (goal.metric, goal.quantile, goal.limit_s, goal.alpha) == (
        "upload.latency",
        0.95,
        5.0,
        0.05,
    )


def test_reads_the_goals_of_this_project():
    declared = goals.load(Path(__file__).parents[3] / "scenarios" / "goals.toml")
    assert ("upload.latency", 0.95, 5.0) in [
        (goal.metric, goal.quantile, goal.limit_s) for goal in declared.goal
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"upload.latency"', '"upload.latncy"', "unknown metric 'upload.latncy', known are"),
        ("quantile", "quantle", "goal.0.quantle"),
        ("limit_s = 5.0", "", "goal.0.limit_s"),
        ("0.95", "95.0", "goal.0.quantile"),
        ("limit_s = 5.0", "limit_s = -1.0", "goal.0.limit_s"),
        ("limit_s = 5.0", "limit_s = inf", "goal.0.limit_s"),
        ("limit_s = 5.0", 'limit_s = "5 s"', "goal.0.limit_s"),
        ("alpha = 0.05", "alpha = 0.0", "goal.0.alpha"),
        ("[[goal]]", "[[gaol]]", "gaol"),
        (GOAL, "", "goal: Field required"),
        (GOAL, GOAL + GOAL, "quick more than once"),
        (GOAL, "goal = [", "not TOML"),
    ],
)
def test_names_what_is_wrong(tmp_path, old, new, complaint):
    with pytest.raises(UsageError, match=r"goals\.toml") as caught:
        goals.load(write(tmp_path, GOAL.replace(old, new)))
    assert complaint in str(caught.value)


def test_missing_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        goals.load(tmp_path / "none.toml")


def test_waives_only_the_named_scenarios(tmp_path):
    waiver = '\n[[may_skip]]\nscenario = "scenarios.test_corpus"\nreason = "not here"\n'
    declared = goals.load(write(tmp_path, GOAL + waiver))
    assert declared.waives("scenarios.test_corpus.test_bomb")
    assert not declared.waives("scenarios.test_upload.test_answers")
