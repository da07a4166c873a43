from __future__ import annotations

import orjson

from harness.gate.judgement import Judgement
from harness.gate.reports.content import SCHEMA_VERSION, render


def test_holds_verdict_subject_and_figures(goals, evidence):
    content = orjson.loads(render(Judgement.of(goals, evidence)))
    assert (content["schemaVersion"], content["verdict"]) == (SCHEMA_VERSION, "pass")
    assert content["subject"] == evidence.subject
    assert (content["load"]["arrivals"], content["load"]["documents"]) == (120, 120)
    assert content["findings"][1]["figures"]["n"] == 100
    assert content["goals"]["goal"][0]["limit_s"] == 5.0
    assert "limit: IAM" in [gap["what"] for gap in content["notExercised"]]


def test_says_that_no_image_was_exercised(goals, evidence):
    content = orjson.loads(render(Judgement.of(goals, evidence)))
    assert "image not exercised" in content["scope"]


def test_the_same_evidence_gives_the_same_bytes(goals, evidence):
    assert render(Judgement.of(goals, evidence)) == render(Judgement.of(goals, evidence))
