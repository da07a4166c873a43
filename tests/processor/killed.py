"""A processor that kills itself: what the tests of sudden deaths run in a process of their own.

A point is the call or the return of a function of the processor, as `module.function:event`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from processor.events import ObjectRef
from processor.pages import Page
from processor.pipeline import Dependencies, ingest
from processor.settings import DatabaseCredentials
from tests.processor import fakes

# Where state is changed or held. Others are left out for the sake of time: they only compute.
_MODULES = ("processor.pipeline", "processor.store", "processor.content", "processor.tombstones")


def dependencies(credentials: DatabaseCredentials, folder: Path, owner: str) -> Dependencies:
    """Return the real things but for S3, Bedrock and the reading child, which takes its time."""
    return replace(fakes.dependencies(credentials, fakes.Shelf(folder), owner), extract=_sections)


def _sections(path: Path, _: str, __: float) -> list[Page]:
    return [Page(None, text, (text[:3],)) for text in path.read_text("utf-8").split("\n\n")]


def points(credentials: DatabaseCredentials, folder: Path, ref: ObjectRef) -> list[str]:
    """Return the points that a whole run passes, each once, in order."""
    seen: dict[str, None] = {}
    _run(credentials, folder, ref, seen.setdefault)
    return list(seen)


def die_at(fatal: str, credentials: DatabaseCredentials, folder: Path, ref: ObjectRef) -> None:
    """Process `ref`, but die by SIGKILL at the point."""

    def check(point: str) -> None:
        if point == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    _run(credentials, folder, ref, check)


def _run(
    credentials: DatabaseCredentials, folder: Path, ref: ObjectRef, passed: Callable[[str], object]
) -> None:
    deps = dependencies(credentials, folder, "killed")

    def profile(frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__")
        if module in _MODULES and event in ("call", "return"):
            passed(f"{module}.{frame.f_code.co_qualname}:{event}")

    sys.setprofile(profile)
    try:
        ingest(ref, deps)
    finally:
        sys.setprofile(None)
        deps.store.close()
