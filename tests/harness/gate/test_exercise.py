from __future__ import annotations

import pytest

from harness import settings
from harness.gate.evidence import read_suite
from harness.gate.exercise import SCENARIOS_LOG, run_scenarios
from harness.gate.junit import FAILED, PASSED, SKIPPED

SUITE = """
import pytest

def test_holds(): pass

def test_breaks(): assert 1 == 2

@pytest.mark.skip(reason="absent")
def test_absent(): pass
"""


@pytest.fixture
def variables():
    return settings.load().inherited


def test_scenarios_leave_results_and_a_log(tmp_path, variables):
    suite = tmp_path / "test_suite.py"
    suite.write_text(SUITE, encoding="utf-8")
    exit_code = run_scenarios(suite, "process", tmp_path, variables)
    scenarios = read_suite(tmp_path, exit_code).scenarios
    assert exit_code == 1
    assert [scenario.outcome for scenario in scenarios] == [PASSED, FAILED, SKIPPED]
    assert "assert 1 == 2" in (tmp_path / SCENARIOS_LOG).read_text(encoding="utf-8")


def test_an_empty_suite_ends_differently_from_a_passed_one(tmp_path, variables):
    (tmp_path / "empty").mkdir()
    exit_code = run_scenarios(tmp_path / "empty", "process", tmp_path, variables)
    assert exit_code == 5
    assert read_suite(tmp_path, exit_code).scenarios == ()
