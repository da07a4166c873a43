"""`harness gate` for a user who got something wrong: no verdict of another run may survive."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

from harness import settings
from harness.commands import gate
from harness.errors import EnvironmentFailedError, UsageError
from harness.gate.report import GATE_FILE, SUMMARY_FILE
from harness.gate.verdict import Outcome

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose template cannot be applied, with the verdict of an older run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "loadtests").mkdir()
    (tmp_path / "report").mkdir()
    shutil.copy(ROOT / "scenarios" / "goals.toml", tmp_path / "scenarios")
    (tmp_path / "loadtests" / "upload.py").touch()
    (tmp_path / "template.yaml").write_text("Resources: [", encoding="utf-8")
    for name in (GATE_FILE, SUMMARY_FILE):
        (tmp_path / "report" / name).write_text("pass", encoding="utf-8")
    return tmp_path


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    gate.add_arguments(parser)
    return gate.run(parser.parse_args(words), settings.load())


def test_an_environment_that_cannot_start_is_no_verdict(project, capsys):
    with pytest.raises(EnvironmentFailedError, match="up --detach") as caught:
        run()
    assert caught.value.exit_code == 4
    assert not list((project / "report").iterdir())


@pytest.mark.parametrize("option", ["--template", "--scenarios", "--load", "--goals"])
def test_a_missing_part_is_a_usage_error(project, option):
    with pytest.raises(UsageError, match="nowhere"):
        run(option, "nowhere")


def test_an_output_that_is_a_file_is_a_usage_error(project):
    with pytest.raises(UsageError, match="cannot hold the report"):
        run("--output", "template.yaml")


def test_quick_and_full_exclude_each_other(project):
    with pytest.raises(SystemExit):
        run("--quick", "--full")


def test_every_outcome_has_its_exit_code():
    assert {outcome: gate.EXIT_CODES[outcome] for outcome in Outcome} == {
        Outcome.PASS: 0,
        Outcome.FAIL: 1,
        Outcome.INCONCLUSIVE: 3,
    }
