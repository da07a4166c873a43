"""`pytest scenarios --environment`, as a user types it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness import settings
from harness.disposable import Disposable, disposable

ROOT = Path(__file__).parents[2]
TOKENS = "scenarios/test_token.py"
SETTINGS = "scenarios/test_synchronous_mode.py"


def scenarios(directory: Path, file: str) -> subprocess.CompletedProcess[str]:
    program = (sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider")
    return subprocess.run(
        [*program, file, "--environment", str(directory)],
        cwd=ROOT,
        env=settings.load().inherited,
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_no_environment_runs_that_is_said(tmp_path: Path):
    done = scenarios(tmp_path / "state", TOKENS)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--environment: no environment is running in" in done.stderr


def test_the_environment_is_used_and_left_running():
    template = str(ROOT / "template.yaml")
    with disposable("--template", template, inherited=settings.load().inherited) as environment:
        done = scenarios(environment.state_dir, TOKENS)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "skipped" not in done.stdout
        assert Disposable.of(environment.state_dir, environment.variables).facts.pid


def test_what_needs_functions_of_the_environment_s_own_is_skipped_where_they_are_attached():
    template = str(ROOT / "template.yaml")
    attached = ("--attach", "hr-chatbot-backend=0")
    with disposable(
        "--template", template, *attached, inherited=settings.load().inherited
    ) as environment:
        done = scenarios(environment.state_dir, SETTINGS)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "passed" not in done.stdout
        assert "does not start its functions" in done.stdout
