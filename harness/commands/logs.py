"""Print what the Lambda functions logged, oldest first; with -f also what they log from now on.

examples:
  harness logs
  harness logs -f hr-chatbot-file-processor
  harness logs --since 10m
  harness logs --since 2026-01-31T08:00
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from harness import environment, since
from harness.settings import Settings
from harness.state import State

if TYPE_CHECKING:
    from harness.log_reader import Line

HELP = "print the logs of the functions"
_BEGINNING = datetime.fromtimestamp(0, UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", nargs="?", metavar="FUNCTION", help="default: all of them")
    parser.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")
    parser.add_argument(
        "--since",
        type=_time,
        default=_BEGINNING,
        metavar="TIME",
        help="90s, 10m, 2h or 1d ago, or an ISO 8601 time in UTC (default: everything)",
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    running = environment.load(State(settings.state_dir))
    from harness.log_reader import LogReader

    functions = [arguments.function] if arguments.function else []
    reader = LogReader(running, functions, int(arguments.since.timestamp() * 1000))
    for line in reader.fresh():
        show(line)
    if arguments.follow:
        asyncio.run(reader.follow(show))
    return 0


def show(line: Line) -> None:
    at = datetime.fromtimestamp(line.time / 1000, UTC)
    print(f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + f"Z {line.function} {line.message}", flush=True)


def _time(text: str) -> datetime:
    try:
        return since.parse(text, datetime.now(UTC))
    except (ValueError, OverflowError):
        message = f"{text!r} is neither a time ago (10m) nor an ISO 8601 time"
        raise argparse.ArgumentTypeError(message) from None
