"""The file system as a function sees it on Lambda, laid over this machine's with private mounts.

`/tmp` is a tmpfs of the configured size, `/var/task` the code, everything but `/tmp` read-only
(aws-behaviour §1.8). Nothing is changed for anybody else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.services.lambda_.executors import linux

TASK_ROOT = Path("/var/task")
TEMPORARY = Path("/tmp")  # noqa: S108 - this is the path on Lambda

_VAR = TASK_ROOT.parent


@dataclass(frozen=True, slots=True)
class Layout:
    """task_root: where the code lies on this machine; tmp_mb: size of `/tmp`.

    kept: directories below this machine's `/tmp` that must stay visible (a Python installed there).
    var: the entries of `/var`, needed when it has no `task`: a place for it cannot be made in a
    directory that is not ours, so an image of `/var` is mounted over it.
    writable_proc: bubblewrap needs it when an ordinary user starts it; root could change the system
    there.
    """

    task_root: Path
    tmp_mb: int
    kept: tuple[Path, ...] = ()
    var: tuple[str, ...] | None = None
    writable_proc: bool = False

    def mount(self) -> None:
        """Mount all of it in the mount namespace of the calling process, which must be new."""
        linux.keep_mounts_to_ourselves()
        kept = [(path, os.open(path, os.O_PATH)) for path in self.kept]
        task_root = os.open(self.task_root, os.O_PATH)
        if self.var is not None:
            _remake(_VAR, self.var)
            TASK_ROOT.mkdir()
        _bind(task_root, TASK_ROOT)
        linux.make_read_only("/")
        if self.writable_proc:
            linux.make_writable("/proc")
        linux.mount_tmpfs(str(TEMPORARY), f"mode=1777,size={self.tmp_mb}m")
        for path, descriptor in kept:
            path.mkdir(parents=True)
            _bind(descriptor, path)
            linux.make_read_only(str(path))


def layout(task_root: Path, tmp_mb: int) -> Layout:
    """Return the layout for code at `task_root` on this machine as it is now."""
    var = None if TASK_ROOT.is_dir() else tuple(sorted(entry.name for entry in _VAR.iterdir()))
    installed = (Path(sys.prefix), Path(sys.base_prefix), Path(os.path.realpath(sys.base_prefix)))
    return Layout(task_root, tmp_mb, _outermost(installed), var, os.geteuid() != 0)


def _outermost(directories: Iterable[Path]) -> tuple[Path, ...]:
    """Return those below `/tmp` that are in none of the others, each once."""
    below = sorted({path for path in directories if TEMPORARY in path.parents})
    return tuple(path for path in below if not any(other in path.parents for other in below))


def _remake(directory: Path, entries: Iterable[str]) -> None:
    """Mount an empty directory over `directory` and show its former entries in it."""
    links = {
        name: (directory / name).readlink() for name in entries if (directory / name).is_symlink()
    }
    others = [name for name in entries if name not in links]
    descriptors = [os.open(directory / name, os.O_PATH) for name in others]
    directories = [(directory / name).is_dir() for name in others]
    linux.mount_tmpfs(str(directory), "mode=755,size=1m")
    for name, target in links.items():
        (directory / name).symlink_to(target)
    for name, descriptor, is_directory in zip(others, descriptors, directories, strict=True):
        (directory / name).mkdir() if is_directory else (directory / name).touch()
        _bind(descriptor, directory / name)


def _bind(descriptor: int, target: Path) -> None:
    linux.bind(f"/proc/self/fd/{descriptor}", str(target))
    os.close(descriptor)
