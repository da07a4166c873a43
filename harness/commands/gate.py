"""Exercise the project and say whether it may be released: pass, fail or inconclusive.

Starts environments of its own, sends uploads at a declared rate, runs the scenarios and judges
both against the goals. DIR gets gate.json, the same as report.html, report.md, junit.xml and
metrics.txt, and the evidence behind them. What was not measured never passes.

`judge DIR` judges the evidence of an earlier gate once more, without an environment. It changes
nothing, and refuses files that are not those that the gate wrote.

examples:
  harness gate
  harness gate --full --output build/gate
  harness gate --runtime docker
  harness gate --base ../released/template.yaml
  harness gate judge build/gate
  harness gate judge build/gate --image "$IMAGE_ID"
  harness gate judge build/gate --goals stricter.toml
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.settings import Settings

if TYPE_CHECKING:
    from harness.gate.goals import Goals
    from harness.gate.judgement import Judgement
    from harness.gate.run import Run

MOST_PAIRS = 99  # two digits in the names of their directories
HELP = "run scenarios and load, and print pass, fail or inconclusive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--quick", dest="plan", action="store_const", const="quick", help="1 min of load (default)"
    )
    length.add_argument(
        "--full", dest="plan", action="store_const", const="full", help="5 min of load"
    )
    parser.add_argument("--output", type=Path, default=Path("report"), metavar="DIR")
    parser.add_argument("--template", type=Path, default=Path("template.yaml"), metavar="FILE")
    parser.add_argument("--scenarios", type=Path, default=Path("scenarios"), metavar="PATH")
    parser.add_argument("--load", type=Path, default=Path("loadtests/upload.py"), metavar="FILE")
    parser.add_argument("--goals", type=Path, default=Path("scenarios/goals.toml"), metavar="FILE")
    parser.add_argument("--seed", type=int, default=1, help="of arrivals and documents (default 1)")
    parser.add_argument(
        "--runtime",
        choices=["process", "docker"],
        default="process",
        help="docker: exercise the images, which the verdict is then about (default process)",
    )
    parser.add_argument(
        "--base", type=Path, metavar="FILE", help="template of the release to be no slower than"
    )
    parser.add_argument(
        "--pairs",
        type=_pair_count,
        default=8,
        metavar="N",
        help="runs of each to compare (default 8)",
    )
    parser.set_defaults(plan="quick", action=_exercise)
    actions = parser.add_subparsers(metavar="[judge]")
    judge = actions.add_parser("judge", help="judge stored evidence again, without an environment")
    judge.add_argument("directory", type=Path, metavar="DIR", help="the --output of a gate")
    judge.add_argument(
        "--goals", type=Path, dest="other_goals", metavar="FILE", help="instead of those of then"
    )
    judge.add_argument("--image", metavar="IMAGE", help="ID, digest or reference it must be about")
    judge.add_argument("--commit", metavar="HASH", help="commit it must be about, without changes")
    judge.set_defaults(action=_judge)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    judgement: Judgement = arguments.action(arguments, settings)
    return judgement.verdict.outcome.exit_code


def _exercise(arguments: argparse.Namespace, settings: Settings) -> Judgement:
    from harness.gate import goals, reports, step_summary
    from harness.gate.reports import markdown
    from harness.gate.run import collect

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop what was started then too
    declared = goals.load(arguments.goals)  # what is wrong with them is said at once
    _demand(arguments.template, arguments.scenarios, arguments.load)
    if arguments.base:
        _demand(arguments.base)
        _demand_regression(declared, arguments.goals)
    reports.clear(arguments.output)
    collect(_run(arguments, settings), _say)
    judgement = _judgement(arguments.output)
    reports.write(arguments.output, judgement)
    summary = markdown.render(judgement)
    if settings.step_summary:
        step_summary.append(settings.step_summary, summary)
    print(summary)
    return judgement


def _judge(arguments: argparse.Namespace, _: Settings) -> Judgement:
    from harness.gate import demands, goals, reports
    from harness.gate.judgement import Judgement
    from harness.gate.reports import markdown

    judgement = _judgement(arguments.directory)
    reports.demand_untouched(arguments.directory, judgement)
    demands.about(judgement.evidence.subject, image=arguments.image, commit=arguments.commit)
    if arguments.other_goals:
        judgement = Judgement.of(goals.load(arguments.other_goals), judgement.evidence)
    print(markdown.render(judgement))
    return judgement


def _judgement(directory: Path) -> Judgement:
    """Judge what is on disk, now and whenever it is judged again, by the goals beside it."""
    from harness.gate import goals, stored
    from harness.gate.judgement import Judgement

    evidence = stored.load(directory)
    return Judgement.of(goals.load(directory / stored.GOALS_FILE), evidence)


def _pair_count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_PAIRS:
        raise argparse.ArgumentTypeError(f"must be 1 to {MOST_PAIRS}")
    return count


def _demand(*paths: Path) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist; run the gate in the project's directory")


def _demand_regression(declared: Goals, path: Path) -> None:
    if not declared.regression:
        raise UsageError(f"{path} declares no [[regression]] to judge --base by; add one")


def _run(arguments: argparse.Namespace, settings: Settings) -> Run:
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
        runtime=arguments.runtime,
        docker_host=settings.docker_host,
        files=files,
        base=arguments.base,
        pairs=arguments.pairs,
        output=arguments.output,
        variables=settings.inherited,
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
