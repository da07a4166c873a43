"""The exact Python of a runtime, when there is one that can run functions."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from harness.services.lambda_.executors.interpreters import Interpreters

DEFAULT = Path(sys.executable)
OWN = f"python{sys.version_info.major}.{sys.version_info.minor}"


def found(runtime: str, directory: Path) -> Path:
    async def work() -> Path:
        interpreters = Interpreters(str(directory), DEFAULT)
        first, second = await asyncio.gather(interpreters.of(runtime), interpreters.of(runtime))
        assert first == second
        return first

    return asyncio.run(work())


def installed(directory: Path, name: str, script: str) -> Path:
    program = directory / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("runtime", ["", OWN])
def test_what_the_harness_runs_on_is_not_looked_for(tmp_path, runtime):
    installed(tmp_path, OWN, "exit 1")
    assert found(runtime, tmp_path) == DEFAULT


def test_the_exact_one_is_used(tmp_path):
    program = installed(tmp_path, "python3.99", "echo 3.99")
    assert found("python3.99", tmp_path) == program


@pytest.mark.parametrize("script", ["exit 1", "echo 3.98", f"exec {DEFAULT} -c 'import nothing'"])
def test_one_that_cannot_run_functions_is_not(tmp_path, script):
    installed(tmp_path, "python3.99", script)
    assert found("python3.99", tmp_path) == DEFAULT


def test_none_is_there(tmp_path):
    assert found("python3.99", tmp_path) == DEFAULT
