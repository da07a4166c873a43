"""Python programs that tests run as processes of their own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def running(source: str, *arguments: object, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Yield the running program once it has printed its first line, found in `first_line`.

    It is killed when the block ends, if it still runs.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", source, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, f"the program ended with {process.wait()} before it said anything"
    return line
