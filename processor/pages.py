"""What extraction yields: the text of a document in reading order, cut where the format cuts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page, slide or sheet (`number` from 1), or a section of any other format (`number` None).

    heading: titles from the outermost inwards, empty where the format has none. unread: the page
    is there but could not be read; its text is empty, or what could be got of it.
    """

    number: int | None
    text: str
    heading: tuple[str, ...] = ()
    unread: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph or line; `level` is 1 for the outermost heading and 0 for anything else."""

    text: str
    level: int = 0


def sections(blocks: Iterable[Block]) -> Iterator[Page]:
    """Yield one unnumbered page for each heading and the blocks under it."""
    path: list[Block] = []
    lines: list[str] = []
    for block in blocks:
        if block.level:
            if lines:
                yield _section(path, lines)
            path = [*(above for above in path if above.level < block.level), block]
            lines = []
        lines.append(block.text)
    if lines:
        yield _section(path, lines)


def row(cells: Iterable[str]) -> str:
    """Return the line that stands for a row of a table; white space within cells is folded."""
    return " | ".join(" ".join(cell.split()) for cell in cells).rstrip(" |")


def _section(path: list[Block], lines: list[str]) -> Page:
    titles = tuple(title for block in path if (title := block.text.strip("# \t")))
    return Page(None, "\n".join(lines), titles)
