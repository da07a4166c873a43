"""What this machine lets us do to a sandbox: tried once, used for every start, told in `status`."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import EnvironmentFailedError
from harness.services.lambda_.executors import cgroups, linux
from harness.services.lambda_.executors.bubblewrap import find
from harness.services.lambda_.executors.layout import layout
from harness.services.lambda_.executors.memory_watch import INTERVAL_S
from harness.services.lambda_.executors.namespaces import create

_TRIAL_MB = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `harness up` was asked for: --isolate and --cpu-share."""

    isolate: bool = False
    cpu_share: bool = False


@dataclass(frozen=True, slots=True)
class Platform:
    """namespaces: whether sandboxes have their own; as_user: by way of a user namespace.

    refusal: why they have none; groups: where control groups can be made, by controller.
    bubblewrap: its path where `Wanted.isolate` asks for it.
    """

    namespaces: bool
    as_user: bool = False
    refusal: str = ""
    groups: Mapping[str, Path] = field(default_factory=dict)
    group_version: int = 1
    bubblewrap: Path | None = None


def probe(wanted: Wanted) -> Platform:
    """Return what works here; blocks for some milliseconds.

    Raises `EnvironmentFailedError` when something was asked for that does not.
    """
    groups, version = cgroups.find()
    as_user, refusal = _namespaces()
    platform = Platform(
        not refusal, as_user, refusal, groups, version, _bubblewrap(wanted, refusal)
    )
    if wanted.cpu_share and cgroups.CPU not in groups:
        raise EnvironmentFailedError(
            "--cpu-share needs a control group with the cpu controller, and none can be made here; "
            "run as root or under `systemd-run --user --scope`, or leave it out"
        )
    return platform


def limits(platform: Platform, wanted: Wanted) -> dict[str, str]:
    """Return what `status` says of each limit of a function (pure)."""
    own = "enforced" if platform.namespaces else f"not enforced: {platform.refusal}"
    second = ", and bounded by a control group" if cgroups.MEMORY in platform.groups else ""
    return {
        "function memory": f"enforced: looked at every {INTERVAL_S * 1000:.0f} ms{second}",
        "function CPU share": _cpu(platform, wanted),
        "size of /tmp": own,
        "read-only root, code at /var/task": own,
        "file descriptors": "enforced: 1024",
        "processes and threads": (
            "enforced: 1024"
            if {cgroups.MEMORY, cgroups.PROCESSES} <= set(platform.groups)
            else "not enforced: no control group can be made here"
        ),
        "user of its own": "not enforced: functions run as you do",
        "network": (
            "enforced: a function reaches the endpoint and the database only"
            if wanted.isolate
            else "not enforced: a function reaches what this machine reaches (--isolate)"
        ),
    }


def _cpu(platform: Platform, wanted: Wanted) -> str:
    if wanted.cpu_share:
        return "enforced: 1769 MB are one core"
    if cgroups.CPU in platform.groups:
        return "not enforced: a process may use every core (--cpu-share)"
    return "not enforced: no control group can be made here"


def _namespaces() -> tuple[bool, str]:
    """Return whether a user namespace is needed, and why nothing works ("" when something does)."""
    if not linux.AVAILABLE:
        return False, "only Linux has mount namespaces"
    refusal = ""
    for as_user in (False, True) if os.geteuid() == 0 else (True,):
        try:
            _try(as_user=as_user)
        except OSError as error:
            refusal = f"the system refuses mount namespaces ({error.strerror})"
        else:
            return as_user, ""
    return False, refusal


def _try(*, as_user: bool) -> None:
    """Make namespaces, enter them, write to `/tmp` there."""
    with tempfile.TemporaryDirectory() as directory:
        made = create(layout(Path(directory), _TRIAL_MB), ports=None, as_user=as_user)
    try:
        trial = "test ! -w /var/task && : > /tmp/trial"
        command = [shutil.which("sh") or "/bin/sh", "-c", trial]
        subprocess.run(command, preexec_fn=made.enter, env={}, check=True, capture_output=True)
    except subprocess.SubprocessError as error:
        raise OSError(0, "they can be made but not used") from error
    finally:
        made.close()


def _bubblewrap(wanted: Wanted, refusal: str) -> Path | None:
    if not wanted.isolate:
        return None
    if refusal:
        raise EnvironmentFailedError(f"--isolate cannot work here: {refusal}; leave it out")
    return find()
