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
stratum = "all"
method = "quantile"
quantile = 0.95
limit_s = 5.0
alpha = 0.05
"""
NEVER = """
[[goal]]
name = "never"
source = "a report"
metric = "processing.run"
stratum = "all"
method = "never"
limit_s = 290.0
"""
SHARE = """
[[goal]]
name = "share"
source = "a report"
metric = "upload.failed"
stratum = "all"
method = "share"
limit = 0.05
alpha = 0.05
"""
COST = """
[[goal]]
name = "cost"
source = "a report"
metric = "cost.per_1000_documents"
stratum = "all"
method = "total"
limit_usd = 3.26
"""
REGRESSION = """
[[regression]]
name = "no slower"
source = "a report"
metric = "upload.latency"
quantile = 0.5
margin = 0.2
alpha = 0.05
"""
PRICES = """
[prices]
region = "ap-northeast-1"
as_of = "2026-09"
source = "a list"
lambda_gb_second = 0.00001
million_invocations = 0.2
million_api_requests = 1.29
thousand_s3_writes = 0.0047
thousand_s3_reads = 0.00037
"""


def write(directory: Path, text: str) -> Path:
    path = directory / "goals.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint_about(directory, text):
    with pytest.raises(UsageError, match=r"goals\.toml") as caught:
        goals.load(write(directory, text))
    return str(caught.value)


def test_reads_what_is_declared(tmp_path):
    (goal,) = goals.load(write(tmp_path, GOAL)).goal
    assert isinstance(goal, goals.Quantile)
    assert (goal.metric, goal.quantile, goal.limit_s, goal.alpha) == (
        "upload.latency",
        0.95,
        5.0,
        0.05,
    )


def test_every_method_has_its_own_fields(tmp_path):
    declared = goals.load(write(tmp_path, GOAL + NEVER + SHARE + COST + PRICES))
    assert [type(goal) for goal in declared.goal] == [
        goals.Quantile,
        goals.Never,
        goals.Share,
        goals.Total,
    ]
    assert [goal.label for goal in declared.goal] == [
        "p95 < 5 s",
        "all < 290 s",
        "at most 5 %",
        "at most $3.26",
    ]


def test_reads_the_goals_of_this_project():
    declared = goals.load(Path(__file__).parents[3] / "scenarios" / "goals.toml")
    asked = {(goal.metric, goal.stratum, goal.label) for goal in declared.goal}
    assert asked >= {
        ("upload.latency", "all", "p95 < 5 s"),
        ("processing.latency", "warm", "p95 < 30 s"),
        ("processing.failed", "all", "at most 5 %"),
        ("processing.run", "all", "all < 290 s"),
        ("processing.lost", "all", "never"),
        ("cost.per_1000_documents", "all", "at most $3.26"),
    }


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"upload.latency"', '"upload.latncy"', "unknown metric 'upload.latncy', known are"),
        ('"upload.latency"', '"upload.failed"', "upload.failed is not in seconds but in event"),
        ("quantile = 0.95", "quantle = 0.95", "goal.0.quantile.quantle"),
        ("limit_s = 5.0", "", "goal.0.quantile.limit_s"),
        ("0.95", "95.0", "goal.0.quantile.quantile"),
        ("limit_s = 5.0", "limit_s = -1.0", "goal.0.quantile.limit_s"),
        ("limit_s = 5.0", "limit_s = inf", "goal.0.quantile.limit_s"),
        ("limit_s = 5.0", 'limit_s = "5 s"', "goal.0.quantile.limit_s"),
        ("alpha = 0.05", "alpha = 0.0", "goal.0.quantile.alpha"),
        ("alpha = 0.05", "alpha = 0.05\nminimum_samples = 0", "goal.0.quantile.minimum_samples"),
        ('"quantile"', '"mean"', "does not match any of the expected tags"),
        ('method = "quantile"', "", "goal.0: Unable to extract tag"),
        ('source = "a report"', "", "goal.0.quantile.source: Field required"),
        ('stratum = "all"', "", "goal.0.quantile.stratum: Field required"),
        ('"all"', '"hot"', "unknown stratum 'hot', known are all"),
        ("[[goal]]", "[[gaol]]", "gaol"),
        (GOAL, "", "goal: Field required"),
        (GOAL, GOAL + GOAL, "quick is declared more than once"),
        (GOAL, COST, "cost needs the table [prices]"),
        (GOAL, "goal = [", "not TOML"),
    ],
)
def test_names_what_is_wrong(tmp_path, old, new, complaint):
    assert complaint in complaint_about(tmp_path, GOAL.replace(old, new))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (GOAL, GOAL.replace("5.0", "4.0")),
        (GOAL, GOAL.replace("0.95", "0.99").replace("5.0", "2.0")),
        (GOAL, NEVER.replace("processing.run", "upload.latency").replace("290.0", "4.0")),
        (NEVER, NEVER.replace("290.0", "280.0")),
        (SHARE, SHARE.replace("0.05", "0.01")),
    ],
)
def test_goals_that_cannot_both_be_meant_contradict(tmp_path, first, second):
    second = second.replace("name = ", 'name = "other" # ')
    assert "contradict each other" in complaint_about(tmp_path, first + second)
    assert "contradict each other" in complaint_about(tmp_path, second + first)


def test_a_wider_limit_at_a_higher_quantile_is_no_contradiction(tmp_path):
    p99 = GOAL.replace("0.95", "0.99").replace("5.0", "20.0").replace("quick", "p99")
    never = NEVER.replace("processing.run", "upload.latency")
    assert len(goals.load(write(tmp_path, GOAL + p99 + never)).goal) == 3


@pytest.mark.parametrize(
    ("stratum", "complaint"),
    [
        ("min_bytes = 10\nmax_bytes = 10", "no document has 10 bytes and fewer than 10"),
        ('start = "lukewarm"', "Input should be 'cold' or 'warm'"),
        ('start = "cold"', "whether a start was cold is known of documents"),
        ("maximum = 10", "Extra inputs"),
    ],
)
def test_a_stratum_that_cannot_be_is_named(tmp_path, stratum, complaint):
    text = "[stratum.mine]\n" + stratum + "\n" + GOAL.replace('"all"', '"mine"')
    assert complaint in complaint_about(tmp_path, text)


def test_a_limit_belongs_to_seconds_only(tmp_path):
    lost = NEVER.replace("processing.run", "processing.lost")
    assert "an event has none" in complaint_about(tmp_path, lost)
    assert "needed there" in complaint_about(tmp_path, NEVER.replace("limit_s = 290.0", ""))


def test_a_claim_about_an_unknown_metric_is_named(tmp_path):
    claim = '[[claim]]\nwhat = "x"\nsource = "y"\nbefore = ""\nafter = ""\nmetric = "speed"\n'
    assert "unknown metric 'speed'" in complaint_about(tmp_path, GOAL + claim)


def test_missing_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        goals.load(tmp_path / "none.toml")


def test_waives_only_the_named_scenarios(tmp_path):
    waiver = '\n[[may_skip]]\nscenario = "scenarios.test_corpus"\nreason = "not here"\n'
    declared = goals.load(write(tmp_path, GOAL + waiver))
    assert declared.waives("scenarios.test_corpus.test_bomb")
    assert not declared.waives("scenarios.test_upload.test_answers")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("upload.latency", "processing.run", "pairs compare seconds of uploads"),
        ("upload.latency", "upload.failed", "pairs compare seconds of uploads"),
        ("margin = 0.2", "margin = 0.0", "regression.0.margin"),
        ("margin = 0.2", "margn = 0.2", "regression.0.margn"),
        ("no slower", "quick", "quick is declared more than once"),
    ],
)
def test_a_regression_that_cannot_be_judged_is_named(tmp_path, old, new, complaint):
    text = GOAL + REGRESSION.replace(old, new)
    assert complaint in complaint_about(tmp_path, text)
