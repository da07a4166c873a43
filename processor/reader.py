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
from pathlib import Path
from threading import Event, Timer
from typing import IO, Any

from processor import settings
from processor.errors import Code, PermanentError, ProcessorError, TransientError
from processor.pages import Page

MAX_BYTES = 50 * 2**20
MAX_SECONDS = 60.0

# What is left to the function after reading: embedding, saving, and telling the row.
_RESERVED_SECONDS = 20.0

_ROOT = Path(__file__).parents[1]

# Crashes of a parser; any other signal is an allocation that was refused.
_CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE)

Child = subprocess.Popen[bytes]


def read(path: Path, file_name: str, remaining: float) -> list[Page]:
    """Return the pages of a file, at least one of which has text.

    remaining: seconds until the platform ends this invocation. Raises `PermanentError`.
    """
    size = path.stat().st_size
    if size == 0:
        raise PermanentError(Code.EMPTY_FILE)
    if size > MAX_BYTES:
        raise PermanentError(Code.TOO_LARGE, f"{size} bytes")
    pages = read_bounded(path, Path(file_name).suffix, allowed_seconds(remaining))
    if not any(page.text.strip() for page in pages):
        raise PermanentError(Code.NO_TEXT, f"{len(pages)} pages")
    return pages


def allowed_seconds(remaining: float) -> float:
    """Return how long reading may take when `remaining` seconds are left to the invocation."""
    return min(MAX_SECONDS, max(remaining - _RESERVED_SECONDS, remaining / 2))


def read_bounded(path: Path, suffix: str, seconds: float) -> list[Page]:
    """Return the pages of a file, read within `seconds`; raises `PermanentError`."""
    expired = Event()
    pages: list[Page] = []
    with _start(path, suffix, seconds) as child:
        alarm = Timer(seconds, _expire, [child, expired])
        alarm.start()
        try:
            ending = _collect(child, pages)
        finally:
            alarm.cancel()
            _kill(child)
    if ending is None:
        raise _cause(child.returncode, expired=expired.is_set())
    if "error" in ending:
        raise PermanentError(Code(ending["error"]), ending["detail"])
    return pages


def _start(path: Path, suffix: str, seconds: float) -> Child:
    search = os.pathsep.join([str(_ROOT), *sys.path])
    # Without `site`: the search path is given, and its start-up files cost more than Python's.
    program = [sys.executable, "-P", "-S", "-m", "processor.extract"]
    return subprocess.Popen(
        [*program, str(path), suffix, str(seconds), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=settings.child_environment() | {"PYTHONPATH": search},
        start_new_session=True,
    )


def _collect(child: Child, pages: list[Page]) -> dict[str, Any] | None:
    """Add the child's pages to `pages`; returns its ending, None if it died before."""
    output: IO[bytes] = child.stdout  # type: ignore[assignment]  # it is a pipe
    for line in output:
        if not line.endswith(b"\n"):
            break
        message = json.loads(line)
        if "page" not in message:
            return dict(message)
        page = message["page"]
        pages.append(Page(page["number"], page["text"], tuple(page["heading"])))
    child.wait()
    return None


def _expire(child: Child, expired: Event) -> None:
    expired.set()
    _kill(child)


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
