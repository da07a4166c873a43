from __future__ import annotations

from harness.gate.junit import ERRED, FAILED, PASSED, SKIPPED, read

XML = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4">
<testcase classname="scenarios.test_a" name="test_holds" time="1.5">
  <properties><property name="upload_s" value="0.25"/></properties>
</testcase>
<testcase classname="scenarios.test_a" name="test_breaks" time="0.1">
  <failure message="AssertionError: 401 != 200&#10;more">trace</failure>
</testcase>
<testcase classname="scenarios.test_b" name="test_cannot_start" time="0.0">
  <error message="failed on setup">trace</error>
</testcase>
<testcase classname="scenarios.test_b" name="test_absent" time="0.0">
  <skipped message="no corpora">reason</skipped>
</testcase>
</testsuite></testsuites>
"""


def test_reads_every_outcome(tmp_path):
    path = tmp_path / "scenarios.xml"
    path.write_text(XML, encoding="utf-8")
    holds, breaks, cannot_start, absent = read(path)
    assert (holds.name, holds.outcome, holds.seconds) == (
        "scenarios.test_a.test_holds",
        PASSED,
        1.5,
    )
    assert holds.properties == {"upload_s": "0.25"}
    assert (breaks.outcome, breaks.message) == (FAILED, "AssertionError: 401 != 200")
    assert (cannot_start.outcome, absent.outcome) == (ERRED, SKIPPED)
    assert absent.message == "no corpora"


def test_a_missing_or_cut_file_holds_no_scenarios(tmp_path):
    path = tmp_path / "scenarios.xml"
    assert read(path) == ()
    path.write_text(XML[:300], encoding="utf-8")
    assert read(path) == ()
