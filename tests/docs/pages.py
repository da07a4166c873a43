"""The commands that the documentation shows, as it shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("docs/services/*.md")])

_FENCED = r"^```\w*\n(.*?)^```$"
_INDENTED = r"((?:^ {4}[^\n]*\n|^\n(?= {4}))+)"
_BLOCK = re.compile(f"{_FENCED}|{_INDENTED}", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> Iterator[str]:
    """Yield the code blocks of a page, without indentation and prompts."""
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        lines = (match[1] or match[2]).splitlines()
        yield "\n".join(line.removeprefix("    ").removeprefix("$ ") for line in lines)


def commands(program: str) -> Iterator[tuple[str, str]]:
    """Yield (page, command line) of every use of `program` at the start of a line."""
    pattern = re.compile(rf"^(?:\.venv/bin/)?{re.escape(program)} .*$", re.MULTILINE)
    for page in PAGES:
        for block in blocks(page):
            for line in pattern.findall(block):
                yield page.name, line
