"""Print what a client needs, as shell exports or as JSON.

examples:
  eval "$(harness env)"
  aws s3 ls
  harness env --json | jq -r .TOKEN
"""

from __future__ import annotations

import argparse
import json
import shlex

from harness import environment
from harness.settings import Settings
from harness.state import State

HELP = "print AWS_ENDPOINT_URL, API_URL, TOKEN and the like for a shell"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="an object instead of shell exports")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    exports = environment.load(State(settings.state_dir)).exports()
    if arguments.json:
        print(json.dumps(exports, indent=2))
    else:
        for name, value in exports.items():
            print(f"export {name}={shlex.quote(value)}")
    return 0
