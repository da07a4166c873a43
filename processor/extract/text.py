"""Plain text in any encoding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from processor.clean import unwrap
from processor.decode import read_text
from processor.extract import Sample
from processor.pages import Page

SUFFIXES = (".txt",)


def recognises(sample: Sample) -> bool:
    """Nothing in its content tells plain text from its relatives; the name must."""
    return False


def extract(path: Path) -> Iterator[Page]:
    """Yield the whole text as one unnumbered page."""
    yield Page(None, unwrap(read_text(path)))
