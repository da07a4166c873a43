"""What `harness up` was asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REGION = "ap-northeast-1"
DEFAULT_PORT = 4566


@dataclass(frozen=True, slots=True)
class Options:
    """port: 0 for any free one. database_url: "" for the embedded PostgreSQL.

    time_scale: divides the waits AWS prescribes, never a function's time-out.
    max_sandboxes: of one function at the same time; further invocations wait.
    enforce_iam: check the calls of roles and users against their policies.
    vpc: a function in a VPC reaches only what its subnets lead to.
    inherited: the variables every child process of ours may see.
    """

    template: Path
    port: int
    time_scale: float
    max_sandboxes: int
    strict_models: bool
    database_url: str
    inherited: Mapping[str, str]
    enforce_iam: bool = False
    vpc: bool = True
    region: str = REGION


def default_max_sandboxes() -> int:
    return max(4, 2 * (os.cpu_count() or 1))
