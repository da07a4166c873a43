"""What the pages about the gate's report and CI show works on a report, and names its files."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
import yaml

from harness.gate import documents, reports, samples, stored
from harness.gate.evidence import DOCUMENTS_FILE, SAMPLES_FILE, SCENARIOS_FILE, Load
from tests.docs.pages import ROOT, commands
from tests.docs.test_shown import typed
from tests.harness.gate.handmade import PLAN, leave, sample_at, seen_during
from tests.harness.gate.test_goals import GOAL

WRITTEN = {
    *(reports.GATE_FILE, reports.PAGE_FILE, reports.SUMMARY_FILE),
    *(reports.JUNIT_FILE, reports.METRICS_FILE),
    *(SAMPLES_FILE, DOCUMENTS_FILE, SCENARIOS_FILE, stored.GOALS_FILE, stored.EVIDENCE_FILE),
}
GIT = shutil.which("git")


@pytest.fixture
def project(tmp_path):
    """A repository with one commit, and beside it the report of a gate about that commit."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for arguments in (["init"], [*identity, "commit", "--allow-empty", "-m", "first"]):
        subprocess.run([GIT, *arguments], cwd=tmp_path, check=True, capture_output=True)
    head = subprocess.run(
        [GIT, "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    seen = seen_during(Load(PLAN, 0, tuple(sample_at(number) for number in range(120))))
    seen = replace(seen, subject={**seen.subject, "commit": head.stdout.strip()})
    (tmp_path / "report").mkdir()
    leave(tmp_path / "report", seen, GOAL)
    return tmp_path


@pytest.mark.skipif(GIT is None, reason="git is not on this machine")
def test_a_report_is_judged_as_the_pages_say(project):
    pages = {"gate-report.md", "ci.md"}
    shown = [(page, line) for page, line in commands("harness gate") if page in pages]
    assert {page for page, _ in shown} == pages
    for _, line in shown:
        assert "# Gate: pass" in typed(line, {}, project)


def examples():
    page = (ROOT / "docs" / "ci.md").read_text()
    return [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]


def test_the_examples_run_the_gate_and_keep_its_directory_whatever_it_says():
    github, gitlab = examples()
    *_, run, upload = github["jobs"]["gate"]["steps"]
    assert (run["run"], gitlab["gate"]["script"]) == ("make gate", ["make gate"])
    assert (upload["if"], upload["with"]["path"]) == ("always()", "report/")
    assert gitlab["gate"]["artifacts"]["paths"] == ["report/"]
    assert gitlab["gate"]["artifacts"]["when"] == "always"


def test_gitlab_is_given_the_reports_that_there_are():
    named = examples()[1]["gate"]["artifacts"]["reports"]
    assert named == {
        "junit": f"report/{reports.JUNIT_FILE}",
        "metrics": f"report/{reports.METRICS_FILE}",
    }


def test_the_page_lists_every_file_of_the_directory():
    page = (ROOT / "docs" / "gate.md").read_text()
    listed = page.partition("## The directory")[2].partition("\n## ")[0]
    assert set(re.findall(r"`([\w.]+\.(?:json|csv|xml|html|md|toml|txt))`", listed)) == WRITTEN


def test_the_page_lists_every_column_of_the_raw_files():
    page = (ROOT / "docs" / "gate.md").read_text()
    for columns in (documents.COLUMNS, samples.COLUMNS):
        assert [name for name in columns if f"`{name}`" not in page] == []
