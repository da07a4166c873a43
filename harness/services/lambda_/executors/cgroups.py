"""Control groups for sandboxes, where the platform lets us make some: version 1 or 2.

A sandbox's groups lie below one of this environment, which lies in our own group (version 1) or in
the nearest group above it that hands its controllers on and that we may write to (version 2).
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.state import State

MEMORY, CPU, PROCESSES = "memory", "cpu", "pids"

_MOUNTS = Path("/proc/self/mountinfo")
_OWN = Path("/proc/self/cgroup")
_CPU_PERIOD_US = 20_000
_SMALLEST_QUOTA_US = 1_000
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """memory_mb: what the kernel kills at; cpus: share of a core, None for no bound."""

    memory_mb: int
    processes: int
    cpus: float | None = None

    def settings(self, version: int) -> dict[str, dict[str, str]]:
        """Return what to write, by controller and file, in order (pure)."""
        memory = str(self.memory_mb * _MB)
        found = {
            MEMORY: (
                {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}
                if version == 1
                else {"memory.max": memory, "memory.swap.max": "0"}
            ),
            PROCESSES: {"pids.max": str(self.processes)},
        }
        if self.cpus is not None:
            quota = max(_SMALLEST_QUOTA_US, round(self.cpus * _CPU_PERIOD_US))
            found[CPU] = (
                {"cpu.cfs_period_us": str(_CPU_PERIOD_US), "cpu.cfs_quota_us": str(quota)}
                if version == 1
                else {"cpu.max": f"{quota} {_CPU_PERIOD_US}"}
            )
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """The groups of one sandbox, by controller; with version 2 they are one directory."""

    directories: Mapping[str, Path]
    version: int

    def take_in(self, pid: int = 0) -> None:
        """Move a process in, the calling one by default; it may take 20 ms, mostly of waiting."""
        for directory in set(self.directories.values()):
            _write(directory / "cgroup.procs", str(pid))

    def held_bytes(self) -> int:
        """Return the memory held that cannot be taken back: neither caches nor files in `/tmp`."""
        counted = {1: b"total_rss ", 2: b"anon "}[self.version]
        for line in (self.directories[MEMORY] / "memory.stat").read_bytes().splitlines():
            if line.startswith(counted):
                return int(line.split()[1])
        return 0

    def peak_bytes(self) -> int:
        """Return the most memory ever held, caches included; 0 where the kernel does not tell."""
        file = {1: "memory.max_usage_in_bytes", 2: "memory.peak"}[self.version]
        peak = self.directories[MEMORY] / file
        return int(peak.read_text()) if peak.exists() else 0

    def out_of_memory(self) -> bool:
        """Tell whether the kernel has ever killed a member for want of memory."""
        file = {1: "memory.oom_control", 2: "memory.events"}[self.version]
        lines = (self.directories[MEMORY] / file).read_text().splitlines()
        return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines)

    def remove(self) -> None:
        for directory in set(self.directories.values()):
            try:
                directory.rmdir()
            except OSError as error:
                if error.errno != errno.EBUSY:  # a grandchild still ends: it goes with the parent
                    raise


class Groups:
    """The groups of this environment; `parents` are by controller, {} where none can be made."""

    def __init__(self, parents: Mapping[str, Path], version: int, state: State) -> None:
        self.version = version
        made = {parent: state.control_group(parent) for parent in set(parents.values())}
        self._directories = {kind: made[parent] for kind, parent in parents.items()}
        if version == 2:
            for directory in made.values():
                _write(
                    directory / "cgroup.subtree_control", " ".join(f"+{kind}" for kind in parents)
                )

    @property
    def controllers(self) -> set[str]:
        return set(self._directories)

    def group(self, name: str, bounds: Bounds) -> Group | None:
        """Make the groups of a sandbox; None where the memory controller is missing."""
        if MEMORY not in self._directories:
            return None
        made: dict[str, Path] = {}
        for kind, settings in bounds.settings(self.version).items():
            if kind in self._directories:
                made[kind] = self._directories[kind] / name
                made[kind].mkdir(exist_ok=True)
                for file, value in settings.items():
                    if (made[kind] / file).exists():  # a kernel without swap has no bound for it
                        _write(made[kind] / file, value)
        return Group(made, self.version)


def find(wanted: Iterable[str] = (MEMORY, CPU, PROCESSES)) -> tuple[dict[str, Path], int]:
    """Return where groups can be made, by controller, and the version of control groups."""
    mounts = _mounts(_MOUNTS.read_text()) if _MOUNTS.exists() else {}
    own = _own(_OWN.read_text()) if _OWN.exists() else {}
    first = {
        kind: parent
        for kind in wanted
        if kind in mounts and (parent := _existing(mounts[kind], own.get(kind, "/")))
    }
    if MEMORY in first or "" not in mounts:
        return {kind: parent for kind, parent in first.items() if _can_make(parent)}, 1
    return _delegated(mounts[""], own.get("", "/"), wanted), 2


def _mounts(mountinfo: str) -> dict[str, Path]:
    """Return the mount point of each controller of version 1, and of version 2 as "" (pure)."""
    found: dict[str, Path] = {}
    for line in mountinfo.splitlines():
        place, _, kind = line.partition(" - ")
        point = Path(place.split()[4])
        if kind.startswith("cgroup2 "):
            found[""] = point
        elif kind.startswith("cgroup "):
            found |= dict.fromkeys(kind.split()[2].split(","), point)
    return found


def _own(cgroup: str) -> dict[str, str]:
    """Return the path of our own group by controller, that of version 2 as "" (pure)."""
    lines = [line.split(":", 2) for line in cgroup.splitlines()]
    return {kind: path for _, kinds, path in lines for kind in kinds.split(",")}


def _existing(mount: Path, own: str) -> Path:
    """Return our own group; inside a container its path may be the one outside."""
    group = mount / own.lstrip("/")
    return group if group.is_dir() else mount


def _can_make(parent: Path) -> bool:
    trial = parent / f"harness-{secrets.token_hex(8)}"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError:
        return False
    return True


def _delegated(mount: Path, own: str, wanted: Iterable[str]) -> dict[str, Path]:
    group = _existing(mount, own)
    while True:
        handed_on = set((group / "cgroup.subtree_control").read_text().split()) & set(wanted)
        if MEMORY in handed_on and os.access(group / "cgroup.procs", os.W_OK) and _can_make(group):
            return dict.fromkeys(handed_on, group)
        if group == mount:
            return {}
        group = group.parent


def _write(file: Path, value: str) -> None:
    descriptor = os.open(file, os.O_WRONLY)
    try:
        os.write(descriptor, value.encode())
    finally:
        os.close(descriptor)
