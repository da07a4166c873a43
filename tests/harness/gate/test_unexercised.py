from __future__ import annotations

from dataclasses import replace

from harness.gate.evidence import Load, Suite
from harness.gate.junit import SKIPPED
from harness.gate.unexercised import Gap, gaps
from harness.gate.verdict import judge
from tests.harness.gate.handmade import PLAN, scenario


def test_lists_what_a_pass_does_not_mean(goals, evidence):
    found = {gap.what: gap.why for gap in gaps(evidence, judge(goals, evidence))}
    assert list(found) == [
        "times on AWS",
        "container images",
        "comparison with a base",
        "limit: IAM",
    ]
    assert found["limit: IAM"] == "not enforced: --iam off"


def test_an_exercised_image_is_not_listed(goals, evidence):
    images = {"processor": {"reference": "r", "id": "i", "content_digest": "d"}}
    exercised = replace(evidence, subject={**evidence.subject, "images": images})
    found = [gap.what for gap in gaps(exercised, judge(goals, exercised))]
    assert "container images" not in found


def test_lists_skipped_scenarios_and_goals_without_samples(goals, evidence):
    suite = Suite(0, (scenario(), scenario("test_corpus.test_x", SKIPPED, "no corpus")))
    empty = replace(evidence, suite=suite, load=Load(PLAN, 0, ()))
    found = gaps(empty, judge(goals, empty))
    assert Gap("scenario: scenarios.test_corpus.test_x", "skipped: no corpus") in found
    assert Gap("goal: quick", "there was no sample of it") in found


def test_a_comparison_that_was_made_is_not_listed(goals, evidence):
    compared = replace(evidence, base={"commit": None})
    found = [gap.what for gap in gaps(compared, judge(goals, compared))]
    assert "comparison with a base" not in found
