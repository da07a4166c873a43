"""Reads a file in a bounded child process, because no parser is safe against every file.

A two-kilobyte PDF can ask for two gigabytes and a damaged page tree can loop for ever. The
child has its own memory and time and no credentials; whatever happens to it has an error code.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

from processor import settings
from processor.errors import Code, PermanentError, ProcessorError, TransientError
from processor.pages import Page

MAX_BYTES = 250 * 2**20
MAX_SECONDS = 200.0

# A page more within this time shows that the file is being read; text recognition is that slow.
STALL_SECONDS = 25.0

# With less than this left, the invocation before is to blame for a time-out, not the document.
_LEAST_REMAINING_SECONDS = 8.0

# What is left to the function after reading: embedding, saving, and telling the row.
_RESERVED_SECONDS = 20.0

_ROOT = Path(__file__).parents[1]

# Crashes of a parser; any other signal is an allocation that was refused.
_CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE)

Child = subprocess.Popen[bytes]


def read(path: Path, file_name: str, remaining: float) -> list[Page]:
    """Return the pages of a file, at least one of which has text.

    remaining: seconds until the platform ends this invocation. Raises `PermanentError`, and
    `TransientError` when there is no time left to read anything.
    """
    size = path.stat().st_size
    if size == 0:
        raise PermanentError(Code.EMPTY_FILE)
    if size > MAX_BYTES:
        raise PermanentError(Code.TOO_LARGE, f"{size} bytes")
    if remaining < _LEAST_REMAINING_SECONDS:
        raise TransientError("the reader", f"only {remaining:.1f} s are left to this invocation")
    pages = read_bounded(path, Path(file_name).suffix, allowed_seconds(remaining))
    if not any(page.text.strip() for page in pages):
        raise PermanentError(Code.NO_TEXT, f"{len(pages)} pages")
    return pages


def allowed_seconds(remaining: float) -> float:
    """Return how long reading may take when `remaining` seconds are left to the invocation."""
    return min(MAX_SECONDS, max(remaining - _RESERVED_SECONDS, remaining / 2))


def read_bounded(
    path: Path, suffix: str, seconds: float, stall_seconds: float = STALL_SECONDS
) -> list[Page]:
    """Return the pages of a file, read within `seconds` and each within `stall_seconds`.

    Raises `PermanentError`.
    """
    pages: list[Page] = []
    with _start(path, suffix, seconds) as child, _watched(child, seconds, stall_seconds) as watch:
        ending = _collect(child, pages, watch)
    if ending is None:
        raise _cause(child.returncode, expired=watch.expired)
    if "error" in ending:
        raise PermanentError(Code(ending["error"]), ending["detail"])
    return pages


def _start(path: Path, suffix: str, seconds: float) -> Child:
    search = os.pathsep.join([str(_ROOT), *sys.path])
    # Without `site`: the search path is given, and its start-up files cost more than Python's.
    memory_bytes = settings.reader_memory_bytes()
    program = [sys.executable, "-P", "-S", "-m", "processor.extract"]
    return subprocess.Popen(
        [*program, str(path), suffix, str(seconds), str(memory_bytes), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Several threads would only compete for the one processor that a function has.
        env=settings.child_environment() | {"PYTHONPATH": search, "OMP_THREAD_LIMIT": "1"},
        start_new_session=True,
    )


class _Watch:
    """Kills a child that shows no progress, or takes too long in all."""

    def __init__(self, child: Child, seconds: float, stall_seconds: float) -> None:
        self._child = child
        self._end = time.monotonic() + seconds
        self._stall_seconds = stall_seconds
        self._ended = Event()
        self.expired = False
        self.progress()

    def progress(self) -> None:
        """Give the child time for another page."""
        self._deadline = min(self._end, time.monotonic() + self._stall_seconds)

    def wait(self) -> None:
        """Return when the child has ended or has been killed."""
        while not self._ended.wait(max(self._deadline - time.monotonic(), 0.0)):
            if time.monotonic() >= self._deadline:
                self.expired = True
                _kill(self._child)
                return

    def end(self) -> None:
        """Let `wait` return."""
        self._ended.set()


@contextmanager
def _watched(child: Child, seconds: float, stall_seconds: float) -> Iterator[_Watch]:
    watch = _Watch(child, seconds, stall_seconds)
    thread = Thread(target=watch.wait, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()
        _kill(child)


def _collect(child: Child, pages: list[Page], watch: _Watch) -> dict[str, Any] | None:
    """Add the child's pages to `pages`; returns its ending, None if it died before."""
    output: IO[bytes] = child.stdout  # type: ignore[assignment]  # it is a pipe
    for line in output:
        if not line.endswith(b"\n"):
            break
        message = json.loads(line)
        if "page" not in message:
            return dict(message)
        page = message["page"]
        pages.append(Page(**page | {"heading": tuple(page["heading"])}))
        watch.progress()
    child.wait()
    return None


def _kill(child: Child) -> None:
    """Kill the child and whatever it started, unless it has ended."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)


def _cause(returncode: int, *, expired: bool) -> ProcessorError:
    """Return why a child that wrote no ending died."""
    if expired or returncode == -signal.SIGXCPU:
        return PermanentError(Code.TIMEOUT)
    if returncode >= 0:
        return TransientError("the reader process", f"it ended with exit code {returncode}")
    if -returncode in _CRASHES:
        return PermanentError(Code.MALFORMED, f"the parser crashed with signal {-returncode}")
    return PermanentError(Code.OUT_OF_MEMORY, f"ended by signal {-returncode}")
