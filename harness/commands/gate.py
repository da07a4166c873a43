"""Exercise the project and say whether it may be released: pass, fail or inconclusive.

Starts environments of its own, sends uploads at a declared rate, runs the scenarios and judges
both against the goals. DIR gets gate.json, gate.md and the evidence behind them: samples.csv,
scenarios.xml and the logs. What was not measured never passes.

examples:
  harness gate
  harness gate --full --output build/gate
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.settings import Settings

if TYPE_CHECKING:
    from harness.gate.run import Run

HELP = "run scenarios and load, and print pass, fail or inconclusive"
EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--quick", dest="plan", action="store_const", const="quick", help="1 min of load (default)"
    )
    length.add_argument(
        "--full", dest="plan", action="store_const", const="full", help="5 min of load"
    )
    parser.set_defaults(plan="quick")
    parser.add_argument("--output", type=Path, default=Path("report"), metavar="DIR")
    parser.add_argument("--template", type=Path, default=Path("template.yaml"), metavar="FILE")
    parser.add_argument("--scenarios", type=Path, default=Path("scenarios"), metavar="PATH")
    parser.add_argument("--load", type=Path, default=Path("loadtests/upload.py"), metavar="FILE")
    parser.add_argument("--goals", type=Path, default=Path("scenarios/goals.toml"), metavar="FILE")
    parser.add_argument("--seed", type=int, default=1, help="of arrivals and documents (default 1)")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    from harness.gate import goals, report
    from harness.gate.run import collect
    from harness.gate.verdict import judge

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop what was started then too
    declared = goals.load(arguments.goals)
    _demand(arguments.template, arguments.scenarios, arguments.load)
    report.clear(arguments.output)
    evidence = collect(_run(arguments, settings.inherited), _say)
    verdict = judge(declared, evidence)
    print(report.write(arguments.output, declared, evidence, verdict))
    return EXIT_CODES[verdict.outcome]


def _demand(*paths: Path) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist; run the gate in the project's directory")


def _run(arguments: argparse.Namespace, variables: Mapping[str, str]) -> Run:
    from harness.gate.run import PLANS, Run

    files = {
        "template": arguments.template,
        "goals": arguments.goals,
        "lock": arguments.template.parent / "requirements.lock",
    }
    return Run(
        scenarios=arguments.scenarios,
        load=arguments.load,
        plan=PLANS[arguments.plan],
        seed=arguments.seed,
        files=files,
        output=arguments.output,
        variables=variables,
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
