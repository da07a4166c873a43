"""A processor that kills itself: what the tests of sudden deaths run in a process of their own.

A point is the call or the return of a function of the processor, as `module.function:event`.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from processor.pages import Page
from processor.pipeline import Dependencies
from processor.settings import DatabaseCredentials
from tests.processor import fakes

# Where state is changed or held. Others are left out for the sake of time: they only compute.
_MODULES = (
    *("processor.pipeline", "processor.store", "processor.content", "processor.tombstones"),
    *("processor.reconcile", "processor.unsettled"),
)

# What a processor or a reconciler does; it goes to another process, so it must be importable.
Work = Callable[[Dependencies], object]


@dataclass(frozen=True)
class OneObject:
    """An S3 with one object and nothing else."""

    key: str
    version: str

    def list_object_versions(self, **_: Any) -> dict[str, Any]:
        entry = {"Key": self.key, "VersionId": self.version, "IsLatest": True}
        modified = datetime(2026, 1, 1, tzinfo=UTC)
        return {"Versions": [{**entry, "LastModified": modified}], "IsTruncated": False}

    def head_object(self, **_: Any) -> dict[str, Any]:
        return {"ContentLength": 9, "VersionId": self.version}


def dependencies(credentials: DatabaseCredentials, folder: Path, owner: str) -> Dependencies:
    """Return the real things but for S3, Bedrock and the reading child, which takes its time."""
    return replace(fakes.dependencies(credentials, fakes.Shelf(folder), owner), extract=_sections)


def _sections(path: Path, _: str, __: float) -> list[Page]:
    return [Page(None, text, (text[:3],)) for text in path.read_text("utf-8").split("\n\n")]


def points(credentials: DatabaseCredentials, folder: Path, work: Work) -> list[str]:
    """Return the points that the whole work passes, each once, in order."""
    seen: dict[str, None] = {}
    _run(credentials, folder, work, seen.setdefault)
    return list(seen)


def die_at(fatal: str, credentials: DatabaseCredentials, folder: Path, work: Work) -> None:
    """Do the work, but die by SIGKILL at the point."""
    tempfile.tempdir = str(folder)  # what the dead leave goes with the test

    def check(point: str) -> None:
        if point == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    _run(credentials, folder, work, check)


def _run(
    credentials: DatabaseCredentials, folder: Path, work: Work, passed: Callable[[str], object]
) -> None:
    deps = dependencies(credentials, folder, "killed")

    def profile(frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__")
        if module in _MODULES and event in ("call", "return"):
            passed(f"{module}.{frame.f_code.co_qualname}:{event}")

    sys.setprofile(profile)
    try:
        work(deps)
    finally:
        sys.setprofile(None)
        deps.store.close()
