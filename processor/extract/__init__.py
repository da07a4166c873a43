"""Step 2: a file to pages of text.

One format a module: `SUFFIXES` names the files it is for, `recognises(sample)` tells its files
by their content, `extract(path)` yields their pages. Whatever of these modules is in the folder
is used. Heavy libraries are imported inside `extract`, because only one format is ever needed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from processor import archive, binary
from processor.clean import clean
from processor.errors import Code, PermanentError
from processor.garble import garbled
from processor.pages import Page

_HEAD_BYTES = 8192
_TAIL_BYTES = 1024

# A heading is repeated in each of its chunks, so it must not be as long as a text.
MAX_TITLE_CHARS = 200
MAX_TITLES = 12


@dataclass(frozen=True)
class Sample:
    """What a file's content tells about its type: first bytes, names inside if it is a zip, end."""

    head: bytes
    members: frozenset[str]
    tail: bytes = b""


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
    seen = sample(path)
    written = undecoded = 0
    for page in choose(seen, suffix, path).extract(path):
        broken = garbled(page.text)
        written += bool(page.text.strip())
        undecoded += broken
        text = "" if broken else clean(page.text)
        yield Page(page.number, text, _titles(page.heading), page.unread or broken)
    if undecoded * 2 > written:
        raise PermanentError(Code.GARBLED_TEXT, f"{undecoded} of {written} pages")


def choose(seen: Sample, suffix: str, path: Path | None = None) -> Format:
    """Return the format of a file.

    What the content proves decides. Plain text proves nothing, so there the name does. Raises
    `PermanentError`: `unsupported_type`, or what `binary.refuse` finds out about a container.
    """
    known = list(formats())
    for candidate in known:
        if candidate.recognises(seen):
            return candidate
    binary.refuse(seen.head, seen.members, path)
    for candidate in known:
        if suffix.lower() in candidate.SUFFIXES:
            return candidate
    raise PermanentError(Code.UNSUPPORTED_TYPE, "nothing known, by content or by name")


def sample(path: Path) -> Sample:
    """Return what the content of a file tells about its type."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        tail = head[-_TAIL_BYTES:]
        if len(head) == _HEAD_BYTES:
            file.seek(-_TAIL_BYTES, 2)
            tail = file.read()
    is_zip = head.startswith(binary.ZIP)
    return Sample(head, archive.members(path) if is_zip else frozenset(), tail)


def _titles(heading: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = (" ".join(clean(title[: 2 * MAX_TITLE_CHARS]).split()) for title in heading)
    return tuple(title[:MAX_TITLE_CHARS] for title in cleaned if title)[:MAX_TITLES]
