"""The command line: find the command, run it, turn what happened into an exit code.

A command is a module in `harness/commands/`. Only the one asked for is imported, and what is slow
to import it imports when it runs, so that `harness up` and `harness --help` answer at once.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Sequence
from typing import Protocol

from harness import commands, settings
from harness.errors import HarnessError
from harness.settings import Settings

INTERRUPTED = 130
_EXIT_CODES = """\
exit codes:
  0    done
  1    failed
  2    the command was not understood
  3    inconclusive
  4    no environment, or it could not start
  130  interrupted
"""


class Command(Protocol):
    """What a module in `harness/commands/` provides; its docstring is the help page."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace, settings: Settings) -> int:
        """Do it and return the exit code; raise `HarnessError` for what a user can act on."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    try:
        arguments = _parser(words).parse_args(words)
        code: int = arguments.command.run(arguments, settings.load())
        sys.stdout.flush()
    except HarnessError as error:
        print(f"harness: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("harness: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return 0
    return code


def names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))


def load(name: str) -> Command:
    module: Command = importlib.import_module(f"{commands.__name__}.{name}")
    return module


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser of the command asked for, or of all of them when none is recognised."""
    known = names()
    parser = argparse.ArgumentParser(
        prog="harness",
        description="A local AWS for S3-event-driven pipelines.",
        epilog=f"`harness COMMAND --help` shows examples.\n\n{_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in words[:1] if words and words[0] in known else known:
        command = load(name)
        _add(parsers, name, command)
    return parser


def _add(
    parsers: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Command,
) -> None:
    parser = parsers.add_parser(
        name,
        help=command.HELP,
        description=inspect.getdoc(command),
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_arguments(parser)
    parser.set_defaults(command=command)


def _discard_output() -> None:
    """Let the interpreter flush at exit: whoever read our output (`head`) has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
