"""Send dead letters back to where they came from.

NAME is a dead-letter queue (name, ARN or URL), or a function whose dead letters are meant.
A message that SQS moved there is sent to its source queue again, attributes kept. A letter that
Lambda left after an asynchronous invocation, or the record of an OnFailure destination, invokes its
function again, asynchronously.

Each is deleted only once it was sent: Ctrl-C loses none. What has no place to go to stays in the
queue, and the exit code is 1.

examples:
  harness redrive hr-chatbot-file-processor
  harness redrive hr-chatbot-file-processor-dlq --dry-run
  harness redrive orders-dlq --limit 10
  harness redrive shared-dlq --to orders
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from harness import environment
from harness.errors import UsageError
from harness.settings import Settings
from harness.state import State

if TYPE_CHECKING:
    from harness.redrive.move import Moved, Mover

HELP = "send dead letters back to their queue or function"
INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="dead-letter queue or function")
    parser.add_argument(
        "--to", metavar="NAME", help="send them to this queue or function instead of their own"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="send back at most N letters")
    parser.add_argument("--dry-run", action="store_true", help="only show where each would go")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError("--limit must be greater than 0")
    running = environment.load(State(settings.state_dir))
    from harness import boto

    with boto.speaking_to(running), _interrupts() as interrupted:
        sqs, aws_lambda = boto.client(running, "sqs"), boto.client(running, "lambda")
        mover = _mover(arguments, sqs, aws_lambda, interrupted)
        count = min(mover.waiting(), arguments.limit or sys.maxsize)
        if arguments.dry_run:
            left = _show_each(mover.look(count))
        else:
            left = _show_sums(_with_progress(mover.move(count), count))
        return INTERRUPTED if interrupted() else min(left, 1)


def _mover(
    arguments: argparse.Namespace, sqs: Any, aws_lambda: Any, interrupted: Callable[[], bool]
) -> Mover:
    from harness.redrive.move import Mover
    from harness.redrive.places import Origins, Places

    places = Places(sqs, aws_lambda)
    url = places.dead_letters(arguments.name)
    to = places.named(arguments.to) if arguments.to else None
    origins = Origins(places.sources(url), places.functions(url), to)
    return Mover(sqs, aws_lambda, url, origins, interrupted)


def _show_each(moved: Iterator[Moved]) -> int:
    """Print a row for each letter; return how many have no place to go to."""
    from harness.rows import print_rows

    letters = list(moved)
    rows = [(one.letter.id, one.to or "stays", one.left or one.letter.error) for one in letters]
    print_rows("Dead letters", ("message", "to", "reason"), rows)
    return sum(1 for one in letters if one.left)


def _show_sums(moved: Iterator[Moved]) -> int:
    """Print how many letters went where; return how many stayed."""
    from harness.rows import print_rows

    went, stayed = Counter[str](), Counter[str]()
    try:
        for one in moved:
            if one.left:
                stayed[one.left] += 1
            else:
                went[str(one.to)] += 1
    finally:
        rows = [(place, count, "") for place, count in went.items()]
        rows += [("stayed", count, reason) for reason, count in stayed.items()]
        print_rows("Dead letters", ("to", "letters", "reason"), rows)
    return stayed.total()


def _with_progress(moved: Iterator[Moved], count: int) -> Iterator[Moved]:
    """Show on a terminal how far it is."""
    live = sys.stderr.isatty()
    for number, one in enumerate(moved, start=1):
        if live:
            print(f"\r\x1b[K{number} of {count}", end="", file=sys.stderr, flush=True)
        yield one
    if live:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C wait until the letter at hand was sent and deleted; yields whether it came."""
    received: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: received.append(number))
    try:
        yield lambda: bool(received)
    finally:
        signal.signal(signal.SIGINT, before)
