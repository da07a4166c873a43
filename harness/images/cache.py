"""What was downloaded or made once and is kept: each in a directory, whole or not there at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.images.errors import DownloadError


def key(*parts: str) -> str:
    """Return a name for what was made of `parts`."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def kept(directory: Path, make: Callable[[Path], None]) -> Path:
    """Return `directory`, which `make(draft)` fills when it is not there yet.

    Raises `DownloadError` when it cannot be written; nothing of the draft is left then.
    """
    if directory.is_dir():
        return directory
    draft = directory.with_name(f".{directory.name}.new")
    try:
        shutil.rmtree(draft, ignore_errors=True)  # of a run that was killed
        draft.mkdir(parents=True)
        make(draft)
        draft.rename(directory)
    except OSError as error:
        raise DownloadError(_reason(error, directory.parent)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return directory


@contextlib.contextmanager
def alone(cache: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Let one process at a time work with `cache`; `waiting` is called when another one does."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        file = (cache / "lock").open("w")
    except OSError as error:
        raise DownloadError(_reason(error, cache)) from error
    with file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _reason(error: OSError, directory: Path) -> str:
    if error.errno == errno.ENOSPC:
        return f"the disk with {directory} is full; free some space, or set HARNESS_CACHE_DIR"
    return f"{directory} cannot be written ({error.strerror}); set HARNESS_CACHE_DIR to another"
