"""`harness gate` for a user who got something wrong: no verdict of another run may survive."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

from harness import settings
from harness.commands import gate
from harness.errors import EnvironmentFailedError, UsageError
from harness.gate.reports import GATE_FILE, SUMMARY_FILE
from tests.harness.gate.test_goals import GOAL

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


@pytest.mark.parametrize("option", ["--template", "--scenarios", "--load", "--goals", "--base"])
def test_a_missing_part_is_a_usage_error(project, option):
    with pytest.raises(UsageError, match="nowhere"):
        run(option, "nowhere")


def test_an_output_that_is_a_file_is_a_usage_error(project):
    with pytest.raises(UsageError, match="cannot hold the report"):
        run("--output", "template.yaml")


def test_a_comparison_without_a_goal_for_it_is_a_usage_error(project):
    (project / "scenarios" / "goals.toml").write_text(GOAL, encoding="utf-8")
    with pytest.raises(UsageError, match=r"declares no \[\[regression\]\]"):
        run("--base", "template.yaml")


@pytest.mark.parametrize("count", ["0", "100", "many"])
def test_pairs_are_counted_with_two_digits(project, count):
    with pytest.raises(SystemExit):
        run("--pairs", count)


def test_quick_and_full_exclude_each_other(project):
    with pytest.raises(SystemExit):
        run("--quick", "--full")


@pytest.fixture
def judged(directory, monkeypatch):
    """The directory of a gate that passed, and nothing of the project around it."""
    monkeypatch.chdir(directory)
    return str(directory)


def test_stored_evidence_is_judged_without_the_project(judged, capsys):
    assert run("judge", judged) == 0
    assert "# Gate: pass" in capsys.readouterr().out


def test_other_goals_give_another_verdict_and_change_nothing(judged, tmp_path, capsys):
    before = {path: path.read_bytes() for path in Path(judged).iterdir()}
    stricter = tmp_path.parent / "stricter.toml"
    stricter.write_text(GOAL.replace("5.0", "0.04"), encoding="utf-8")
    assert run("judge", judged, "--goals", str(stricter)) == 1
    assert "# Gate: fail" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in Path(judged).iterdir()} == before


def test_a_report_about_something_else_is_a_usage_error(judged):
    with pytest.raises(UsageError, match="about no image, not about processor:1"):
        run("judge", judged, "--image", "processor:1")
    with pytest.raises(UsageError, match="not about abcdef"):
        run("judge", judged, "--commit", "abcdef")


def test_an_edited_verdict_is_a_usage_error_and_no_pass(judged):
    path = Path(judged) / GATE_FILE
    path.write_text(path.read_text().replace('"pass"', '"fail"', 1), encoding="utf-8")
    with pytest.raises(UsageError, match="does not say what its evidence yields"):
        run("judge", judged)
