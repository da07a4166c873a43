"""One run of the gate: exercise what is judged and bring home the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.disposable import disposable
from harness.errors import EnvironmentFailedError
from harness.gate import exercise, host, images, stored, subject
from harness.gate.aftermath import Aftermath, gather
from harness.gate.evidence import Evidence, Load, Plan, read_load, read_suite
from harness.gate.host import Host
from harness.gate.samples import ANSWERED

Images = dict[str, dict[str, str]]
PLANS = {
    "quick": Plan(rate=2.0, seconds=60.0, warm_up=10.0),
    "full": Plan(rate=2.0, seconds=300.0, warm_up=10.0),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What to exercise and where the evidence goes.

    runtime: "process" or "docker". files: those that decide what is judged, by name; "template" and
    "goals" are among them. variables: the environment of every program that is started.
    """

    scenarios: Path
    load: Path
    plan: Plan
    seed: int
    runtime: str
    docker_host: str
    files: Mapping[str, Path]
    output: Path
    variables: Mapping[str, str]


def collect(run: Run, say: Callable[[str], None]) -> None:
    """Exercise the load first: it finds out at once whether the environment starts at all.

    Leaves what it saw in the output directory. Raises `EnvironmentFailedError` when it does not.
    """
    machine, before = subject.machine(), host.look()
    goals = run.files["goals"].read_bytes()
    images, load, aftermath = _load(run, say)
    after = host.look()
    say(f"scenarios: {run.scenarios}")
    exit_code = exercise.run_scenarios(run.scenarios, run.runtime, run.output, run.variables)
    if _images(run) != images:
        raise EnvironmentFailedError("an image was built anew while the gate ran; run it again")
    evidence = Evidence(
        subject={
            **subject.describe(run.files, runtime=run.runtime, images=images),
            "scenarios": str(run.scenarios),
            "load": str(run.load),
        },
        machine=machine,
        host=Host(before, after),
        limits=aftermath.limits,
        seed=run.seed,
        load=load,
        documents=aftermath.documents,
        usage=aftermath.usage,
        suite=read_suite(run.output, exit_code),
    )
    (run.output / stored.GOALS_FILE).write_bytes(goals)
    stored.save(run.output, evidence)


def _images(run: Run) -> Images:
    if run.runtime != "docker":
        return {}
    return images.exercised(run.files["template"], run.docker_host)


def _load(run: Run, say: Callable[[str], None]) -> tuple[Images, Load, Aftermath]:
    """Return the images, the load as it ran, and what it left behind in its environment."""
    say("load: starting an environment")
    options = ("--template", str(run.files["template"]), "--runtime", run.runtime)
    with disposable(*options, inherited=run.variables) as environment:
        say(f"load: {run.plan.rate:g} uploads/s for {run.plan.seconds:g} s")
        variables = {**run.variables, **environment.facts.exports()}
        exit_code = exercise.run_load(run.load, run.plan, run.seed, run.output, variables)
        load = read_load(run.output, run.plan, exit_code)
        answered = sum(sample.outcome == ANSWERED for sample in load.samples)
        return _images(run), load, gather(environment, answered, run.output)
