"""Upload documents and follow each of them until it is processed.

A file over 4.5 MB, which API Gateway does not take, goes to the bucket in parts by presigned URLs.

Exits with 1 when a document failed, was refused, or was not settled in time.

examples:
  harness upload handbook.pdf
  harness upload docs/*.pdf --timeout 600
  harness upload --no-wait handbook.pdf
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness import environment
from harness.environment import Environment
from harness.errors import UsageError
from harness.settings import Settings
from harness.state import State

if TYPE_CHECKING:
    from harness.documents.delivery import Delivery, Display

HELP = "upload documents and show them being processed"
_TIMEOUT_S = 300.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    wait = parser.add_mutually_exclusive_group()
    wait.add_argument(
        "--no-wait",
        dest="timeout",
        action="store_const",
        const=0.0,
        help="return once the files are uploaded",
    )
    wait.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help=f"how long a document may take to be processed (default {_TIMEOUT_S:g})",
    )
    parser.set_defaults(timeout=_TIMEOUT_S)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    demand_readable(arguments.files)
    running = environment.load(State(settings.state_dir))
    from harness.rows import print_rows

    deliveries = _show(running, arguments.files, arguments.timeout)
    print_rows("", ("file", "document", "status", "chunks", "seconds", "error"), rows(deliveries))
    return 1 if any(delivery.error for delivery in deliveries) else 0


def demand_readable(paths: Sequence[Path]) -> None:
    """Raise `UsageError` naming the first path that is not a file that can be read."""
    for path in paths:
        try:
            path.open("rb").close()
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def rows(deliveries: Sequence[Delivery]) -> list[tuple[object, ...]]:
    return [
        (
            delivery.path.name,
            delivery.document.id if delivery.document else "",
            delivery.document.status if delivery.document else "refused",
            delivery.document.chunk_count if delivery.document else "",
            f"{delivery.seconds:.1f}",
            delivery.error,
        )
        for delivery in deliveries
    ]


def _show(running: Environment, files: Sequence[Path], timeout: float) -> list[Delivery]:
    from rich.console import Console

    from harness.documents.bars import Bars
    from harness.documents.lines import Lines

    console = Console(stderr=True)
    if not console.is_terminal:
        return asyncio.run(_deliver(running, files, Lines(), timeout))
    with Bars(console) as bars:
        return asyncio.run(_deliver(running, files, bars, timeout))


async def _deliver(
    running: Environment, files: Sequence[Path], display: Display, timeout: float
) -> list[Delivery]:
    from harness.documents.api import DocumentsApi
    from harness.documents.delivery import Courier

    async with DocumentsApi(running) as api:
        return await Courier(api, display, timeout).deliver(files)
