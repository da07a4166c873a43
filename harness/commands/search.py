"""Search the documents by words and by meaning.

examples:
  harness search "annual leave"
  harness search 特別休假 --limit 3
  harness search "remote work" | cut -f 2
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from harness import environment
from harness.environment import Environment
from harness.settings import Settings
from harness.state import State

if TYPE_CHECKING:
    from harness.documents.api import Hit

HELP = "search the processed documents"
_EXCERPT = 240


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="passages (default 10)")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    running = environment.load(State(settings.state_dir))
    from harness.rows import print_rows

    hits = asyncio.run(_search(running, arguments.query, arguments.limit))
    if not hits:
        print("nothing found", file=sys.stderr)
        return 0
    columns = ("score", "file", "page", "heading", "passage")
    print_rows("", columns, [row(hit, arguments.query) for hit in hits])
    return 0


def row(hit: Hit, query: str) -> tuple[object, ...]:
    from harness.documents.passages import excerpt, marked

    passage = marked(excerpt(hit.content, query, _EXCERPT), query)
    return f"{hit.score:.3f}", hit.file_name, pages(hit), hit.heading or "", passage


def pages(hit: Hit) -> str:
    """Return "3", "3-4", or "" for a format without pages."""
    numbers = [number for number in (hit.page_from, hit.page_to) if number is not None]
    return "-".join(str(number) for number in dict.fromkeys(numbers))


async def _search(running: Environment, query: str, limit: int) -> list[Hit]:
    from harness.documents.api import DocumentsApi

    async with DocumentsApi(running) as api:
        return await api.search(query, limit)
