"""What the harness takes from the process environment, read once into a frozen object.

HARNESS_STATE_DIR    directory of the environment (default `.harness` in the working directory)
HARNESS_CACHE_DIR    what images are built from (default `~/.cache/lambda-pipeline-harness`)
GITHUB_STEP_SUMMARY  file that a GitHub job appends Markdown to (unset elsewhere)
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
    """state_dir, cache_dir: absolute; inherited: variables that every child process may see."""

    state_dir: Path
    cache_dir: Path
    docker_host: str
    step_summary: Path | None
    inherited: Mapping[str, str]


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    return Settings(
        state_dir=Path(environ.get("HARNESS_STATE_DIR") or ".harness").absolute(),
        cache_dir=_cache(environ),
        docker_host=environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock",
        step_summary=_named(environ, "GITHUB_STEP_SUMMARY"),
        inherited={name: environ[name] for name in _INHERITED if name in environ},
    )


def _named(environ: Mapping[str, str], variable: str) -> Path | None:
    value = environ.get(variable)
    return Path(value) if value else None


def _cache(environ: Mapping[str, str]) -> Path:
    if named := environ.get("HARNESS_CACHE_DIR"):
        return Path(named).absolute()
    caches = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or ".") / ".cache"
    return (Path(caches) / "lambda-pipeline-harness").absolute()
