"""One run of the gate: exercise what is judged and bring home the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.disposable import disposable
from harness.gate import exercise, subject
from harness.gate.evidence import Evidence, Load, Plan, read_load, read_suite

PLANS = {
    "quick": Plan(rate=2.0, seconds=60.0, warm_up=10.0),
    "full": Plan(rate=2.0, seconds=300.0, warm_up=10.0),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What to exercise and where the evidence goes.

    files: those that decide what is judged, by name; "template" is among them.
    variables: the environment of every program that is started.
    """

    scenarios: Path
    load: Path
    plan: Plan
    seed: int
    files: Mapping[str, Path]
    output: Path
    variables: Mapping[str, str]


def collect(run: Run, say: Callable[[str], None]) -> Evidence:
    """Exercise the load first: it finds out at once whether the environment starts at all.

    Raises `EnvironmentFailedError` when it does not.
    """
    machine = subject.machine()
    runtime, load = _load(run, say)
    say(f"scenarios: {run.scenarios}")
    exit_code = exercise.run_scenarios(run.scenarios, run.output, run.variables)
    return Evidence(
        subject={
            **subject.describe(run.files, runtime=runtime),
            "scenarios": str(run.scenarios),
            "load": str(run.load),
        },
        machine=machine,
        seed=run.seed,
        load=load,
        suite=read_suite(run.output, exit_code),
    )


def _load(run: Run, say: Callable[[str], None]) -> tuple[str, Load]:
    """Return the runtime that ran the functions, and the load as it ran."""
    say("load: starting an environment")
    options = ("--template", str(run.files["template"]))
    with disposable(*options, inherited=run.variables) as environment:
        say(f"load: {run.plan.rate:g} uploads/s for {run.plan.seconds:g} s")
        variables = {**run.variables, **environment.facts.exports()}
        exit_code = exercise.run_load(run.load, run.plan, run.seed, run.output, variables)
        return environment.facts.runtime, read_load(run.output, run.plan, exit_code)
