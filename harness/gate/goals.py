"""What has to hold, as declared in goals.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from harness.errors import UsageError
from harness.gate.samples import MEASURES


def _known(metric: str) -> str:
    if metric not in MEASURES:
        raise ValueError(f"unknown metric {metric!r}, known are {', '.join(sorted(MEASURES))}")
    return metric


class Goal(BaseModel):
    """`metric` stays under `limit_s` seconds at `quantile`; `alpha` is the risk of a wrong pass."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1)
    source: str = Field(min_length=1)
    metric: Annotated[str, AfterValidator(_known)]
    quantile: float = Field(gt=0, lt=1)
    limit_s: float = Field(gt=0, allow_inf_nan=False)
    alpha: float = Field(gt=0, lt=0.5)


class Waiver(BaseModel):
    """A scenario that may be skipped without making the verdict inconclusive."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    scenario: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class Goals(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    goal: list[Goal] = Field(min_length=1)
    may_skip: list[Waiver] = []

    def waives(self, scenario: str) -> bool:
        """Say whether `scenario` ("scenarios.test_upload.test_answers") may be skipped."""
        return any(scenario.startswith(waiver.scenario) for waiver in self.may_skip)


def load(path: Path) -> Goals:
    """Return the goals of `path`; raises `UsageError` naming every entry that is wrong."""
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The goals {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The goals {path} are not TOML: {error}") from error
    try:
        goals = Goals.model_validate(declared)
    except ValidationError as error:
        raise UsageError(f"The goals {path} are wrong: {_reasons(error)}") from error
    return _distinct(path, goals)


def _reasons(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()
    )


def _distinct(path: Path, goals: Goals) -> Goals:
    names = [goal.name for goal in goals.goal]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"The goals {path} declare {', '.join(twice)} more than once; rename one")
    return goals
