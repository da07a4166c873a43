"""What the harness takes from the process environment, read once into a frozen object.

HARNESS_STATE_DIR    directory of the environment (default `.harness` in the working directory)
DOCKER_HOST          address of the Docker engine (default `unix:///var/run/docker.sock`)

Child processes get `inherited` and what their starter adds, never the whole environment: host
AWS_* variables, proxies and PYTHONPATH would change what they do.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_INHERITED = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "TMPDIR", "USER")


@dataclass(frozen=True, slots=True)
class Settings:
    """state_dir: absolute; inherited: variables that every child process of ours may see."""

    state_dir: Path
    docker_host: str
    inherited: Mapping[str, str]


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    return Settings(
        state_dir=Path(environ.get("HARNESS_STATE_DIR") or ".harness").absolute(),
        docker_host=environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock",
        inherited={name: environ[name] for name in _INHERITED if name in environ},
    )
