"""Tell what became of an object's events: rules, deliveries, attempts, and what to change.

Keys are written as they are, not as event records encode them.

examples:
  harness why s3://hr-chatbot-documents-ap-northeast-1/uploads/手冊.pdf
  harness why --follow s3://bucket/key     until nothing more is going to happen
  harness why --json s3://bucket/key       also at /_harness/why?bucket=…&key=… of the endpoint
"""

from __future__ import annotations

import argparse
import json
import re
import time
from typing import Any

from harness import environment
from harness.environment import Environment
from harness.settings import Settings
from harness.state import State

HELP = "tell what became of an S3 object's events"
_SHOWN = 5
_OBJECT = re.compile(r"s3://([^/]+)/(.+)", re.DOTALL)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("object", type=_object, metavar="s3://BUCKET/KEY")
    parser.add_argument("--follow", action="store_true", help="go on until it is over")
    parser.add_argument(
        "--all", action="store_true", help=f"every write of the key, not the last {_SHOWN}"
    )
    parser.add_argument("--json", action="store_true", help="the whole story as one object")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    running = environment.load(State(settings.state_dir))
    from harness import control

    bucket, key = arguments.object
    story = control.why(running, bucket, key)
    if not arguments.json:
        _show(story, everything=arguments.all)
    while arguments.follow and not (story["writes"] and story["settled"]):
        story = _next(running, story)
        if not arguments.json:
            print()
            _show(story, everything=arguments.all)
    if arguments.json:
        print(json.dumps(story, indent=2, ensure_ascii=False))
    return 0 if story["writes"] else 1


def _next(running: Environment, story: dict[str, Any]) -> dict[str, Any]:
    """Return the story once it has grown."""
    from harness import control

    while True:
        longer = control.why(running, story["bucket"], story["key"], after=story["lines"])
        if longer["lines"] > story["lines"]:
            return longer


def _show(story: dict[str, Any], *, everything: bool) -> None:
    from harness.why.text import lines

    writes = story["writes"] if everything else story["writes"][-_SHOWN:]
    for line in lines({**story, "writes": writes}, time.time()):
        print(line, flush=True)
    if len(writes) < len(story["writes"]):
        print(f"{len(story['writes']) - len(writes)} earlier writes are not shown; use --all")


def _object(text: str) -> tuple[str, str]:
    match = _OBJECT.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form s3://BUCKET/KEY")
    return match.group(1), match.group(2)
