"""CSV: a line of text for each row, whatever separates its cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from processor.decode import read_text
from processor.extract import Sample
from processor.pages import Page, row

SUFFIXES = (".csv",)

_SEPARATORS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')
_SAMPLE_LINES = 20
_SAMPLE_CHARS = 20_000


def recognises(sample: Sample) -> bool:
    """Nothing in its content tells CSV from other text with commas; the name must."""
    return False


def extract(path: Path) -> Iterator[Page]:
    """Yield the whole table as one unnumbered page."""
    text = read_text(path)
    try:
        yield Page(None, "\n".join(_rows(text)))
    except csv.Error:  # quotes that do not match; then it is text with commas
        yield Page(None, text)


def _rows(text: str) -> Iterator[str]:
    csv.field_size_limit(max(len(text), 1))
    lines = text.splitlines(keepends=True)
    for cells in csv.reader(lines, delimiter=separator(text[:_SAMPLE_CHARS])):
        if line := row(cells):
            yield line


def separator(head: str) -> str:
    """Return the mark that cuts most lines of `head` into the same number of cells.

    `csv.Sniffer` guesses more, but its patterns take quadratic time on hostile lines.
    """
    lines = [line for line in _QUOTED.sub("", head).splitlines()[:_SAMPLE_LINES] if line]

    def agreement(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max(_SEPARATORS, key=agreement)
