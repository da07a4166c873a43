"""What a check is given and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from harness.settings import Settings


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """Works, with something left out."""
    PROBLEM = "problem"
    """`harness up` cannot work."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """port, template: those that `harness up` would be given."""

    settings: Settings
    port: int
    template: Path


@dataclass(frozen=True, slots=True)
class Finding:
    """subject: a word or two; detail: what is so; remedy: what to do, "" when nothing is."""

    level: Level
    subject: str
    detail: str
    remedy: str = ""
