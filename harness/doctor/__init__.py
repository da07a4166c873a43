"""What could keep an environment from working on this machine: one file for each check."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from harness.doctor.finding import Checkup, Finding

_NOT_CHECKS = {"finding"}


def names() -> list[str]:
    """Return the checks: the modules of this folder, each with `check(checkup)`."""
    return [found.name for found in pkgutil.iter_modules(__path__) if found.name not in _NOT_CHECKS]


def examine(checkup: Checkup) -> Iterator[Finding]:
    """Yield what every check finds, while it finds it."""
    for name in names():
        yield from importlib.import_module(f"{__name__}.{name}").check(checkup)
