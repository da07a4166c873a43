"""Runs a program of `programs/` in a process of its own.

What they measure are the functions, which these suites do not import.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness import settings

PROGRAMS = Path(__file__).parent / "programs"


def run(program: str, *arguments: str, variables: Mapping[str, str] | None = None) -> Any:
    """Return what a program measured; `variables` are added to its environment.

    It says so in its last line; before that is the log of the functions.
    """
    command = [sys.executable, str(PROGRAMS / program), *arguments]
    environment = {**settings.load().inherited, **(variables or {})}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])
