"""Step 2: a file to pages of text.

One format a module: `SUFFIXES` names the files it is for, `recognises(sample)` tells its files
by their content, `extract(path)` yields their pages. Whatever of these modules is in the folder
is used. Heavy libraries are imported inside `extract`, because only one format is ever needed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast
from zipfile import BadZipFile, ZipFile

from processor.clean import clean
from processor.errors import Code, PermanentError
from processor.pages import Page

_HEAD_BYTES = 4096


@dataclass(frozen=True)
class Sample:
    """What a file's content tells about its type: first bytes, names inside if it is a zip."""

    head: bytes
    members: frozenset[str]


class Format(Protocol):
    """A module of this folder."""

    SUFFIXES: tuple[str, ...]

    def recognises(self, sample: Sample) -> bool: ...

    def extract(self, path: Path) -> Iterator[Page]: ...


def formats() -> Iterator[Format]:
    """Yield the formats of this folder, by name."""
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            yield cast("Format", importlib.import_module(f"{__name__}.{module.name}"))


def extract(path: Path, suffix: str) -> Iterator[Page]:
    """Yield the repaired pages of a file, its type decided by content first, then by `suffix`.

    Raises `PermanentError`; also whatever a parser trips over in a damaged file.
    """
    for page in choose(sample(path), suffix).extract(path):
        yield replace(page, text=clean(page.text), heading=tuple(map(clean, page.heading)))


def choose(seen: Sample, suffix: str) -> Format:
    """Return the format of a file; raises `PermanentError` with `unsupported_type` if none."""
    known = list(formats())
    for candidate in known:
        if candidate.recognises(seen):
            return candidate
    for candidate in known:
        if suffix.lower() in candidate.SUFFIXES:
            return candidate
    raise PermanentError(Code.UNSUPPORTED_TYPE, suffix)


def sample(path: Path) -> Sample:
    """Return what the content of a file tells about its type."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return Sample(head, _members(path) if head.startswith(b"PK") else frozenset())


def _members(path: Path) -> frozenset[str]:
    try:
        with ZipFile(path) as archive:
            return frozenset(archive.namelist())
    except BadZipFile:
        return frozenset()
