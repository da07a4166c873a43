"""The findings as JUnit XML, which Jenkins, GitLab and others show among test results."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from harness.gate.judgement import Judgement
from harness.gate.junit import ERRED, FAILED, SKIPPED, Scenario
from harness.gate.verdict import Finding, Outcome

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROBLEMS = {FAILED: "failure", ERRED: "error", SKIPPED: "skipped"}


def render(judgement: Judgement) -> bytes:
    """Return two suites: the goals, an inconclusive one as an error so that CI is red, and the
    scenarios.
    """
    root = ET.Element("testsuites", name=f"gate: {judgement.verdict.outcome}")
    goals = ET.SubElement(root, "testsuite", name="goals")
    _properties(goals, judgement)
    for finding in judgement.verdict.findings:
        _finding(goals, finding)
    scenarios = ET.SubElement(root, "testsuite", name="scenarios")
    for scenario in judgement.evidence.suite.scenarios:
        _scenario(scenarios, scenario)
    for suite in (goals, scenarios):
        _count(suite)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _properties(suite: ET.Element, judgement: Judgement) -> None:
    subject = judgement.evidence.subject
    properties = {
        "verdict": judgement.verdict.outcome,
        "scope": judgement.scope,
        "commit": subject["commit"],
        "dirty": subject["dirty"],
        **{f"image {name}": image["id"] for name, image in subject["images"].items()},
        **{f"sha256 {name}": value for name, value in subject["sha256"].items()},
    }
    listed = ET.SubElement(suite, "properties")
    for name, value in properties.items():
        ET.SubElement(listed, "property", name=name, value=_clean(str(value)))


def _finding(suite: ET.Element, finding: Finding) -> None:
    case = ET.SubElement(suite, "testcase", classname="gate", name=finding.subject, time="0")
    if finding.outcome == Outcome.FAIL:
        ET.SubElement(case, "failure", type="missed", message=_clean(finding.reason))
    elif finding.outcome == Outcome.INCONCLUSIVE:
        ET.SubElement(case, "error", type="inconclusive", message=_clean(finding.reason))


def _scenario(suite: ET.Element, scenario: Scenario) -> None:
    module, _, name = scenario.name.rpartition(".")
    seconds = f"{scenario.seconds:.3f}"
    case = ET.SubElement(suite, "testcase", classname=module, name=_clean(name), time=seconds)
    if tag := _PROBLEMS.get(scenario.outcome):
        ET.SubElement(case, tag, message=_clean(scenario.message))


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))


def _clean(text: str) -> str:
    """Leave out what XML cannot hold: a failed assertion may quote any bytes."""
    return _NOT_XML.sub("", text)
