"""Handlers that look around in their sandbox, and some that wreck it."""

from __future__ import annotations

import http.client
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from settings import ENVIRONMENT

TMP = Path(tempfile.gettempdir())
_count = 0
_born = time.time_ns()
_beats: list[float] = []


def wreck(event: Any, context: Any) -> dict[str, Any]:
    """Leave a file and count, then end as the event says."""
    global _count  # noqa: PLW0603 - whether it survives is what is tested
    _count += 1
    files = sorted(entry.name for entry in TMP.iterdir() if entry.is_file())
    (TMP / f"{len(files)}.txt").touch()
    match event:
        case "time-out":
            threading.Event().wait()
        case "exit":
            os._exit(7)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "memory":
            hold(200)
        case "memory of a child":
            program = f"import {__name__}; {__name__}.hold(200)"
            subprocess.run([sys.executable, "-c", program], check=False)
    return {"count": _count, "files": files, "stream": context.log_stream_name, "process": _born}


def hold(megabytes: int) -> None:
    held = bytearray(megabytes << 20)
    held[::4096] = b"x" * len(held[::4096])
    threading.Event().wait()


def look(event: Any, context: Any) -> dict[str, Any]:
    storage = os.statvfs(TMP)
    return {
        "variables": ENVIRONMENT,
        "directory": str(Path.cwd()),
        "file": __file__,
        "written": {place: _written(Path(place)) for place in event["places"]},
        "storage_mb": storage.f_frsize * storage.f_blocks >> 20,
        "descriptors": _descriptors(),
        "user": os.getuid(),
        "process": os.getpid(),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
    }


def _written(place: Path) -> str:
    try:
        place.write_text("x")
        place.unlink()
    except OSError as error:
        return error.strerror or ""
    return "written"


def _descriptors() -> int:
    """Return the number of the last file that can be opened."""
    opened: list[int] = []
    try:
        while True:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        return opened[-1]
    finally:
        for descriptor in opened:
            os.close(descriptor)


def fill(event: Any, context: Any) -> str:
    """Reserve that many MB in `/tmp`."""
    with (TMP / "large").open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, event["mb"] << 20)
        except OSError as error:
            return error.strerror or ""
    return "fits"


def spend(event: Any, context: Any) -> int:
    """Use files in `/tmp` beyond the function's memory, which they are no part of."""
    with (TMP / "large").open("wb") as file:
        for _ in range(event["mb"]):
            file.write(b"x" * (1 << 20))
    return (TMP / "large").stat().st_size >> 20


def beat(event: Any, context: Any) -> float:
    """Return the longest time that the thread in the background did not run; start it first."""
    if not _beats:
        _beats.append(time.monotonic())
        threading.Thread(target=_beat, daemon=True).start()
    times = [*_beats, time.monotonic()]
    return max(later - sooner for sooner, later in pairwise(times))


def _beat() -> None:
    pause = threading.Event()
    while True:
        _beats.append(time.monotonic())
        pause.wait(0.01)


def talk_to_runtime_api(event: Any, context: Any) -> list[Any]:
    """Return the answers of the Runtime API to the requests of the event: [method, path, body]."""
    answers = []
    for method, path, body in event:
        connection = http.client.HTTPConnection(ENVIRONMENT["AWS_LAMBDA_RUNTIME_API"])
        place = path.replace("OWN", context.aws_request_id)
        connection.request(method, place, body)
        answer = connection.getresponse()
        answers.append([answer.status, answer.read().decode()])
        connection.close()
    return answers


def log_levels(event: Any, context: Any) -> None:
    print("printed")
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        logging.getLogger().log(level, logging.getLevelName(level))


def connect(event: Any, context: Any) -> list[str]:
    """Return what comes of a connection to each (host, port) of the event."""
    found = []
    for host, port in event:
        try:
            socket.create_connection((host, port), timeout=2).close()
            found.append("connected")
        except OSError as error:
            found.append(os.strerror(error.errno or 0))
    return found


def processes(event: Any, context: Any) -> int:
    """Return how many processes can be seen."""
    return sum(entry.name.isdigit() for entry in Path("/proc").iterdir())
