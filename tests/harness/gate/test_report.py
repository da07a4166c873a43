from __future__ import annotations

from dataclasses import replace

import orjson

from harness.gate.evidence import Load, Suite
from harness.gate.junit import ERRED, FAILED
from harness.gate.report import SCHEMA_VERSION, as_json, as_markdown
from harness.gate.verdict import judge
from tests.harness.gate.handmade import PLAN, scenario


def test_json_holds_verdict_subject_and_figures(goals, evidence):
    content = orjson.loads(orjson.dumps(as_json(goals, evidence, judge(goals, evidence))))
    assert (content["schemaVersion"], content["verdict"]) == (SCHEMA_VERSION, "pass")
    assert content["subject"] == evidence.subject
    assert content["load"]["arrivals"] == 120
    assert content["findings"][1]["figures"]["n"] == 100
    assert content["goals"]["goal"][0]["limit_s"] == 5.0


def test_says_that_no_image_was_exercised(goals, evidence):
    verdict = judge(goals, evidence)
    assert "image not exercised" in as_json(goals, evidence, verdict)["scope"]
    assert "image not exercised" in as_markdown(evidence, verdict)


def test_markdown_names_the_failed_scenario_and_the_dirty_tree(goals, evidence):
    suite = Suite(1, (scenario("test_b.test_breaks", FAILED, "401 instead of 200"),))
    changed = replace(evidence, suite=suite, subject={**evidence.subject, "dirty": True})
    text = as_markdown(changed, judge(goals, changed))
    assert "# Gate: fail" in text
    assert "failed: 401 instead of 200: `scenarios.test_b.test_breaks`" in text
    assert "with uncommitted changes" in text


def test_markdown_says_a_common_reason_once(goals, evidence):
    many = tuple(scenario(f"test_b.test_{number}", ERRED, "no port") for number in range(8))
    changed = replace(evidence, suite=Suite(1, many))
    text = as_markdown(changed, judge(goals, changed))
    assert text.count("no port") == 1
    assert "`scenarios.test_b.test_0`" in text
    assert "and 3 more" in text


def test_markdown_without_samples_shows_no_times(goals, evidence):
    empty = replace(evidence, load=Load(PLAN, 0, ()))
    text = as_markdown(empty, judge(goals, empty))
    assert "# Gate: inconclusive" in text
    assert "no samples" in text
    assert "p50" not in text


def test_markdown_of_a_release_without_a_commit(goals, evidence):
    unknown = replace(evidence, subject={**evidence.subject, "commit": None})
    assert "No commit" in as_markdown(unknown, judge(goals, unknown))
