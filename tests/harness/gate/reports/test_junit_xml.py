from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from harness.gate import junit
from harness.gate.evidence import Load, Suite
from harness.gate.judgement import Judgement
from harness.gate.junit import ERRED, FAILED, PASSED, SKIPPED
from harness.gate.reports.junit_xml import render
from tests.harness.gate.handmade import PLAN, scenario

OUTCOMES = (PASSED, FAILED, ERRED, SKIPPED)
SUITE = Suite(1, tuple(scenario(f"test_a.test_{outcome}", outcome, "why") for outcome in OUTCOMES))


def parsed(judgement):
    return ET.fromstring(render(judgement))  # noqa: S314 - our own text


def test_a_reader_of_junit_finds_findings_and_scenarios(tmp_path, goals, evidence):
    path = tmp_path / "junit.xml"
    path.write_bytes(render(Judgement.of(goals, replace(evidence, suite=SUITE))))
    read = {case.name: case.outcome for case in junit.read(path)}
    assert read["gate.Scenarios"] == FAILED
    assert read["gate.quick"] == PASSED
    assert {read[f"scenarios.test_a.test_{outcome}"] for outcome in OUTCOMES} == set(OUTCOMES)


def test_an_inconclusive_goal_is_an_error_so_that_ci_is_red(goals, evidence):
    empty = replace(evidence, load=Load(PLAN, 0, ()))
    root = parsed(Judgement.of(goals, empty))
    error = root.find("testsuite/testcase[@name='quick']/error")
    assert error is not None
    assert error.get("type") == "inconclusive"
    assert "no samples" in error.get("message")


def test_counts_what_is_in_a_suite(goals, evidence):
    root = parsed(Judgement.of(goals, replace(evidence, suite=SUITE)))
    scenarios = root.find("testsuite[@name='scenarios']")
    counts = {name: scenarios.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}


def test_is_bound_to_commit_and_hashes(goals, evidence):
    root = parsed(Judgement.of(goals, evidence))
    properties = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert properties["commit"] == "0" * 40
    assert properties["sha256 template"] == "1" * 64


def test_a_message_with_bytes_that_xml_cannot_hold_is_still_xml(goals, evidence):
    suite = Suite(1, (scenario("test_a.test_x", FAILED, "\x00\x1b[31m <&\ud800 文"),))
    root = parsed(Judgement.of(goals, replace(evidence, suite=suite)))
    failures = [one.get("message") for one in root.iter("failure")]
    assert "[31m <& 文" in failures
