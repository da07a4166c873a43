"""Show what runs: services, functions, database, memory and findings.

examples:
  harness status
  harness status --json | jq .memory_mb
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from harness import environment
from harness.environment import Environment
from harness.settings import Settings
from harness.state import State

HELP = "show what the running environment does"
_FUNCTION_COLUMNS = ("name", "state", "sandboxes", "running", "waiting", "reaches", "last_error")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="everything, as one object")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    running = environment.load(State(settings.state_dir))
    from harness import control

    answer = control.status(running)
    if arguments.json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        _show(running, answer)
    return 0


def _show(running: Environment, answer: dict[str, Any]) -> None:
    from harness.rows import print_rows

    print_rows("Environment", ("what", "value"), _overview(running, answer))
    print_rows("Functions", _FUNCTION_COLUMNS, [_function_row(f) for f in answer["functions"]])
    print_rows("Limits", ("limit", "state"), list(answer["limits"].items()))
    if answer["findings"]:
        print_rows("Findings", ("finding",), [(finding,) for finding in answer["findings"]])


def _overview(running: Environment, answer: dict[str, Any]) -> list[tuple[str, object]]:
    return [
        ("endpoint", running.endpoint_url),
        ("api", running.api_url),
        ("process", running.pid),
        ("template", running.template),
        ("runtime", running.runtime),
        ("memory_mb", answer["memory_mb"]),
        ("sandboxes", _brief(answer["sandboxes"])),
        ("queued events", answer["queued_events"]),
        ("s3_delivery", answer["s3_delivery"]),
        ("faults", len(answer["faults"]) or "none"),
        ("control plane", _brief(answer["control_plane"])),
        ("database", _brief(answer["database"])),
        *((f"service {name}", _brief(state)) for name, state in answer["services"].items()),
    ]


def _function_row(function: dict[str, Any]) -> list[object]:
    return ["" if function[column] is None else function[column] for column in _FUNCTION_COLUMNS]


def _brief(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)
