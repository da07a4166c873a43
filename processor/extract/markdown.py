"""Markdown: the source as written, cut at its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from processor.decode import read_text
from processor.extract import Sample
from processor.pages import Block, Page, sections

SUFFIXES = (".md",)

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def recognises(sample: Sample) -> bool:
    """Nothing in its content tells Markdown from plain text; the name must."""
    return False


def extract(path: Path) -> Iterator[Page]:
    """Yield one unnumbered page a section."""
    yield from sections(_blocks(read_text(path)))


def _blocks(text: str) -> Iterator[Block]:
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if mark:
            fence = _fence_after(fence, mark[1])
        heading = None if fence else _HEADING.match(line)
        yield Block(line, len(heading[1]) if heading else 0)


def _fence_after(fence: str, mark: str) -> str:
    """Return the fence that is open after a line with `mark` ("" when it closes the open one)."""
    if not fence:
        return mark
    return "" if mark.startswith(fence) else fence
