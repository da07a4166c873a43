"""Look for what could keep an environment from working on this machine, and say what to do.

Exits with 1 when `harness up` cannot work; a warning only means that something is left out.

examples:
  harness doctor
  harness doctor --port 4577 --template other.yaml
  harness doctor --json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from harness.doctor import examine
from harness.doctor.finding import Checkup, Finding, Level
from harness.options import DEFAULT_PORT
from harness.settings import Settings

HELP = "check this machine and the template"
_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "bold red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default %(default)s")
    parser.add_argument(
        "--template", type=Path, default=Path("template.yaml"), metavar="FILE", help="%(default)s"
    )
    parser.add_argument("--json", action="store_true", help="an array of findings")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    findings = examine(Checkup(settings, arguments.port, arguments.template))
    seen = _print_json(findings) if arguments.json else _print_lines(findings)
    return 1 if Level.PROBLEM in seen else 0


def _print_json(findings: Iterable[Finding]) -> set[Level]:
    found = list(findings)
    print(json.dumps([asdict(finding) for finding in found], indent=2, ensure_ascii=False))
    return {finding.level for finding in found}


def _print_lines(findings: Iterable[Finding]) -> set[Level]:
    """Print each finding when it is there: some checks take a second."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    seen: set[Level] = set()
    for finding in findings:
        seen.add(finding.level)
        line = Text(f"{finding.level:8}", style=_STYLES[finding.level])
        console.print(line.append(f" {finding.subject}: {finding.detail}", style="default"))
        if finding.remedy:
            console.print(f"         {finding.remedy}", markup=False)
    return seen
